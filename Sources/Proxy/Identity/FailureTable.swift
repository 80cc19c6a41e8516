internal import Domains
internal import Reactor

/// How many invalid credentials came from which address lately. Of fixed size: when four addresses
/// share a place, the one whose time is up first makes room. It slows guessing down and keeps one
/// misconfigured client from filling the audit log; what keeps a guess from being right is the length
/// of a token.
///
/// IPv6 addresses count by their first 64 bits, because a host has all of them.
struct FailureTable: ~Copyable {
  /// One address. Not private: swift 6.3.1 then makes a broken module of who holds a table.
  struct Row: BitwiseCopyable {
    var high: UInt64 = 0
    var low: UInt64 = 0
    /// Monotonic nanoseconds; the row means nothing from then on.
    var deadline: UInt64 = 0
    var count: UInt32 = 0
  }

  private static let ways = 4
  private var rows: Slab<Row>
  private let limit: UInt32
  private let window: UInt64

  /// `sources` addresses at once, a multiple of four; with `limit` failures in `window` nanoseconds an
  /// address is blocked for as long again.
  init(sources: Int, limit: Int, window: UInt64) {
    rows = Slab(capacity: max(sources / Self.ways, 1) * Self.ways)
    self.limit = UInt32(limit)
    self.window = window
  }

  /// Whether an address has used up its failures.
  func isBlocked(_ address: IPAddress, now: UInt64) -> Bool {
    guard let place = find(Self.key(address)) else { return false }
    return rows[place].count >= limit && now < rows[place].deadline
  }

  /// Counts a failure.
  mutating func note(_ address: IPAddress, now: UInt64) {
    let key = Self.key(address)
    let place = find(key) ?? oldest(in: first(of: key))
    if rows[place].high != key.high || rows[place].low != key.low || now >= rows[place].deadline {
      rows[place] = Row(high: key.high, low: key.low, deadline: now + window, count: 0)
    }
    rows[place].count += 1
    if rows[place].count == limit { rows[place].deadline = now + window }
  }

  /// The IPv4 address in IPv6 form, so that no key of one family is one of the other.
  static func key(_ address: IPAddress) -> (high: UInt64, low: UInt64) {
    switch address.family {
    case .v4: (0, 0xFFFF << 32 | address.low)
    case .v6 where address.high == 0: (0, address.low)
    case .v6: (address.high, 0)
    }
  }

  private func first(of key: (high: UInt64, low: UInt64)) -> Int {
    var hasher = Hasher()
    hasher.combine(key.high)
    hasher.combine(key.low)
    let sets = UInt(rows.capacity / Self.ways)
    return Int(UInt(bitPattern: hasher.finalize()) % sets) * Self.ways
  }

  private func find(_ key: (high: UInt64, low: UInt64)) -> Int? {
    let start = first(of: key)
    var place = start
    while place < start + Self.ways {
      if rows[place].count > 0, rows[place].high == key.high, rows[place].low == key.low {
        return place
      }
      place += 1
    }
    return nil
  }

  private func oldest(in start: Int) -> Int {
    var best = start
    var place = start + 1
    while place < start + Self.ways {
      if rows[place].deadline < rows[best].deadline { best = place }
      place += 1
    }
    return best
  }
}
