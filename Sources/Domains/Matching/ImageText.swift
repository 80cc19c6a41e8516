/// The strings in an image that people read: the digest and the file of each list. They stand in
/// messages and on terminals, so what could be taken for more than text has no place in them.
enum ImageText {
  /// The most bytes of one.
  static let limit = 4096

  static func isPlain(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isPlain) }

  /// `text` with `?` for each character that is not plain, cut at the limit: whatever the file of a
  /// list is called, the image made of it can be loaded.
  static func plain(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      let character = isPlain(scalar) ? String(scalar) : "?"
      guard bytes.count + character.utf8.count <= limit else { break }
      bytes.append(contentsOf: character.utf8)
    }
    return bytes
  }

  /// Neither a control character, nor one that hides or reorders others.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}
