import CNames

/// The hash of a suffix of a name: of the low bits of the name's number (see ``HostKey``). Each two
/// words are multiplied with a share of the seed in each and folded; the folds are added. Seeded, so
/// that nobody can prepare names that share a slot.
struct SuffixHash: BitwiseCopyable {
  let seed: UInt64
  let first: (UInt64, UInt64)
  let second: (UInt64, UInt64)
  let third: (UInt64, UInt64)
  /// What the third pair adds where the name has nothing there.
  let shortRest: UInt64

  init(seed: UInt64) {
    self.seed = seed
    first = (Self.key(0, seed), Self.key(1, seed))
    second = (Self.key(2, seed), Self.key(3, seed))
    third = (Self.key(4, seed), Self.key(5, seed))
    shortRest = Self.fold(third.0, third.1)
  }

  /// The hash of the last `count` bytes of a name, 1 to ``HostKey/nameCount``.
  func value(of key: borrowing HostKey, _ count: Int) -> UInt64 {
    count <= 32
      ? shortValue(of: key, count)
      : count <= 64 ? middleValue(of: key, count) : longValue(of: key, count)
  }

  /// As ``value(of:_:)``, of at most 32 bytes.
  @inline(__always)
  private func shortValue(of key: borrowing HostKey, _ count: Int) -> UInt64 {
    Self.fold(key.word(0, ofLast: count) ^ first.0, key.word(1, ofLast: count) ^ first.1)
      &+ Self.fold(key.word(2, ofLast: count) ^ second.0, second.1)
      &+ shortRest
  }

  /// As ``value(of:_:)``, of at most 64 bytes of a name of more than 32.
  @inline(__always)
  private func middleValue(of key: borrowing HostKey, _ count: Int) -> UInt64 {
    Self.fold(key.word(0, ofLast: count) ^ first.0, key.word(1, ofLast: count) ^ first.1)
      &+ Self.fold(key.word(2, ofLast: count) ^ second.0, key.word(3, ofLast: count) ^ second.1)
      &+ Self.fold(key.word(4, ofLast: count) ^ third.0, key.word(5, ofLast: count) ^ third.1)
  }

  private func longValue(of key: borrowing HostKey, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    var index = 0
    while index &* 64 < count &* 6 {
      let bits = count &* 6 &- index &* 64
      let low = key.word(index) & Self.mask(bits)
      let high = bits > 64 ? key.word(index &+ 1) & Self.mask(bits &- 64) : 0
      value &+= Self.fold(low ^ Self.key(index, seed), high ^ Self.key(index &+ 1, seed))
      index &+= 2
    }
    return value
  }

  /// The share of the seed of the word `index`; odd.
  private static func key(_ index: Int, _ seed: UInt64) -> UInt64 {
    let step = 0x9E37_79B9_7F4A_7C15 &* UInt64(truncatingIfNeeded: index &+ 1)
    return fold(seed ^ step, 0xD6E8_FEB8_6659_FD93 ^ seed.byteSwapped) | 1
  }

  /// The low `bits` bits, all 64 from 64 on.
  @inline(__always) static func mask(_ bits: Int) -> UInt64 {
    .max >> UInt64(truncatingIfNeeded: max(64 &- bits, 0))
  }

  @inline(__always)
  static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.low ^ product.high
  }
}
