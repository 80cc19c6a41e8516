/// International names (IDNA): from the spelling that people read to the `xn--` form that lists hold,
/// and back. Through libidn2, by IDNA2008 with the non-transitional mapping of UTS #46, label by label.
///
/// The proxy itself never maps a name. Here it is done for the author of a list, and strictly: what
/// the mapping would turn into other characters than case is refused, because then the text that
/// was reviewed and the name that is meant are two things.
internal import CIDN

/// Conversions of single labels; a label has no dot.
package enum InternationalName {
  /// Why a label cannot be converted, as a clause for people: "it holds …".
  package struct Problem: Error, Hashable, Sendable {
    package let summary: String
  }

  /// Whether a label claims to be an A-label: `xn--` in any case.
  package static func isEncoded(_ label: some StringProtocol) -> Bool {
    label.utf8.count >= 4 && label.prefix(4).lowercased() == "xn--"
  }

  /// The A-label of a label that has characters beyond ASCII.
  package static func encode(_ label: String) throws(Problem) -> String {
    let lower = label.lowercased()
    // libidn2 lets other ASCII through, and a `*` inside an A-label would be a glob that nobody meant.
    for byte in lower.utf8 where byte < 0x80 {
      let isOrdinary =
        byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
        || byte == UInt8(ascii: "-")
      guard isOrdinary else {
        throw Problem(summary: "`\(printable(String(UnicodeScalar(byte))))` cannot stand in one")
      }
    }
    let encoded = try lookUp(lower)
    guard isEncoded(encoded) else {
      throw Problem(summary: "it stands for `\(printable(encoded))`, which should be written so")
    }
    // Canonically equal strings are equal, so that composed and decomposed letters may differ.
    guard try decode(encoded) == lower else {
      throw Problem(summary: "it holds characters that stand for others")
    }
    return encoded
  }

  /// The label as people read it. A valid A-label is the only spelling of what it decodes to.
  package static func decode(_ label: String) throws(Problem) -> String {
    let decoded = try toUnicode(label)
    guard decoded.utf8.contains(where: { $0 >= 0x80 }) else {
      throw Problem(summary: "it encodes nothing that needs it")
    }
    guard try lookUp(label) == label else {
      throw Problem(summary: "it is not the one encoding of what it stands for")
    }
    return decoded
  }

  /// A whole name with its A-labels decoded, or `nil` if it has none or one that is not valid.
  package static func readable(_ name: String) -> String? {
    guard name.utf8.contains(UInt8(ascii: "x")) else { return nil }
    var isChanged = false
    var labels: [String] = []
    for label in name.split(separator: ".", omittingEmptySubsequences: false) {
      guard isEncoded(label) else {
        labels.append(String(label))
        continue
      }
      guard let decoded = try? decode(String(label)) else { return nil }
      isChanged = true
      labels.append(decoded)
    }
    return isChanged ? labels.joined(separator: ".") : nil
  }

  /// The text with what cannot be seen, or moves other text, spelled as `U+200D`.
  package static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
        .unassigned:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: - libidn2

  private static func lookUp(_ label: String) throws(Problem) -> String {
    guard !label.utf8.contains(0), label.utf8.count <= 1024 else {
      throw Problem(summary: "it is no label")
    }
    let flags = Int32(bitPattern: IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
    var result: UnsafeMutablePointer<CChar>?
    let code = unsafe label.withCString { text in
      unsafe idn2_to_ascii_8z(text, &result, flags)
    }
    return try unsafe taken(result, code)
  }

  private static func toUnicode(_ label: String) throws(Problem) -> String {
    guard !label.utf8.contains(0), label.utf8.count <= 63 else {
      throw Problem(summary: "it is no label")
    }
    var result: UnsafeMutablePointer<CChar>?
    let code = unsafe label.withCString { text in unsafe idn2_to_unicode_8z8z(text, &result, 0) }
    return try unsafe taken(result, code)
  }

  /// The string of a call, whose memory is given back.
  private static func taken(
    _ result: UnsafeMutablePointer<CChar>?, _ code: Int32
  ) throws(Problem) -> String {
    defer { unsafe idn2_free(result) }
    guard code == IDN2_OK.rawValue, let result = unsafe result else {
      throw Problem(summary: summary(code))
    }
    return unsafe String(cString: result)
  }

  private static func summary(_ code: Int32) -> String {
    switch code {
    case IDN2_PUNYCODE_BAD_INPUT.rawValue, IDN2_PUNYCODE_BIG_OUTPUT.rawValue,
      IDN2_PUNYCODE_OVERFLOW.rawValue:
      "it cannot be decoded"
    case IDN2_TOO_BIG_DOMAIN.rawValue, IDN2_TOO_BIG_LABEL.rawValue:
      "it has more than 63 bytes in its xn-- form"
    case IDN2_2HYPHEN.rawValue, IDN2_HYPHEN_STARTEND.rawValue:
      "it has hyphens where an international label cannot have them"
    case IDN2_LEADING_COMBINING.rawValue: "it starts with a combining mark"
    case IDN2_CONTEXTJ.rawValue, IDN2_CONTEXTJ_NO_RULE.rawValue, IDN2_CONTEXTO.rawValue,
      IDN2_CONTEXTO_NO_RULE.rawValue:
      "it holds a character that is allowed only between certain others"
    case IDN2_UNASSIGNED.rawValue: "it holds a character that Unicode does not have"
    case IDN2_BIDI.rawValue: "it mixes directions of writing"
    default: "it holds a character that IDNA2008 does not allow"
    }
  }
}
