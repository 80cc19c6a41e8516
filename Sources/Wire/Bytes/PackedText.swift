/// Up to 32 bytes of text in four words: what we compare with and what we write, without a String at
/// work. Swift reads the bytes of a `StaticString` through an unsafe pointer only, and nothing in this
/// target is unsafe; so our own texts are written down as words, which the compiler puts into the
/// instructions that use them. A `static let` made from a literal would be looked for at every use.
/// PackedTextTests spells each of them out.
struct PackedText: BitwiseCopyable, Equatable, Sendable {
  private(set) var word0: UInt64 = 0
  private(set) var word1: UInt64 = 0
  private(set) var word2: UInt64 = 0
  private(set) var word3: UInt64 = 0
  /// Length in bytes. Above 32 the words hold the first 32 bytes only, and the text equals no literal.
  private(set) var count = 0

  @inline(__always) init() {}

  /// A text of ours, eight bytes a word, the first in the lowest place.
  @inline(__always) init(
    _ word0: UInt64, _ word1: UInt64 = 0, _ word2: UInt64 = 0, _ word3: UInt64 = 0, count: Int
  ) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
    self.count = count
  }

  @inline(__always) mutating func append(_ byte: UInt8) {
    let shifted = UInt64(byte) << UInt64(truncatingIfNeeded: (count & 7) &* 8)
    switch count >> 3 {
    case 0: word0 |= shifted
    case 1: word1 |= shifted
    case 2: word2 |= shifted
    case 3: word3 |= shifted
    default: break
    }
    count &+= 1
  }

  /// The byte at `index`, which is 0 to 31.
  @inline(__always) subscript(index: Int) -> UInt8 {
    let word =
      switch index >> 3 {
      case 0: word0
      case 1: word1
      case 2: word2
      default: word3
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: (index & 7) &* 8))
  }

  @inline(__always) static func == (a: Self, b: Self) -> Bool {
    a.word0 == b.word0 && a.word1 == b.word1 && a.word2 == b.word2 && a.word3 == b.word3
      && a.count == b.count
  }

  /// The first 32 bytes of `bytes`, and their count.
  @inline(__always) init(_ bytes: Span<UInt8>) {
    word0 = Self.word(0, of: bytes)
    if bytes.count > 8 {
      word1 = Self.word(1, of: bytes)
      if bytes.count > 16 {
        word2 = Self.word(2, of: bytes)
        if bytes.count > 24 { word3 = Self.word(3, of: bytes) }
      }
    }
    count = bytes.count
  }

  /// `bytes` with ASCII letters in lower case. Exact for what a token or a field value may hold; control
  /// characters would fold onto others.
  @inline(__always) static func lowercased(_ bytes: Span<UInt8>) -> Self {
    var text = PackedText(bytes)
    text.word0 |= Self.lowercase(min(text.count, 8))
    text.word1 |= Self.lowercase(min(text.count &- 8, 8))
    text.word2 |= Self.lowercase(min(text.count &- 16, 8))
    text.word3 |= Self.lowercase(min(text.count &- 24, 8))
    return text
  }

  /// The bytes of `bytes` in `range` with ASCII letters in lower case, as ``lowercased(_:)``. What stands
  /// behind the range is read with it and cut off, which costs less than to read the end byte by byte.
  @inline(__always) static func lowercased(_ bytes: Span<UInt8>, _ range: ByteRange) -> Self {
    let count = range.count
    guard count > 0, range.lower &+ (count &+ 7) & ~7 <= bytes.count else {
      return lowercased(range.span(in: bytes))
    }
    var text = PackedText()
    text.count = count
    text.word0 = folded(bytes.word(at: range.lower), count)
    if count > 8 {
      text.word1 = folded(bytes.word(at: range.lower &+ 8), count &- 8)
      if count > 16 {
        text.word2 = folded(bytes.word(at: range.lower &+ 16), count &- 16)
        if count > 24 { text.word3 = folded(bytes.word(at: range.lower &+ 24), count &- 24) }
      }
    }
    return text
  }

  /// The first `count` bytes of a word, all eight if there are more, each with bit 5.
  @inline(__always) private static func folded(_ word: UInt64, _ count: Int) -> UInt64 {
    let surplus = UInt64(truncatingIfNeeded: (8 &- min(count, 8)) &* 8)
    return (word | 0x2020_2020_2020_2020) & (UInt64.max >> surplus)
  }

  /// Bit 5 of the first `count` bytes of a word, which is at most 8.
  @inline(__always) private static func lowercase(_ count: Int) -> UInt64 {
    guard count > 0 else { return 0 }
    return 0x2020_2020_2020_2020 >> UInt64(truncatingIfNeeded: (8 &- count) &* 8)
  }

  /// Bytes `8 * index ..< 8 * index + 8` as far as there are any; zeros after them.
  @inline(__always) private static func word(_ index: Int, of bytes: Span<UInt8>) -> UInt64 {
    let start = index &* 8
    if start &+ 8 <= bytes.count { return bytes.word(at: start) }
    // The last eight bytes hold the ones that remain: shift the others out.
    if bytes.count >= 8 {
      let surplus = start &+ 8 &- bytes.count
      return bytes.word(at: bytes.count &- 8) >> UInt64(truncatingIfNeeded: surplus &* 8)
    }
    var word: UInt64 = 0
    for i in bytes.indices {
      word |= UInt64(bytes[i]) << UInt64(truncatingIfNeeded: (i & 7) &* 8)
    }
    return word
  }

  /// Whether it, a folded token, holds an underscore.
  @inline(__always) var hasUnderscore: Bool {
    word0.holds(Ascii.foldedUnderscore) || word1.holds(Ascii.foldedUnderscore)
      || word2.holds(Ascii.foldedUnderscore) || word3.holds(Ascii.foldedUnderscore)
  }

  /// The same with `-` for each `_`.
  var dashed: PackedText {
    var text = PackedText()
    for i in 0..<min(count, 32) {
      let byte = self[i]
      text.append(byte == Ascii.foldedUnderscore ? Ascii.dash : byte)
    }
    return text
  }

  /// Whether it begins with `prefix`, of 9 to 16 bytes.
  @inline(__always) func beginsLike(_ prefix: PackedText) -> Bool {
    let bits = UInt64(truncatingIfNeeded: (prefix.count &- 8) &* 8)
    let mask = bits >= 64 ? UInt64.max : (1 << bits) &- 1
    return word0 == prefix.word0 && word1 & mask == prefix.word1
  }
}
