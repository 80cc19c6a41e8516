/// Bytes that an attacker chose, as a JSON string that every parser reads in the same way.
///
/// RFC 8259 §7 demands escapes for `"`, `\` and U+0000 to U+001F. Escaped beside them, with the same
/// meaning to a parser, is what would let a record deceive the person who reads it in a terminal: DEL
/// and the C1 controls, line and paragraph separators, and the bidirectional controls. What is not
/// UTF-8 (RFC 3629 §4) becomes U+FFFD, one for each byte that does not fit.
extension LineBuffer {
  /// The string with its quotes. At most 6 bytes for each byte of `text`, and 2.
  package mutating func append(json text: Span<UInt8>) {
    append(0x22)
    var index = 0
    while true {
      index += appendPlain(text, from: index)
      guard index < text.count else { break }
      let byte = text[index]
      if byte == 0x22 || byte == 0x5c {
        append(0x5c)
        append(byte)
        index += 1
      } else if byte < 0x80 {
        append(escape: UInt32(byte))
        index += 1
      } else {
        let (scalar, length) = LineBuffer.scalar(text, index)
        if length == 0 {
          append("\u{fffd}")
          index += 1
          continue
        }
        if LineBuffer.deceives(scalar) {
          append(escape: scalar)
        } else {
          append(text.extracting(index..<index + length))
        }
        index += length
      }
    }
    append(0x22)
  }

  private mutating func append(escape scalar: UInt32) {
    append("\\u")
    for shift in stride(from: 12, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: (scalar >> shift) & 15)
      append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
    }
  }

  /// All of them in the basic plane, so that four digits do.
  private static func deceives(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x80...0x9f, 0x061c, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    default: false
    }
  }

  /// The scalar that starts at `index` with a byte above 0x7f, and its length; length 0 where the
  /// bytes are not well-formed UTF-8 (overlong forms, surrogates and what lies above U+10FFFF too).
  private static func scalar(_ text: Span<UInt8>, _ index: Int) -> (UInt32, Int) {
    let first = text[index]
    let length: Int
    var scalar: UInt32
    let least: UInt32
    switch first {
    case 0xc2...0xdf: (length, scalar, least) = (2, UInt32(first & 0x1f), 0x80)
    case 0xe0...0xef: (length, scalar, least) = (3, UInt32(first & 0x0f), 0x800)
    case 0xf0...0xf4: (length, scalar, least) = (4, UInt32(first & 0x07), 0x10000)
    default: return (0, 0)
    }
    guard text.count - index >= length else { return (0, 0) }
    for offset in 1..<length {
      let next = text[index + offset]
      guard next & 0xc0 == 0x80 else { return (0, 0) }
      scalar = scalar << 6 | UInt32(next & 0x3f)
    }
    let isSurrogate = scalar >= 0xd800 && scalar <= 0xdfff
    guard scalar >= least, scalar <= 0x10ffff, !isSurrogate else { return (0, 0) }
    return (scalar, length)
  }
}
