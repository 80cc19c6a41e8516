internal import Domains

/// Whose word it is, as a keyed hash of 64 bits: an environment, what is limited, and a client or a
/// destination. The key is secret and random, so that nobody can choose clients or names that meet in one
/// place; two that are alike by chance would share a limit, and among a million that is one in 30 million.
package struct LimiterKeys: Sendable {
  private let seed: (UInt64, UInt64)

  package init(seed: (UInt64, UInt64)) { self.seed = seed }

  /// Of a client: IPv6 addresses count by their first 64 bits, because a host has all of them.
  func client(_ address: IPAddress, _ owner: UInt64, _ use: UInt8) -> UInt64 {
    var hasher = start(owner, use, address.family == .v4 ? 4 : 6)
    hasher.combine(address.family == .v4 ? address.low : address.high)
    return Self.key(hasher)
  }

  /// Of a destination, by its canonical name or the canonical text of its address.
  func destination(_ host: Span<UInt8>, _ owner: UInt64, _ use: UInt8) -> UInt64 {
    var hasher = start(owner, use, 0)
    var word: UInt64 = 0
    for index in host.indices {
      word |= UInt64(host[index]) &<< UInt64((index & 7) &* 8)
      if index & 7 == 7 {
        hasher.combine(word)
        word = 0
      }
    }
    hasher.combine(word | UInt64(truncatingIfNeeded: host.count) &<< 56)
    return Self.key(hasher)
  }

  /// Of an environment, by its name: it keeps its words whatever its number is. Not secret.
  package static func owner(_ name: String) -> UInt64 {
    // FNV-1a.
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return hash == 0 ? 1 : hash
  }

  private func start(_ owner: UInt64, _ use: UInt8, _ kind: UInt8) -> Hasher {
    var hasher = Hasher()
    hasher.combine(seed.0)
    hasher.combine(seed.1)
    hasher.combine(owner)
    hasher.combine(UInt64(use) << 8 | UInt64(kind))
    return hasher
  }

  private static func key(_ hasher: consuming Hasher) -> UInt64 {
    UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
