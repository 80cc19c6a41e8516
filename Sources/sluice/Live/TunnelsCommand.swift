import Admin
import ArgumentParser
import Configuration

struct TunnelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnels",
    abstract: "Show the tunnels and requests that are under way, or end them.",
    discussion: """
      All filters that are given have to hold. With --end, both sides of what they let through are reset, \
      and the audit log says who did it.

        sluice tunnels --environment vm-7
        sluice tunnels --host example.org --end
      """)

  @OptionGroup var option: AdminOption

  @Option(help: ArgumentHelp("Those of this environment.", valueName: "name"))
  var environment: String?

  @Option(help: ArgumentHelp("Those to this host and to all below it.", valueName: "name"))
  var host: String?

  @Option(help: ArgumentHelp("Those of this address or network.", valueName: "address"))
  var client: String?

  @Flag(help: "End them. Without a filter, --all is needed too.")
  var end = false

  @Flag(help: "With --end: every one.")
  var all = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if all, !end { throw ValidationError("--all goes with --end") }
  }

  func run() throws {
    do {
      var query = AdminTarget("/v1/tunnels")
      query.add("environment", environment)
      query.add("host", host)
      query.add("client", client)
      if all { query.add("all", "true") }
      if !end { query.add("limit", "1000") }
      let body = try option.ask(end ? "DELETE" : "GET", query.text).body
      if json { return print(body, terminator: "") }
      let answer = try StatusText.parse(body)
      if end { return print("\(answer["ended"]?.number ?? 0) ended") }
      let tunnels = answer["tunnels"]?.list ?? []
      print("\(answer["matched"]?.number ?? 0) under way")
      for row in TextTable.rows(tunnels.map(Self.cells)) { print(row) }
    } catch {
      throw failure(error)
    }
  }

  private static func cells(_ flow: JSONValue) -> [String] {
    func text(_ name: String) -> String { flow[name]?.text ?? "" }
    func number(_ name: String) -> Int { flow[name]?.number ?? 0 }
    return [
      text("id"), text("environment"), text("client"), "\(text("host")):\(number("port"))",
      text("phase"), "\(number("age_ms") / 1000) s", "up \(number("bytes_up"))",
      "down \(number("bytes_down"))",
    ]
  }
}

struct DenialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denials",
    abstract: "Show the names that were refused lately, with the rule that would allow each.")

  @OptionGroup var option: AdminOption

  @Option(help: ArgumentHelp("Those of this environment.", valueName: "name"))
  var environment: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    do {
      var query = AdminTarget("/v1/denials")
      query.add("environment", environment)
      let body = try option.ask("GET", query.text).body
      if json { return print(body, terminator: "") }
      let denials = try StatusText.parse(body)["denials"]?.list ?? []
      let rows = denials.map { denial in
        [
          "\(denial["count"]?.number ?? 0)", denial["environment"]?.text ?? "",
          "\(denial["host"]?.text ?? ""):\(denial["port"]?.number ?? 0)",
          denial["reason"]?.text ?? "", denial["allow"]?.text ?? denial["next"]?.text ?? "",
        ]
      }
      for row in TextTable.rows(rows) { print(row) }
    } catch {
      throw failure(error)
    }
  }
}

/// A path with a query.
struct AdminTarget {
  private(set) var text: String
  private var hasQuery = false

  init(_ path: String) { text = path }

  /// Adds a value, if there is one, with every byte escaped that a query does not hold as it is
  /// (RFC 3986 §3.4).
  mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    text += hasQuery ? "&\(name)=" : "?\(name)="
    hasQuery = true
    for byte in value.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "/"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
  }
}

/// Columns of even width.
enum TextTable {
  static func rows(_ cells: [[String]]) -> [String] {
    let count = cells.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      cells.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return cells.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
    }
  }
}
