import ArgumentParser

/// The command line. Exit codes: 0 done (or allowed), 1 denied, 2 an error in how it was called or set up.
@main
struct Sluice: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "An egress proxy that lets an allowlist through, and nothing else.",
    discussion: """
      Start it with `sluice run`, then point programs at it:

        export https_proxy=http://127.0.0.1:3128 http_proxy=http://127.0.0.1:3128

      Every decision is one line of the audit log. `sluice check HOST` says what would be decided.
      """,
    version: Version.text,
    subcommands: [
      Run.self, StatusCommand.self, ReloadCommand.self, Check.self, ConfigCommand.self,
      AllowlistCommand.self, TokenCommand.self,
      BenchCommand.self,
      VersionCommand.self,
    ])
}
