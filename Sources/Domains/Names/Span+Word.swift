/// Eight bytes of a name at a time: names are looked at on every request, and most of their bytes need
/// no more than to be known as ordinary.
extension Span<UInt8> {
  /// The bytes `at ..< at + 8`, the first in the lowest place. One bounds check and one load.
  @inline(__always) func word(at: Int) -> UInt64 {
    let piece = extracting(at..<at &+ 8)
    precondition(piece.count == 8)
    let low =
      UInt64(piece[0]) | UInt64(piece[1]) << 8 | UInt64(piece[2]) << 16 | UInt64(piece[3]) << 24
    let high =
      UInt64(piece[4]) | UInt64(piece[5]) << 8 | UInt64(piece[6]) << 16 | UInt64(piece[7]) << 24
    return low | high << 32
  }
}

extension MutableSpan<UInt8> {
  /// Writes the bytes `at ..< at + 8`, as ``Swift/Span/word(at:)`` reads them.
  @inline(__always)
  mutating func store(_ word: UInt64, at: Int) {
    var piece = _mutatingExtracting(at..<at &+ 8)
    precondition(piece.count == 8)
    for place in 0..<8 {
      piece[place] = UInt8(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: place &* 8))
    }
  }
}

/// Tests of eight bytes at once. Each marks the bytes that it is about by their top bit, exactly: no
/// byte carries into the next.
extension UInt64 {
  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always) static var topBits: UInt64 { 0x8080_8080_8080_8080 }

  /// The bytes `first ... last`, both below 0x80.
  @inline(__always) func bytes(_ first: UInt8, _ last: UInt8) -> UInt64 {
    let low = self & ~Self.topBits
    let atLeast = low &+ Self.ones &* UInt64(0x80 &- first)
    let above = low &+ Self.ones &* UInt64(0x7f &- last)
    return atLeast & ~above & ~self & Self.topBits
  }

  @inline(__always) var dots: UInt64 { bytes(UInt8(ascii: "."), UInt8(ascii: ".")) }
}
