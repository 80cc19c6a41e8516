/// How long somebody is refused who was refused too often: twice as long with each time, up to an hour, and
/// less again with each while in which that does not happen. One word: when it is all over, in nanoseconds,
/// with the level in the lowest six bits, so that it compares as a time of ``GCRA/ticks(_:)``.
package enum Penalty {
  /// The first one, in nanoseconds.
  package static let first: UInt64 = 10_000_000_000
  package static let longest: UInt64 = 3600 * 1_000_000_000
  /// The highest level: that of the first penalty that would be longer than the longest.
  static let levelMax: UInt64 = 10
  /// A level falls by one in this time after a penalty, in nanoseconds.
  package static let decay: UInt64 = 600 * 1_000_000_000

  /// How long the penalty still lasts, in nanoseconds; 0: there is none.
  package static func remaining(_ word: UInt64, now: UInt64) -> UInt64 {
    let end = end(word)
    return end > now ? end - now : 0
  }

  /// The word after one more excess; during a penalty nothing changes.
  package static func raised(_ word: UInt64, now: UInt64) -> UInt64 {
    guard remaining(word, now: now) == 0 else { return word }
    let level = min(level(word, now: now) + 1, levelMax)
    let over = min(now, .max >> 7) + length(level) + level * decay
    return over << 6 | level
  }

  /// The level at `now`.
  static func level(_ word: UInt64, now: UInt64) -> UInt64 {
    let over = word >> 6
    guard over > now else { return 0 }
    return min((over - now + decay - 1) / decay, word & 63)
  }

  static func length(_ level: UInt64) -> UInt64 {
    level == 0 ? 0 : level >= levelMax ? longest : first << (level - 1)
  }

  private static func end(_ word: UInt64) -> UInt64 {
    let level = min(word & 63, levelMax)
    let over = word >> 6
    return over > level * decay ? over - level * decay : 0
  }
}

/// One more excess; see ``Penalty``.
struct PenaltyChange: WordChange {
  let now: UInt64
  var remaining: UInt64 = 0

  init(now: UInt64) { self.now = now }

  mutating func step(_ word: UInt64) -> UInt64 {
    let new = Penalty.raised(word, now: now)
    remaining = Penalty.remaining(new, now: now)
    return new
  }
}

/// Says that something was seen, until a time.
struct MarkChange: WordChange {
  let until: UInt64

  mutating func step(_ word: UInt64) -> UInt64 { max(word, until) }
}
