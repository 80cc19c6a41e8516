/// The hash of a name's suffixes, extended label by label from the right: one pass over the bytes of a
/// name gives the hash of `com`, then of `example.com`, and so on. Multiply and fold, seeded, so that
/// nobody can prepare names that share a slot.
struct SuffixHash: BitwiseCopyable {
  /// The hash of the labels so far.
  private(set) var value: UInt64

  // Two odd constants with a balanced mix of bits; any such would do.
  private static let wordKey: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let labelKey: UInt64 = 0xD6E8_FEB8_6659_FD93

  init(seed: UInt64) { value = seed }

  /// Takes in the label that ends at `end`; returns where it starts.
  @inline(__always)
  mutating func takeLabel(of name: Span<UInt8>, endingAt end: Int) -> Int {
    var word: UInt64 = 0
    var start = end
    while true {
      // The eight bytes before `start`, as far as there are any, the last at the top.
      let eight = Self.word(of: name, endingAt: start)
      let dots = eight.dots
      let length = min(dots.leadingZeroBitCount >> 3, start)
      start &-= length
      if length < 8 {
        word = length == 0 ? 0 : eight >> UInt64(truncatingIfNeeded: (8 &- length) &* 8)
        break
      }
      value = Self.fold(value ^ eight, Self.wordKey)
    }
    value = Self.fold(value ^ word, Self.labelKey &+ UInt64(truncatingIfNeeded: end - start))
    return start
  }

  /// The bytes before `end`, eight at most, the last at the top; zeros below them.
  @inline(__always)
  private static func word(of name: Span<UInt8>, endingAt end: Int) -> UInt64 {
    if end >= 8 { return name.word(at: end &- 8) }
    if name.count >= 8 {
      return end <= 0 ? 0 : name.word(at: 0) << UInt64(truncatingIfNeeded: (8 &- end) &* 8)
    }
    var word: UInt64 = 0
    for index in 0..<max(end, 0) { word = word >> 8 | UInt64(name[index]) << 56 }
    return word
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    // The addition keeps a product of zero from forgetting everything in front of it.
    let product = left.multipliedFullWidth(by: right)
    return (product.low ^ product.high) &+ left
  }
}
