/// The versions that this proxy speaks in text.
package enum HTTPVersion: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case http10, http11

  /// The version at `bytes[start ..< start + 8]`, such as `HTTP/1.1`: case-sensitive, one digit on each
  /// side (RFC 9112 §2.3). Without a version, `isWellFormed` tells one that we do not speak from
  /// something that is no version.
  static func parse(
    _ bytes: Span<UInt8>, at start: Int
  ) -> (version: HTTPVersion?, isWellFormed: Bool) {
    guard start <= bytes.count &- 8 else { return (nil, false) }
    let word = bytes.word(at: start)
    if word == PackedText.version11.word0 { return (.http11, true) }
    if word == PackedText.version10.word0 { return (.http10, true) }
    // The same but for its two digits.
    let digits: UInt64 = 0xff00_ff00_0000_0000
    let isWellFormed =
      word & ~digits == PackedText.version11.word0 & ~digits && bytes[start &+ 5].isDigit
      && bytes[start &+ 7].isDigit
    return (nil, isWellFormed)
  }
}

extension PackedText {
  /// `HTTP/1.0`
  @inline(__always) static var version10: PackedText {
    PackedText(0x302e_312f_5054_5448, count: 8)
  }
  /// `HTTP/1.1`
  @inline(__always) static var version11: PackedText {
    PackedText(0x312e_312f_5054_5448, count: 8)
  }
}
