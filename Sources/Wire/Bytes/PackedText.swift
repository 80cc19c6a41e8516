/// Up to 32 bytes of text in four words: what we compare with and what we write, without a String at
/// work. Swift reads the bytes of a `StaticString` through an unsafe pointer only, and nothing in this
/// target is unsafe; so each literal is packed once, when it is first used, and costs a few loads from
/// then on.
struct PackedText: BitwiseCopyable, Equatable, Sendable {
  private(set) var word0: UInt64 = 0
  private(set) var word1: UInt64 = 0
  private(set) var word2: UInt64 = 0
  private(set) var word3: UInt64 = 0
  /// Length in bytes. Above 32 the words hold the first 32 bytes only, and the text equals no literal.
  private(set) var count = 0

  @inline(__always) init() {}

  /// For `static let` only. Traps above 32 bytes: a literal that does not fit is a mistake of ours.
  init(_ literal: String) {
    for byte in literal.utf8 { append(byte) }
    precondition(count <= 32)
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

  /// `bytes` with ASCII letters in lower case. Only for tokens: other bytes may fold onto each other.
  @inline(__always) static func lowercased(_ bytes: Span<UInt8>) -> Self {
    var text = PackedText()
    for i in bytes.indices { text.append(bytes[i] | 0x20) }
    return text
  }

  @inline(__always) var hasUnderscore: Bool {
    Self.hasUnderscore(word0) || Self.hasUnderscore(word1) || Self.hasUnderscore(word2)
      || Self.hasUnderscore(word3)
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

  /// Whether one of the eight bytes is a folded underscore (the zero-byte test of Hacker's Delight §6-1).
  @inline(__always) private static func hasUnderscore(_ word: UInt64) -> Bool {
    let difference = word ^ 0x7f7f_7f7f_7f7f_7f7f
    return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080 != 0
  }
}
