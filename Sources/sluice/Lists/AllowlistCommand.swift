import ArgumentParser

/// The tools for people who write and review lists; docs/reviewing-lists.md shows them at work.
struct AllowlistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allowlist",
    abstract: "Write, review and test allowlists.",
    subcommands: [
      FormatCommand.self,
      ImportCommand.self,
      LintCommand.self,
      ReplayCommand.self,
      SuggestCommand.self,
    ])
}
