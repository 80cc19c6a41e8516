import ArgumentParser
import Configuration
import Glibc

/// Prints why the command cannot go on, to standard error, and gives the exit code for it.
func failure(_ error: any Error) -> ExitCode {
  guard let errors = error as? ConfigurationErrors else {
    printError("sluice: \(error)")
    return ExitCode(2)
  }
  for line in errors.lines { printError("sluice: \(line)") }
  return ExitCode(2)
}

func printError(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { bytes in _ = unsafe write(2, bytes.baseAddress, bytes.count) }
}
