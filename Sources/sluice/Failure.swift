import ArgumentParser
import Glibc

/// Prints why the command cannot go on, to standard error, and gives the exit code for it.
func failure(_ error: any Error) -> ExitCode {
  printError("sluice: \(error)")
  return ExitCode(2)
}

func printError(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { bytes in _ = unsafe write(2, bytes.baseAddress, bytes.count) }
}
