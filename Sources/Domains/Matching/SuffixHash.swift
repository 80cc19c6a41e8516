/// The hash of a suffix of a name: of the low bits of the name's number (see ``HostKey``), 128 of them
/// at a time, that is 21 bytes of the name. Multiply and fold, seeded, so that nobody can prepare
/// names that share a slot.
struct SuffixHash: BitwiseCopyable {
  let seed: UInt64
  let second: UInt64

  init(seed: UInt64) {
    self.seed = seed
    // Odd, and as unknown as the seed: the factor of every name of up to ten bytes.
    second = Self.fold(seed ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93) | 1
  }

  /// The hash of the last `count` bytes of a name, 1 to ``HostKey/nameCount``.
  @inline(__always)
  func value(of key: borrowing HostKey, _ count: Int) -> UInt64 {
    var bits = count &* 6
    var value = seed
    var index = 0
    while bits > 128 {
      value = Self.fold(key.word(index) ^ value, key.word(index &+ 1) ^ second)
      index &+= 2
      bits &-= 128
    }
    let low = key.word(index) & Self.mask(bits)
    let high = key.word(index &+ 1) & Self.mask(bits &- 64)
    return Self.fold(low ^ value, high ^ second)
  }

  /// The low `bits` bits, none if it is not positive, all 64 from 64 on.
  @inline(__always) static func mask(_ bits: Int) -> UInt64 {
    bits <= 0 ? 0 : .max >> UInt64(truncatingIfNeeded: max(64 &- bits, 0))
  }

  @inline(__always)
  static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.low ^ product.high
  }
}
