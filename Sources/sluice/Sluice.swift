import ArgumentParser
import Review

/// The command line. Exit codes: 0 done (or allowed), 1 denied, 2 an error in how it was called or set
/// up. `allowlist diff` alone says something else by 2, and has 64 for every error.
@main
struct Sluice: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "An egress proxy that lets an allowlist through, and nothing else.",
    discussion: """
      Start it with `sluice run`, then point programs at it:

        export https_proxy=http://127.0.0.1:3128 http_proxy=http://127.0.0.1:3128

      Every decision is one line of the audit log. `sluice check HOST` says what would be decided.

      Exit code of every command: 0 done, 2 an error, also of how it was called; 1 is an answer that \
      each explains. Only of `allowlist diff` 2 is an answer, and 64 an error.
      """,
    version: Version.text,
    subcommands: [
      Run.self, StatusCommand.self, TopCommand.self, ReloadCommand.self, TunnelsCommand.self,
      DenialsCommand.self, Check.self, ConfigCommand.self,
      AllowlistCommand.self, TokenCommand.self,
      BenchCommand.self,
      VersionCommand.self,
    ])

  /// Runs the command of the arguments. An error in how it was called ends as any other error of that
  /// command does; the library's own code for it would be a third way.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // Help and version are asked for by an error that is none; an `ExitCode` has been explained.
      guard exitCode(for: error) == .validationFailure, !(error is ExitCode) else {
        exit(withError: error)
      }
      let lines = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
      printError(lines.map { String($0).printable }.joined(separator: "\n"))
      let words = CommandLine.arguments.dropFirst().prefix(2)
      exit(withError: words == ["allowlist", "diff"] ? DiffCommand.errorCode : ExitCode(2))
    }
  }
}
