import Admin
import ArgumentParser
import CLinux
import Configuration
import Glibc
import Review

struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Watch what the running proxy lets through and refuses.",
    discussion: """
      Shows rates, refusals by environment and by reason, names that were refused lately, and open \
      tunnels, as they change. Keys: q quits, s sorts by something else, p pauses.

      --once prints one look and ends, --json prints it as one JSON object; both work without a \
      terminal. Colour is left out where NO_COLOR is set.
      """)

  @OptionGroup var option: AdminOption

  @Option(
    help: ArgumentHelp(
      "Between two looks: 200ms to 1m. Default: 2s.",
      discussion: "The rates are those of this time.", valueName: "time"))
  var interval = "2s"

  @Option(help: "By what environments are sorted: refused, allowed, bytes, tunnels, name.")
  var sort = "refused"

  @Flag(help: "Print one look and end.")
  var once = false

  @Flag(help: "Print one look as a JSON object and end.")
  var json = false

  func run() throws {
    do {
      guard let order = TopView.Order(rawValue: sort) else {
        throw ConfigurationError(
          "--sort", "there is no order '\(sort.printable)'",
          remedy: "write \(TopView.Order.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      let text = SettingText("--interval", interval)
      let milliseconds = try SettingParser.milliseconds(text, in: 200...60_000)
      let source = TopSource(option, milliseconds: milliseconds)
      if json || once {
        try printOnce(source, order)
      } else {
        guard cl_terminal_is(0), cl_terminal_is(1),
          Setting.environmentVariable("TERM") != "dumb"
        else {
          throw ConfigurationError(
            "top", "this is no terminal that can show it",
            remedy: "print one look with --once or --json")
        }
        let noColour = Setting.environmentVariable("NO_COLOR") ?? ""
        var loop = try TopLoop(source, order, hasColour: noColour.isEmpty)
        loop.run()
      }
    } catch {
      throw failure(error)
    }
  }

  private func printOnce(_ source: TopSource, _ order: TopView.Order) throws {
    let first = try source.look()
    usleep(UInt32(source.milliseconds) * 1000)
    let view = TopView(
      try source.look(), after: first, order: order, denials: source.denials())
    if json {
      print(view.json)
    } else {
      print(TopScreen(columns: .max, rows: .max, hasColour: false).text(view))
    }
  }
}
