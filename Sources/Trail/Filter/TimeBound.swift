internal import Audit
internal import Domains

/// A moment as somebody writes it for a filter, as the text that `time` members have: 27 bytes, which
/// order as the times do.
package struct TimeBound: Hashable, Sendable {
  /// `2026-11-22T10:00:00.000000Z`.
  package let text: String
  let bytes: [UInt8]

  /// A Unix time in microseconds.
  package init(microseconds: UInt64) {
    bytes = AuditTime.text(microseconds: microseconds)
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// A day, a day and a time (UTC, with or without seconds and `Z`), or a time that has passed by now:
  /// `2026-11-22`, `2026-11-22T10:00`, `90s`, `15m`, `2h`, `7d`. `nil` for anything else.
  package init?(_ text: String, now microseconds: UInt64) {
    if let ago = Self.ago(text) {
      self.init(microseconds: microseconds - min(ago, microseconds))
      return
    }
    guard let moment = Self.moment(text) else { return nil }
    self.init(microseconds: moment)
  }

  private static func ago(_ text: String) -> UInt64? {
    let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last],
      let count = UInt64(text.dropLast()), (1...1_000_000).contains(count),
      text.utf8.first != UInt8(ascii: "+")
    else { return nil }
    return count * unit * 1_000_000
  }

  private static func moment(_ text: String) -> UInt64? {
    var bytes = Array(text.utf8)
    guard bytes.count >= 10, let day = Day(parsing: bytes.span.extracting(0..<10)) else {
      return nil
    }
    if bytes.last == UInt8(ascii: "Z"), bytes.count > 10 { bytes.removeLast() }
    var seconds = UInt64(day.daysSince1970) * 86_400
    if bytes.count == 10 { return text.utf8.count == 10 ? seconds * 1_000_000 : nil }
    guard bytes.count == 16 || bytes.count == 19,
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
      bytes[13] == UInt8(ascii: ":"), bytes.count == 16 || bytes[16] == UInt8(ascii: ":")
    else { return nil }
    let limits: [UInt64] = [23, 59, 59]
    for (index, start) in [11, 14, 17].enumerated() where start < bytes.count {
      let tens = bytes[start] &- 0x30
      let ones = bytes[start + 1] &- 0x30
      guard tens < 10, ones < 10 else { return nil }
      let value = UInt64(tens) * 10 + UInt64(ones)
      guard value <= limits[index] else { return nil }
      seconds += value * [3600, 60, 1][index]
    }
    return seconds * 1_000_000
  }
}
