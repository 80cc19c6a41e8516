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
    while true {
      if at &+ 8 <= count {
        let stops = word(at: at).controls
        if stops == 0 {
          at &+= 8
          continue
        }
        at &+= stops.trailingZeroBitCount >> 3
      }
      guard self[at].isFieldContent else { return at }
      at &+= 1
    }
  }

  /// The index of the first byte from `start` on that is not visible ASCII; traps if there is none.
  @inline(__always) func endOfVisible(from start: Int) -> Int {
    var at = start
    while true {
      if at &+ 8 <= count {
        let stops = word(at: at).invisibles
        if stops == 0 {
          at &+= 8
          continue
        }
        at &+= stops.trailingZeroBitCount >> 3
      }
      guard self[at].isVisible else { return at }
      at &+= 1
    }
  }

  /// The index of the first byte from `start` on that is no `tchar`; traps if there is none.
  @inline(__always) func endOfToken(from start: Int) -> Int {
    var at = start
    while true {
      if at &+ 8 <= count {
        let stops = word(at: at).unusualInNames
        if stops == 0 {
          at &+= 8
          continue
        }
        at &+= stops.trailingZeroBitCount >> 3
      }
      guard self[at].isToken else { return at }
      at &+= 1
    }
  }

  /// As ``endOfToken(from:)``, and whether an underscore stands before it.
  @inline(__always) func endOfName(from start: Int) -> (end: Int, hasUnderscore: Bool) {
    var at = start
    var hasUnderscore = false
    while true {
      if at &+ 8 <= count {
        let stops = word(at: at).unusualInNames
        if stops == 0 {
          at &+= 8
          continue
        }
        at &+= stops.trailingZeroBitCount >> 3
      }
      let byte = self[at]
      guard byte.isToken else { return (at, hasUnderscore) }
      if byte == Ascii.underscore { hasUnderscore = true }
      at &+= 1
    }
  }

  /// The index of the first byte that no authority holds, or `count`.
  @inline(__always) var endOfAuthority: Int {
    var at = 0
    while at < count {
      if at &+ 8 <= count {
        let stops = word(at: at).unusualInAuthorities
        if stops == 0 {
          at &+= 8
          continue
        }
        at &+= stops.trailingZeroBitCount >> 3
      } else if count >= 8 {
        // The last eight bytes, without those that were looked at.
        let surplus = UInt64(truncatingIfNeeded: (at &+ 8 &- count) &* 8)
        let stops = word(at: count &- 8).unusualInAuthorities >> surplus
        if stops == 0 { return count }
        at &+= stops.trailingZeroBitCount >> 3
      }
      guard self[at].isAuthority else { return at }
      at &+= 1
    }
    return count
  }

  /// The index of the first byte that is one of two, both below 0x80, or `count`.
  @inline(__always) func firstIndex(of one: UInt8, or other: UInt8) -> Int {
    var at = 0
    while at < count {
      if at &+ 8 <= count {
        let word = word(at: at)
        if !word.holds(one), !word.holds(other) {
          at &+= 8
          continue
        }
      } else if count >= 8 {
        let word = word(at: count &- 8)
        if !word.holds(one), !word.holds(other) { return count }
      }
      if self[at] == one || self[at] == other { return at }
      at &+= 1
    }
    return count
  }
}

/// Tests of eight bytes at once (Hacker's Delight §6-1): a borrow out of a byte sets its top bit.
extension UInt64 {
  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inline(__always) private static var tops: UInt64 { 0x8080_8080_8080_8080 }

  /// Whether one of the eight bytes is `byte`, which is below 0x80. Exact.
  @inline(__always) func holds(_ byte: UInt8) -> Bool { equal(byte) != 0 }

  /// How many of the lowest bytes are above `limit`, which is below 0x80: 0 to 8.
  @inline(__always) func countAbove(_ limit: UInt8) -> Int {
    below(limit &+ 1).trailingZeroBitCount >> 3
  }

  // Each of these marks bytes by their top bit. The lowest mark is right; one above it may stand on a
  // byte that borrowed, so the byte itself is looked at again before anything is said of it.

  @inline(__always) private func below(_ limit: UInt8) -> UInt64 {
    (self &- Self.ones &* UInt64(limit)) & ~self & Self.tops
  }

  @inline(__always) private func equal(_ byte: UInt8) -> UInt64 {
    let difference = self ^ (Self.ones &* UInt64(byte))
    return (difference &- Self.ones) & ~difference & Self.tops
  }

  /// The bytes `first ... last`, both below 0x80. No byte carries into the next.
  @inline(__always) private func within(_ first: UInt8, _ last: UInt8) -> UInt64 {
    let low = self & ~Self.tops
    let atLeast = low &+ Self.ones &* UInt64(0x80 &- first)
    let above = low &+ Self.ones &* UInt64(0x7f &- last)
    return atLeast & ~above & ~self & Self.tops
  }

  /// Letters, of both cases.
  @inline(__always) private var letters: UInt64 {
    (self | 0x2020_2020_2020_2020).within(0x61, 0x7a)
  }

  /// What is no field content, and tabs.
  @inline(__always) fileprivate var controls: UInt64 { below(0x20) | equal(0x7f) }

  /// What is not visible ASCII.
  @inline(__always) fileprivate var invisibles: UInt64 {
    below(0x21) | equal(0x7f) | self & Self.tops
  }

  /// All but letters and dashes.
  @inline(__always) fileprivate var unusualInNames: UInt64 {
    ~(letters | within(Ascii.dash, Ascii.dash)) & Self.tops
  }

  /// All but letters, digits, colons, dashes and dots.
  @inline(__always) fileprivate var unusualInAuthorities: UInt64 {
    ~(letters | within(Ascii.dash, Ascii.dot) | within(Ascii.zero, Ascii.colon)) & Self.tops
  }
}
