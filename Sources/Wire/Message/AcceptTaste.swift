/// Whether a client that we refuse would rather read plain text than JSON. The rule is simple: of the
/// media ranges `text/plain`, `text/html`, `application/json` and `application/problem+json`, the one
/// that `Accept` names first decides; parameters and weights are not looked at; none of them means
/// JSON. Who asks for HTML is a browser with a person before it, and gets text to read.
enum AcceptTaste: BitwiseCopyable {
  case unsaid, plainText, json

  mutating func take(_ value: ByteRange, in bytes: Span<UInt8>) {
    guard self == .unsaid else { return }
    var elements = ListElements(value)
    while let element = elements.next(in: bytes) {
      let range = PackedText.lowercased(Self.mediaRange(element.span(in: bytes)))
      if range == .textPlain || range == .textHTML {
        self = .plainText
        return
      }
      if range == .applicationJSON || range == .applicationProblemJSON {
        self = .json
        return
      }
    }
  }

  /// The element up to its first parameter.
  @_lifetime(copy element)
  private static func mediaRange(_ element: Span<UInt8>) -> Span<UInt8> {
    var end = 0
    while end < element.count, element[end] != Ascii.semicolon, !element[end].isBlank { end &+= 1 }
    return element.extracting(0..<end)
  }
}

extension PackedText {
  /// `text/plain`
  @inline(__always) static var textPlain: PackedText {
    PackedText(0x616c_702f_7478_6574, 0x6e69, count: 10)
  }
  /// `text/html`
  @inline(__always) static var textHTML: PackedText {
    PackedText(0x6d74_682f_7478_6574, 0x6c, count: 9)
  }
  /// `application/json`
  @inline(__always) static var applicationJSON: PackedText {
    PackedText(0x7461_6369_6c70_7061, 0x6e6f_736a_2f6e_6f69, count: 16)
  }
  /// `application/problem+json`
  @inline(__always) static var applicationProblemJSON: PackedText {
    PackedText(0x7461_6369_6c70_7061, 0x626f_7270_2f6e_6f69, 0x6e6f_736a_2b6d_656c, count: 24)
  }
}
