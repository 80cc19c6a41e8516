import ArgumentParser

/// The tools for people who write and review lists; docs/reviewing-lists.md shows them at work.
struct AllowlistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allowlist",
    abstract: "Write, review and test allowlists.",
    subcommands: [
      LintCommand.self,
      FormatCommand.self,
      DiffCommand.self,
      ShowCommand.self,
      ExplainCommand.self,
      TestCommand.self,
      ImportCommand.self,
      CompileCommand.self,
      ReplayCommand.self,
      SuggestCommand.self,
    ])
}
