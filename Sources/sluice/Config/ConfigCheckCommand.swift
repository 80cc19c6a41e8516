import ArgumentParser
import Configuration
import Policy

struct ConfigCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say whether a configuration file can be used, and everything that is wrong with it.",
    discussion: """
      Reads the file and every allowlist that it names, as `sluice run` would, and starts nothing. \
      Each complaint is one line: FILE:LINE:COLUMN: what is wrong; what to write instead.

        sluice config check /etc/sluice/sluice.yaml

      Exit code: 0 it can be used, 2 an error in it or in how the command was called.
      """)

  @Argument(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var file: String

  func run() throws {
    do {
      let configuration = try ConfigurationFile.read(path: file)
      if let complaints = configuration.listComplaints(file: file) { throw complaints }
      let settings = configuration.settings(file: file)
      let snapshot = try settings.makeSnapshot(generation: 1)
      let count = snapshot.environments.count
      print("\(file): \(count) \(count == 1 ? "environment" : "environments"), can be used")
    } catch {
      throw failure(error)
    }
  }
}
