package import Audit
internal import Review

/// A record on one line for people: time, what happened, who, what for, why.
package enum HumanLine {
  /// Appends the line, ended by a line feed.
  package static func append(
    _ line: Span<UInt8>, _ fields: RecordFields, to output: inout [UInt8]
  ) {
    func text(_ place: RecordFields.Place) -> String {
      PrintableText.line(line.text(place, fields), limit: 253)
    }
    var words = [time(text(fields.time))]
    let event = text(fields.event)
    switch event {
    case "decision":
      let isReported = !fields.wouldDeny.isEmpty
      words.append(padded(isReported ? "report" : text(fields.verdict), 6))
      words += who(text)
      words.append(isReported ? "would be \(text(fields.wouldDeny))" : text(fields.reason))
      if !fields.rule.isEmpty { words.append("by \(text(fields.rule))") }
      if !fields.detail.isEmpty { words.append("(\(text(fields.detail)))") }
    case "close":
      words.append(padded("close", 6))
      words += who(text)
      words.append(text(fields.end))
      if let up = line.number(fields.bytesUp), let down = line.number(fields.bytesDown) {
        words.append("up \(Amount.bytes(up)), down \(Amount.bytes(down)),")
      }
      if let duration = line.number(fields.duration) { words.append(Amount.time(duration)) }
    case "dropped":
      words.append("\(text(fields.dropped)) records were lost here")
    default:
      words.append(event)
      if !fields.environment.isEmpty { words.append(text(fields.environment)) }
    }
    output.append(contentsOf: words.filter { !$0.isEmpty }.joined(separator: " ").utf8)
    output.append(UInt8(ascii: "\n"))

    func who(_ text: (RecordFields.Place) -> String) -> [String] {
      let client = String(
        decoding: ClientText.withoutPort(line.extracting(fields.client.range)).array,
        as: UTF8.self)
      var target = text(fields.host)
      if target.contains(":") { target = "[\(target)]" }
      if fields.has(.port) { target += ":" + text(fields.port) }
      return [
        padded(text(fields.environment), 10), padded(PrintableText.line(client), 12),
        text(fields.method), target,
      ]
    }
  }

  /// `2026-11-22 10:00:00.123`.
  private static func time(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.count == AuditTime.length else { return text }
    return String(decoding: bytes[0..<10] + [0x20] + bytes[11..<23], as: UTF8.self)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    let missing = width - text.unicodeScalars.count
    return missing > 0 ? text + String(repeating: " ", count: missing) : text
  }
}

/// Amounts for people.
package enum Amount {
  /// `812 B`, `1.2 KiB`, `3.4 GiB`.
  package static func bytes(_ count: Int) -> String {
    guard count >= 1024 else { return "\(count) B" }
    var value = Double(count)
    var unit = ""
    for name in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1024 {
      value /= 1024
      unit = name
    }
    return "\(tenths(value)) \(unit)"
  }

  /// Of microseconds: `812 us`, `1.2 ms`, `3.4 s`, `5 min`.
  package static func time(_ microseconds: Int) -> String {
    if microseconds < 1000 { return "\(microseconds) us" }
    if microseconds < 1_000_000 { return "\(tenths(Double(microseconds) / 1000)) ms" }
    if microseconds < 120_000_000 { return "\(tenths(Double(microseconds) / 1_000_000)) s" }
    return "\(microseconds / 60_000_000) min"
  }

  /// With commas between thousands.
  package static func count(_ count: Int) -> String {
    var groups: [String] = []
    var rest = count.magnitude
    while rest >= 1000 {
      let group = String(rest % 1000)
      groups.append(String(repeating: "0", count: 3 - group.utf8.count) + group)
      rest /= 1000
    }
    return (count < 0 ? "-" : "") + ([String(rest)] + groups.reversed()).joined(separator: ",")
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 || tenths >= 1000 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
