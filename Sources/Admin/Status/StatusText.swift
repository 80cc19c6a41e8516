/// The answer of `GET /v1/status` for a person.
package struct StatusText {
  package let text: String

  package struct Unreadable: Error, CustomStringConvertible {
    package let description =
      "the answer of the running process cannot be read; is it another version?"

    package init() {}
  }

  package static func parse(_ body: String) throws(Unreadable) -> JSONValue {
    guard let value = JSONValue(body) else { throw Unreadable() }
    return value
  }

  package init(_ body: String) throws(Unreadable) {
    let status = try Self.parse(body)
    var lines: [(String, String)] = []
    func add(_ name: String, _ value: String?) { if let value { lines.append((name, value)) } }
    func number(_ name: String) -> String { "\(status[name]?.number ?? 0)" }
    func names(_ name: String) -> [String] { status[name]?.list.compactMap(\.text) ?? [] }

    let state = status["draining"]?.bool == true ? ", ending" : ""
    add(
      "version",
      "\(status["version"]?.text ?? "?"), process \(number("pid")), up \(Self.duration(status["uptime_s"]?.number ?? 0))\(state)"
    )
    add("listening", names("listeners").joined(separator: ", "))
    add(
      "connections",
      "\(number("connections")) of \(number("connection_limit")), \(number("tunnels")) tunnels, \(number("workers")) workers"
    )
    add("requests", Self.rates(status["recent"]))
    add("generation", number("generation"))
    let shown = names("environments")
    let count = status["environment_count"]?.number ?? shown.count
    let more = count > 8 ? ", …" : ""
    add("environments", "\(count): \(shown.prefix(8).joined(separator: ", "))\(more)")
    let changed = names("overrides")
    if !changed.isEmpty { add("overrides", changed.joined(separator: ", ")) }
    for list in status["lists"]?.list ?? [] {
      add("list", "\(list["label"]?.text ?? "?") sha256:\((list["sha256"]?.text ?? "").prefix(16))")
    }
    let decisions = (status["decisions"]?.members ?? [:]).compactMap { name, value in
      value.number.map { (name, $0) }
    }
    for (name, count) in decisions.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) }) {
      add("decisions", "\(count) \(name)")
    }
    if let audit = status["audit"] {
      let failing = audit["failing"]?.bool == true ? ", FAILING" : ""
      add(
        "audit",
        "\(audit["path"]?.text ?? "?"), \(audit["written"]?.number ?? 0) lines, "
          + "\(audit["dropped"]?.number ?? 0) lost\(failing)")
      if let chain = audit["chain"] {
        add("audit head", "seq \(chain["seq"]?.number ?? 0), link \(chain["head"]?.text ?? "?")")
      }
      add("audit error", audit["last_error"]?.text)
    }
    if let reload = status["reload"] {
      add("reloads", "\(reload["count"]?.number ?? 0), \(reload["failed"]?.number ?? 0) refused")
      let last = reload["last"]
      let rest = last?["restart_needed"]?.list.compactMap(\.text) ?? []
      if !rest.isEmpty { add("restart needed", rest.joined(separator: ", ")) }
      add("last reload", last?["error"]?.text)
    }
    let width = lines.map(\.0.count).max() ?? 0
    text = lines.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }

  /// Of the last minute, in tenths of a request per second.
  private static func rates(_ recent: JSONValue?) -> String? {
    guard let milliseconds = recent?["ms"]?.number, milliseconds > 0 else { return nil }
    func rate(_ name: String) -> String {
      let count = recent?[name]?.number ?? 0
      let (whole, overflows) = count.multipliedReportingOverflow(by: 10_000)
      guard !overflows else { return "many" }
      let tenths = whole / milliseconds
      return "\(tenths / 10).\(tenths % 10)/s"
    }
    return "\(rate("allowed")) allowed, \(rate("refused")) refused (last \(milliseconds / 1000) s)"
  }

  private static func duration(_ seconds: Int) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}
