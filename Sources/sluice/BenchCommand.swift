import ArgumentParser

/// Measurements on the user's own machine and data.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast decisions are on this machine.",
    subcommands: [BenchMatcherCommand.self])
}
