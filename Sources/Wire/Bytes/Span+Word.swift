/// Eight bytes at a time. Most of a head is text in which nothing stops us; looking at it by words costs
/// a fifth of looking at each byte.
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

  /// The index of the first byte from `start` on that a field value may not hold. A head ends in CR, so
  /// there is one; traps if there is none.
  @inline(__always) func endOfFieldContent(from start: Int) -> Int {
    var at = start
    while at &+ 8 <= count, !word(at: at).mayHoldControl { at &+= 8 }
    while self[at].isFieldContent { at &+= 1 }
    return at
  }

  /// The index of the first byte from `start` on that is not visible ASCII; traps if there is none.
  @inline(__always) func endOfVisible(from start: Int) -> Int {
    var at = start
    while at &+ 8 <= count, !word(at: at).mayHoldInvisible { at &+= 8 }
    while self[at].isVisible { at &+= 1 }
    return at
  }
}

/// Tests of eight bytes at once (Hacker's Delight §6-1): a borrow out of a byte sets its top bit.
extension UInt64 {
  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always) private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// Whether one of the eight bytes is `byte`, which is below 0x80. Exact.
  @inline(__always) func holds(_ byte: UInt8) -> Bool {
    let difference = self ^ (Self.ones &* UInt64(byte))
    return (difference &- Self.ones) & ~difference & Self.tops != 0
  }

  /// Whether one of the eight bytes is below `limit`, at most 0x80. Exact.
  @inline(__always) private func holdsBelow(_ limit: UInt8) -> Bool {
    (self &- Self.ones &* UInt64(limit)) & ~self & Self.tops != 0
  }

  /// False only if all eight are field content and none is a tab.
  @inline(__always) fileprivate var mayHoldControl: Bool { holdsBelow(0x20) || holds(0x7f) }

  /// False only if all eight are visible ASCII.
  @inline(__always) fileprivate var mayHoldInvisible: Bool {
    holdsBelow(0x21) || holds(0x7f) || self & Self.tops != 0
  }
}
