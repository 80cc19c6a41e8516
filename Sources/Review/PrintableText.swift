/// Text from files that nobody vouches for, as it may be shown to people and written into a list:
/// on one line, cut to a length, without what acts on a terminal or hides from a reviewer.
package enum PrintableText {
  /// `text` with a `?` for each character that a list may not have, of at most `limit` bytes of
  /// UTF-8 and an ellipsis where it was cut.
  package static func line(_ text: some StringProtocol, limit: Int = 120) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      let shown = isHarmless(scalar) ? scalar : "?"
      count += UTF8.width(shown)
      guard count <= limit else { return result + "…" }
      result.unicodeScalars.append(shown)
    }
    return result
  }

  /// As ``line(_:limit:)``, from bytes; what is not UTF-8 becomes U+FFFD.
  package static func line(_ bytes: some Sequence<UInt8>, limit: Int = 120) -> String {
    // Four bytes are the most that one character has, so nothing that would be shown is cut here.
    line(String(decoding: Array(bytes.prefix(limit + 4)), as: UTF8.self), limit: limit)
  }

  /// Neither a control, nor of no width, nor a change of direction: what Domains refuses in a list.
  package static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
      0xFEFF:
      false
    default: true
    }
  }
}

extension String {
  /// As ``PrintableText/line(_:limit:)``, for names of files and the like.
  package var printable: String { PrintableText.line(self, limit: 4096) }
}
