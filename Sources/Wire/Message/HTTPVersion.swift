/// The versions that this proxy speaks in text.
package enum HTTPVersion: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case http10, http11

  /// The version that starts at `start` and is eight bytes long, `HTTP/1.1`; case-sensitive, one digit
  /// on each side (RFC 9112 §2.3). `.none` in the pair's first half means that it is not one we speak;
  /// `isWellFormed` then tells another version from something that is no version.
  static func parse(
    _ bytes: Span<UInt8>, at start: Int
  ) -> (version: HTTPVersion?, isWellFormed: Bool) {
    guard start <= bytes.count &- 8 else { return (nil, false) }
    var name = PackedText()
    for i in start..<start &+ 5 { name.append(bytes[i]) }
    let major = bytes[start &+ 5]
    let minor = bytes[start &+ 7]
    guard name == .protocolName, major.isDigit, bytes[start &+ 6] == Ascii.dot, minor.isDigit else {
      return (nil, false)
    }
    guard major == Ascii.zero &+ 1 else { return (nil, true) }
    switch minor {
    case Ascii.zero: return (.http10, true)
    case Ascii.zero &+ 1: return (.http11, true)
    default: return (nil, true)
    }
  }
}

extension PackedText {
  static let protocolName = PackedText("HTTP/")
}
