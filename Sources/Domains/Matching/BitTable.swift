/// A set of small numbers, one bit each. Every access wraps around at the capacity, a power of two, so
/// that none needs a branch: who asks for a number from outside compares it with ``capacity`` himself.
@safe struct BitTable: ~Copyable {
  private let words: UnsafeMutablePointer<UInt64>
  private let wordMask: Int
  /// In bits, at least 64.
  var capacity: Int { (wordMask &+ 1) &* 64 }

  /// Empty, with room for the numbers below `count`.
  init(count: Int) {
    let wordCount = 1 << (Int.bitWidth - (max(count - 1, 0) >> 6).leadingZeroBitCount)
    wordMask = wordCount - 1
    unsafe words = .allocate(capacity: wordCount)
    unsafe words.initialize(repeating: 0, count: wordCount)
  }

  deinit { unsafe words.deallocate() }

  @inline(__always) func insert(_ number: Int) {
    let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: number & 63)
    unsafe words[(number >> 6) & wordMask] |= bit
  }

  /// 1 if the number is in the set, 0 if not.
  @inline(__always) func bit(_ number: UInt32) -> UInt32 {
    let word = unsafe words[Int(truncatingIfNeeded: number >> 6) & wordMask]
    return UInt32(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: number & 63)) & 1
  }

  func contains(_ number: UInt32) -> Bool { number < capacity && bit(number) == 1 }
}
