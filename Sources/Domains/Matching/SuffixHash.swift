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

  /// Takes in the label that ends at `end`; returns where it starts. Reads at most to the next dot.
  @inline(__always)
  mutating func takeLabel(of name: Span<UInt8>, endingAt end: Int) -> Int {
    var word: UInt64 = 0
    var start = end
    while start > 0 {
      let byte = name[start - 1]
      if byte == UInt8(ascii: ".") { break }
      start -= 1
      word = word << 8 | UInt64(byte)
      if (end - start) & 7 == 0 {
        value = Self.fold(value ^ word, Self.wordKey)
        word = 0
      }
    }
    value = Self.fold(value ^ word, Self.labelKey &+ UInt64(truncatingIfNeeded: end - start))
    return start
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    // The addition keeps a product of zero from forgetting everything in front of it.
    let product = left.multipliedFullWidth(by: right)
    return (product.low ^ product.high) &+ left
  }
}
