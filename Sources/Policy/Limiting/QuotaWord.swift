package import Domains

/// The bytes of a day in one word: the day of the calendar (UTC) above, the bytes in the lowest 48 bits,
/// saturated. A day that has begun is never taken back: when the wall clock jumps back, the later day goes
/// on with what it has.
package struct QuotaWord: Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package init(bytes: UInt64, day: Day) {
    rawValue = Self.number(day) << 48 | min(bytes, Self.bytesMax)
  }

  package static let bytesMax: UInt64 = 1 << 48 - 1

  package var bytes: UInt64 { rawValue & Self.bytesMax }

  package var day: Day { Day(unixSeconds: Int64(rawValue >> 48) * 86400) }

  /// The bytes that count on a day.
  package func bytes(on day: Day) -> UInt64 { Self.number(day) > rawValue >> 48 ? 0 : bytes }

  /// Days since 1970, up to 2149.
  static func number(_ day: Day) -> UInt64 { UInt64(min(max(day.daysSince1970, 0), 65535)) }
}

/// Counts bytes of a day; see ``QuotaWord``.
struct QuotaChange: WordChange {
  let bytes: UInt64
  let day: UInt64
  var total: UInt64 = 0

  init(bytes: UInt64, day: Day) {
    self.bytes = bytes
    self.day = QuotaWord.number(day)
  }

  mutating func step(_ word: UInt64) -> UInt64 {
    let isNew = day > word >> 48
    let before = isNew ? 0 : word & QuotaWord.bytesMax
    total = min(before + min(bytes, QuotaWord.bytesMax), QuotaWord.bytesMax)
    return (isNew ? day : word >> 48) << 48 | total
  }
}
