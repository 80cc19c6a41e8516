/// SipHash-1-3 over the bytes of a name, folded to 32 bits. Keyed, because names under a wildcard
/// rule are chosen by whoever asks, and could else be made to share one bucket of the cache.
package struct NameHash: Sendable {
  private let key: (UInt64, UInt64)

  /// - Parameter seed: random, and the same for all names that are compared.
  package init(seed: (UInt64, UInt64)) { key = seed }

  /// The hash of `name`, byte by byte: its spelling must be canonical.
  package func hash(_ name: Span<UInt8>) -> UInt32 {
    var state = SipState(key)
    var word: UInt64 = 0
    for index in name.indices {
      word |= UInt64(name[index]) &<< UInt64((index & 7) &* 8)
      if index & 7 == 7 {
        state.absorb(word)
        word = 0
      }
    }
    state.absorb(word | UInt64(truncatingIfNeeded: name.count) &<< 56)
    let whole = state.finish()
    return UInt32(truncatingIfNeeded: whole ^ (whole &>> 32))
  }
}

private struct SipState {
  private var v0, v1, v2, v3: UInt64

  init(_ key: (UInt64, UInt64)) {
    v0 = key.0 ^ 0x736f_6d65_7073_6575
    v1 = key.1 ^ 0x646f_7261_6e64_6f6d
    v2 = key.0 ^ 0x6c79_6765_6e65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  @inline(__always) mutating func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    v0 ^= word
  }

  @inline(__always) mutating func finish() -> UInt64 {
    v2 ^= 0xff
    round()
    round()
    round()
    return v0 ^ v1 ^ v2 ^ v3
  }

  @inline(__always) private mutating func round() {
    v0 = v0 &+ v1
    v1 = Self.rotate(v1, 13) ^ v0
    v0 = Self.rotate(v0, 32)
    v2 = v2 &+ v3
    v3 = Self.rotate(v3, 16) ^ v2
    v0 = v0 &+ v3
    v3 = Self.rotate(v3, 21) ^ v0
    v2 = v2 &+ v1
    v1 = Self.rotate(v1, 17) ^ v2
    v2 = Self.rotate(v2, 32)
  }

  @inline(__always) private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 &- bits)
  }
}
