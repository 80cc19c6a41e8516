internal import Review

extension LogStatistics {
  /// For people: totals, then tables of at most `limit` lines each.
  package func text(limit: Int) -> String {
    var lines: [String] = []
    func total(_ name: String, _ value: String) {
      lines.append(name + String(repeating: " ", count: max(1, 14 - name.utf8.count)) + value)
    }
    total("records", Amount.count(records))
    if !first.isEmpty {
      total("from", String(decoding: first, as: UTF8.self))
      total("to", String(decoding: last, as: UTF8.self))
    }
    total("allowed", Amount.count(allowed))
    if reported > 0 { total("", "of which only reported: \(Amount.count(reported))") }
    total("denied", Amount.count(denied))
    total("ended", Amount.count(closes))
    total("bytes up", Amount.bytes(bytesUp))
    total("bytes down", Amount.bytes(bytesDown))
    if starts > 0 { total("starts", Amount.count(starts)) }
    if reloads > 0 { total("reloads", Amount.count(reloads)) }
    if dropped > 0 { total("lost", "\(Amount.count(dropped)) records") }
    for table in tables where table.items.distinct > 0 {
      lines.append("")
      lines.append(table.title + (table.items.isExact ? "" : Self.inexact(table.items)))
      for item in table.items.top(limit) { lines.append("  " + table.row(item)) }
      let rest = table.items.distinct - limit
      if rest > 0 { lines.append("  and \(Counted.text(rest, "other"))") }
    }
    return lines.joined(separator: "\n")
  }

  /// What is said where not all could be counted.
  static func inexact(_ items: FrequentItems) -> String {
    " (more than could be told apart: each count may be up to \(Amount.count(items.error)) too small)"
  }

  private struct Table {
    let title: String
    let items: FrequentItems
    let row: (FrequentItems.Item) -> String
  }

  private var tables: [Table] {
    func plain(_ item: FrequentItems.Item) -> String {
      "\(Self.count(item.counts.count))  \(PrintableText.line(item.text, limit: 255))"
    }
    func traffic(_ item: FrequentItems.Item) -> String {
      let counts = item.counts
      let denied = counts.denied > 0 ? ", \(Amount.count(counts.denied)) denied" : ""
      let bytes =
        counts.bytesUp | counts.bytesDown != 0
        ? ", up \(Amount.bytes(counts.bytesUp)), down \(Amount.bytes(counts.bytesDown))" : ""
      return plain(item) + denied + bytes
    }
    return [
      Table(title: "environments", items: environments, row: traffic),
      Table(title: "reasons to deny", items: reasons, row: plain),
      Table(title: "reasons to allow", items: allowReasons, row: plain),
      Table(title: "denied hosts", items: deniedHosts, row: plain),
      Table(title: "allowed hosts", items: hosts, row: traffic),
      Table(title: "clients", items: clients, row: traffic),
      Table(title: "how tunnels and exchanges ended", items: ends, row: plain),
    ]
  }

  private static func count(_ count: Int) -> String {
    let text = Amount.count(count)
    return String(repeating: " ", count: max(0, 11 - text.utf8.count)) + text
  }

  /// For programs: one JSON object.
  package func json(limit: Int) -> String {
    func table(_ items: FrequentItems) -> String {
      let rows = items.top(limit).map { item in
        JSONText.object([
          ("name", JSONText.quoted(PrintableText.line(item.text, limit: 255))),
          ("count", "\(item.counts.count)"), ("denied", "\(item.counts.denied)"),
          ("bytes_up", "\(item.counts.bytesUp)"), ("bytes_down", "\(item.counts.bytesDown)"),
        ])
      }
      return JSONText.object([
        ("distinct", "\(items.distinct)"), ("exact", "\(items.isExact)"),
        ("undercount_at_most", "\(items.error)"), ("top", JSONText.array(rows)),
      ])
    }
    return JSONText.object([
      ("records", "\(records)"), ("first", JSONText.quoted(String(decoding: first, as: UTF8.self))),
      ("last", JSONText.quoted(String(decoding: last, as: UTF8.self))), ("allowed", "\(allowed)"),
      ("reported", "\(reported)"), ("denied", "\(denied)"), ("closes", "\(closes)"),
      ("bytes_up", "\(bytesUp)"), ("bytes_down", "\(bytesDown)"), ("starts", "\(starts)"),
      ("reloads", "\(reloads)"), ("dropped", "\(dropped)"), ("environments", table(environments)),
      ("deny_reasons", table(reasons)), ("allow_reasons", table(allowReasons)),
      ("denied_hosts", table(deniedHosts)), ("allowed_hosts", table(hosts)),
      ("clients", table(clients)), ("ends", table(ends)),
    ])
  }
}
