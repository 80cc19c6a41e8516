/// Words that a command line gives for a list that is to be written: refused here, before they could
/// become lines of their own.
package enum ListWord {
  package static let remedy =
    "use lower-case letters (in a version capitals too), digits and . _ - +, at most 64, and start "
    + "with a letter or digit"

  /// Whether a text can be `name:` of a list.
  package static func isName(_ text: String) -> Bool { isWord(text, allowsUpperCase: false) }

  /// Whether a text can be `version:` of a list.
  package static func isVersion(_ text: String) -> Bool { isWord(text, allowsUpperCase: true) }

  /// Whether a text can be the value of a key, such as `ticket=`, if need be in quotation marks.
  package static func isValue(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 200 && !text.utf8.contains(UInt8(ascii: "\""))
      && PrintableText.line(text, limit: 200) == text
  }

  private static func isWord(_ text: String, allowsUpperCase: Bool) -> Bool {
    guard (1...64).contains(text.utf8.count) else { return false }
    for (offset, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z") where allowsUpperCase: continue
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
        if offset > 0 { continue }
      default: break
      }
      return false
    }
    return true
  }
}
