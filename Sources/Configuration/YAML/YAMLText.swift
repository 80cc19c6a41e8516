import Domains

/// The bytes of a YAML text and the places in them. Characters that hide or reorder what a reader
/// sees are refused even in comments, because a configuration is meant to be reviewed.
struct YAMLText {
  let bytes: [UInt8]
  /// Where each line starts; empty if the text is ASCII, where columns need no translation.
  private let lineStarts: [Int]

  /// Takes a text that is UTF-8, of at most `limit` bytes, with LF line ends.
  init(_ bytes: [UInt8], limit: Int) throws(YAMLError) {
    guard bytes.count <= limit else {
      throw YAMLError(
        .start, "the file has more than \(limit >> 20) MiB", remedy: "move rules into allowlists")
    }
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw YAMLError(
        .start, "the file starts with a byte order mark",
        remedy: "save it as UTF-8 without a byte order mark")
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw YAMLError(
        Self.position(of: error.byteOffsets.lowerBound, in: bytes), "not UTF-8",
        remedy: "save the file as UTF-8")
    }
    let isASCII = try Self.checkCharacters(bytes)
    self.bytes = bytes
    var starts: [Int] = []
    if !isASCII {
      starts.append(0)
      for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
        starts.append(index + 1)
      }
    }
    lineStarts = starts
  }

  /// The place of the character that has number `column` in its line, both from 0.
  func position(line: Int, column: Int) -> SourcePosition {
    guard line < lineStarts.count else {
      return SourcePosition(line: line + 1, column: column + 1)
    }
    var offset = lineStarts[line]
    var left = column
    while left > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return SourcePosition(line: line + 1, column: offset - lineStarts[line] + 1)
  }

  private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
    let start = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = bytes[..<start].count { $0 == UInt8(ascii: "\n") }
    return SourcePosition(line: lines + 1, column: offset - start + 1)
  }

  /// Whether all of the text is ASCII.
  private static func checkCharacters(_ bytes: [UInt8]) throws(YAMLError) -> Bool {
    var isASCII = true
    for (index, byte) in bytes.enumerated() {
      if byte >= 0x80 {
        isASCII = false
        if byte >= 0xC2, isHidden(at: index, bytes) {
          throw YAMLError(
            position(of: index, in: bytes),
            "an invisible character that hides or reorders what a reader sees", remedy: "remove it")
        }
      } else if byte < 0x20 || byte == 0x7F {
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") { continue }
        let isLineEnd =
          byte == UInt8(ascii: "\r") && index + 1 < bytes.count
          && bytes[index + 1] == UInt8(ascii: "\n")
        throw YAMLError(
          position(of: index, in: bytes), isLineEnd ? "the line ends in CR LF" : "a control byte",
          remedy: isLineEnd ? "save the file with LF line ends" : "remove it")
      }
    }
    return isASCII
  }

  /// C1 controls, soft hyphen, zero-width characters, line separators and changes of direction; the
  /// text is UTF-8.
  private static func isHidden(at index: Int, _ bytes: [UInt8]) -> Bool {
    let second = UInt32(bytes[index + 1] & 0x3F)
    let scalar: UInt32
    switch bytes[index] {
    case 0xC2...0xDF: scalar = UInt32(bytes[index] & 0x1F) << 6 | second
    case 0xE0...0xEF:
      scalar =
        UInt32(bytes[index] & 0x0F) << 12 | second << 6 | UInt32(bytes[index + 2] & 0x3F)
    default: return false
    }
    return switch scalar {
    case 0x80..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }
}

extension SourcePosition {
  /// The first byte of a text.
  static var start: SourcePosition { SourcePosition(line: 1, column: 1) }
}
