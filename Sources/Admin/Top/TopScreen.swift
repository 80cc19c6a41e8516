internal import Review

/// A ``TopView`` as lines of text that fit a terminal. Pure; colour is the only control that it writes.
package struct TopScreen: Sendable {
  package var columns: Int
  package var rows: Int
  package var hasColour: Bool
  package var order = TopView.Order.refused
  package var isPaused = false
  /// Between two looks, in words: `2 s`.
  package var interval = ""
  /// What went wrong at the last look; empty: nothing.
  package var trouble = ""

  package init(columns: Int, rows: Int, hasColour: Bool) {
    self.columns = columns
    self.rows = rows
    self.hasColour = hasColour
  }

  private enum Style: String {
    case plain = ""
    case bold = "\u{1B}[1m"
    case title = "\u{1B}[7m"
    case bad = "\u{1B}[31m"
    case dim = "\u{1B}[2m"
  }

  /// At most ``rows`` lines of at most ``columns`` characters, without line ends.
  package func lines(_ view: TopView) -> [String] {
    var lines = head(view)
    let isBad = !trouble.isEmpty
    let foot = line(isBad ? trouble.printable : keys, isBad ? .bad : .dim)
    let space = max(rows - lines.count - 1, 0)
    // Reasons and names get what environments leave, and at least a third.
    let lowerCount = lower(view, limit: .max).count
    let lowerSpace = min(lowerCount, max(space / 3, space - view.rows.count - 2))
    lines += table(view, limit: space - lowerSpace)
    lines += lower(view, limit: lowerSpace)
    lines = Array(lines.prefix(max(rows - 1, 0)))
    while lines.count < rows - 1 { lines.append("") }
    return lines + (rows > 0 ? [foot] : [])
  }

  /// All of it, however long, for a script or a file.
  package func text(_ view: TopView) -> String {
    (head(view) + table(view, limit: .max) + lower(view, limit: .max)).joined(separator: "\n")
  }

  private var keys: String {
    let state = isPaused ? "paused, p goes on" : "p pauses"
    return "q quits  s sorts (by \(order.rawValue))  \(state)  every \(interval)"
  }

  private func head(_ view: TopView) -> [String] {
    let connections =
      "\(view.total.connections) of \(Int(view.value("sluice_connections_max") ?? 0))"
    let requests =
      "allowed \(Self.rate(view.total.allowed))/s  refused \(Self.rate(view.total.refused))/s  "
      + "up \(Self.bytes(view.total.up))/s  down \(Self.bytes(view.total.down))/s  "
      + "tunnels \(view.total.tunnels)  connections \(connections)"
    func times(_ title: String, _ name: String) -> String? {
      guard let half = view.quantile(0.5, of: name), let most = view.quantile(0.99, of: name) else {
        return nil
      }
      return "\(title) \(Self.time(half)), 99 % \(Self.time(most))"
    }
    let ways = [
      times("first byte", "sluice_first_byte_duration_seconds"),
      times("DNS", "sluice_dns_duration_seconds"),
      times("connect", "sluice_connect_duration_seconds"),
    ].compactMap(\.self)
    let cpu = Int((view.rate(of: "process_cpu_seconds_total") * 100).rounded())
    let state =
      "generation \(Int(view.value("sluice_policy_generation") ?? 0))  "
      + "environments \(Int(view.value("sluice_environments") ?? 0))  cpu \(cpu) %  "
      + (view.value("sluice_draining") == 1 ? "ENDING  " : "") + auditState(view)
    return [
      line("sluice top  \(state)", .title), line(requests, .bold),
      line(
        ways.isEmpty ? "no request went out in this time" : ways.joined(separator: "  "), .plain),
      "",
    ]
  }

  private func auditState(_ view: TopView) -> String {
    if view.value("sluice_audit_failing") == 1 { return "AUDIT LOG FAILS" }
    let dropped = Int(view.value("sluice_audit_records_dropped_total") ?? 0)
    return dropped == 0 ? "audit ok" : "audit \(dropped) LOST"
  }

  // MARK: Tables

  private func table(_ view: TopView, limit: Int) -> [String] {
    guard limit > 1 else { return [] }
    let width = max(11, min(view.rows.map(\.name.count).max() ?? 0, 24))
    func row(_ cells: [String], _ last: String) -> String {
      Self.pad(cells[0], width)
        + zip(cells.dropFirst(), [9, 9, 7, 7, 7, 5]).map { Self.right($0, $1) }.joined() + "  "
        + last
    }
    let title = row(
      ["ENVIRONMENT", "ALLOWED/s", "REFUSED/s", "UP/s", "DOWN/s", "TUNNELS", "CONNS"], "MOSTLY"
    )
    let shown = view.rows.prefix(limit - (limit == .max ? 1 : 2))
    var lines = [line(title, .dim)]
    for entry in shown {
      let text = row(
        [
          entry.name.isEmpty ? "(none)" : entry.name, Self.rate(entry.allowed),
          Self.rate(entry.refused), Self.bytes(entry.up), Self.bytes(entry.down),
          "\(entry.tunnels)", "\(entry.connections)",
        ], entry.reason)
      lines.append(line(text, entry.refused > 0 ? .bad : .plain))
    }
    let rest = view.rows.count - shown.count
    if rest > 0 { lines.append(line("… and \(rest) more", .dim)) }
    return lines
  }

  private func lower(_ view: TopView, limit: Int) -> [String] {
    var lines: [String] = []
    if !view.reasons.isEmpty {
      lines += [
        "", line("REFUSED BECAUSE" + Self.right("PER SECOND", 22) + Self.right("IN ALL", 12), .dim),
      ]
      for reason in view.reasons.prefix(view.denials.isEmpty ? .max : 4) {
        lines.append(
          line(
            Self.pad(reason.name, 24) + Self.right(Self.rate(reason.rate), 13)
              + Self.right("\(reason.total)", 12), .plain))
      }
    }
    if !view.denials.isEmpty {
      lines += ["", line("REFUSED LATELY" + Self.right("TIMES", 30) + "  ALLOWED BY", .dim)]
      for denial in view.denials {
        let name = "\(denial.host.printable):\(denial.port)"
        lines.append(
          line(
            Self.pad(name, 34) + Self.right("\(denial.count)", 10) + "  " + denial.rule.printable,
            .plain))
      }
    }
    return lines.count <= limit ? lines : Array(lines.prefix(limit))
  }

  /// Cut to the width, with its style around it.
  private func line(_ text: String, _ style: Style) -> String {
    var cut = String(text.prefix(columns))
    while cut.last == " " { cut.removeLast() }
    guard hasColour, style != .plain, !cut.isEmpty else { return cut }
    if style == .title { cut += String(repeating: " ", count: max(columns - cut.count, 0)) }
    return style.rawValue + cut + "\u{1B}[0m"
  }

  // MARK: Cells

  private static func pad(_ text: String, _ width: Int) -> String {
    text.count > width
      ? String(text.prefix(width - 1)) + "…"
      : text + String(repeating: " ", count: width - text.count)
  }

  /// At least one blank in front, whatever the width.
  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + " " + text
  }

  /// `0`, `0.4`, `41.3`, `1234`, `1.2M`.
  package static func rate(_ value: Double) -> String {
    switch value {
    case ..<0.05: "0"
    case ..<100: tenths(value)
    case ..<100_000: "\(Int(value.rounded()))"
    case ..<1e15: tenths(value / 1e6) + "M"
    default: "many"
    }
  }

  /// `0`, `812`, `1.5K`, `30.2M`, `1.1G`: powers of 1024.
  package static func bytes(_ value: Double) -> String {
    switch value {
    case ..<1000: "\(Int(max(value, 0).rounded()))"
    case ..<1_022_976: tenths(value / 1024) + "K"
    case ..<1_047_527_424: tenths(value / 1_048_576) + "M"
    case ..<1e18: tenths(value / 1_073_741_824) + "G"
    default: "many"
    }
  }

  /// `64 µs`, `1 ms`, `2.1 s`, of the bound of a bucket.
  package static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.001: "\(Int((seconds * 1e6).rounded())) µs"
    case ..<1: "\(Int((seconds * 1000).rounded())) ms"
    case ..<1000: tenths(seconds) + " s"
    default: "over 33 s"
    }
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
