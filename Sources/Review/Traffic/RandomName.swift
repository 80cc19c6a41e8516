/// Names that look as if a program made them up: data is carried out of a network inside names that
/// a resolver passes on, and programs under foreign control find their masters by such names. A guess,
/// on the careful side: what it catches is shown to people and never suggested.
package enum RandomName {
  /// Whether a label of a name looks random. `xn--` labels are not judged.
  package static func isLikely(_ name: String) -> Bool {
    name.split(separator: ".").contains { isLikely(label: $0.utf8) }
  }

  private static func isLikely(label: Substring.UTF8View) -> Bool {
    let count = label.count
    guard count >= 12, !label.starts(with: "xn--".utf8) else { return false }
    if count > 40 { return true }
    var digits = 0
    var hexadecimals = 0
    var vowels = 0
    var letters = 0
    var changes = 0
    var wasDigit: Bool?
    for byte in label {
      // Between hyphens stand the parts of an ordinary name: versions, dates, addresses.
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
        wasDigit = nil
        continue
      }
      let isDigit = byte &- UInt8(ascii: "0") < 10
      if isDigit {
        digits += 1
        hexadecimals += 1
      } else {
        letters += 1
        if byte <= UInt8(ascii: "f") { hexadecimals += 1 }
        if "aeiouy".utf8.contains(byte) { vowels += 1 }
      }
      if let before = wasDigit, before != isDigit { changes += 1 }
      wasDigit = isDigit
    }
    let body = letters + digits
    if body >= 20, hexadecimals == body, digits >= 4, letters > 0 { return true }
    // Words have few places where digits and letters meet, and a vowel in every few letters.
    if changes >= 6 { return true }
    if changes >= 4, count >= 16, vowels * 4 < letters { return true }
    return count >= 20 && letters >= 16 && vowels * 6 < letters
  }
}
