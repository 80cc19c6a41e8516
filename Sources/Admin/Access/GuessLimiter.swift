internal import Domains

/// Makes whoever presents wrong tokens wait, longer each time. It only keeps the guessing quiet: what
/// keeps a guess from being right are the 160 random bits of a token.
///
/// Of fixed size: sources beyond it share one place, so that nobody starts anew by using many.
struct GuessLimiter {
  private struct Source: Hashable {
    let high: UInt64
    let low: UInt64

    /// IPv6 addresses count by their first 64 bits, because a host has all of them.
    init(_ address: IPAddress) {
      switch address.family {
      case .v4: (high, low) = (0, 0xFFFF << 32 | address.low)
      case .v6: (high, low) = address.high == 0 ? (0, address.low) : (address.high, 0)
      }
    }

    private init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// Of those that there is no room for.
    static let others = Source(high: 0, low: 0)
  }

  private struct Record {
    var failures = 0
    /// Monotonic nanoseconds.
    var blockedUntil: UInt64 = 0
    var forgottenAt: UInt64 = 0
  }

  private var records: [Source: Record] = [:]

  /// Whole seconds until the source may try again; 0: now.
  func delay(_ address: IPAddress, now: UInt64) -> Int {
    guard let record = records[place(address)], record.blockedUntil > now else { return 0 }
    return Int((record.blockedUntil - now + 999_999_999) / 1_000_000_000)
  }

  /// Counts a wrong token.
  mutating func noteFailure(_ address: IPAddress, now: UInt64) {
    if records[Source(address)] == nil, records.count >= AdminLimits.guessSources {
      records = records.filter { $0.value.forgottenAt > now }
    }
    let place = place(address)
    var record = records[place] ?? Record()
    if record.forgottenAt <= now { record = Record() }
    record.failures += 1
    let most = UInt64(AdminLimits.guessDelaySecondsMax) * 1_000_000_000
    let excess = record.failures - AdminLimits.freeGuesses
    if excess >= 0 {
      let seconds = excess < 16 ? UInt64(1) << UInt64(excess) : .max / 1_000_000_000
      record.blockedUntil = now + min(seconds * 1_000_000_000, most)
    }
    record.forgottenAt = max(now, record.blockedUntil) + most
    records[place] = record
  }

  /// The source has shown a token that is right.
  mutating func noteSuccess(_ address: IPAddress) { records[Source(address)] = nil }

  private func place(_ address: IPAddress) -> Source {
    let source = Source(address)
    return records[source] != nil || records.count < AdminLimits.guessSources ? source : .others
  }
}
