/// Reads the value of `Proxy-Authorization` (RFC 9110 §11.7.2): `Basic` (RFC 7617) and `Bearer`
/// (RFC 6750 §2.1), in any case, with one space or more behind.
package enum ProxyAuthorization {
  /// The longest value that is looked at; longer ones hold no credential.
  package static var maximumLength: Int { 1024 }

  /// Writes the credential to the beginning of `output` and returns its length; `nil` for another
  /// scheme and for what is malformed. Of `Basic` it is the password, or the user where the password
  /// is empty, as in `http://TOKEN@proxy:3128`. `output` has room for ``maximumLength`` bytes.
  package static func credential(
    of value: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) -> Int? {
    precondition(output.count >= maximumLength)
    guard value.count <= maximumLength else { return nil }
    var end = 0
    while end < value.count, value[end].isToken { end += 1 }
    var start = end
    while start < value.count, value[start] == Ascii.space { start += 1 }
    guard end > 0, start > end, start < value.count else { return nil }
    let rest = value.extracting(start...)
    switch PackedText.lowercased(value.extracting(..<end)) {
    case .basic: return password(rest, &output)
    case .bearer: return token(rest, &output)
    default: return nil
    }
  }

  /// `token68` (RFC 9110 §11.2), as it is.
  private static func token(_ text: Span<UInt8>, _ output: inout MutableSpan<UInt8>) -> Int? {
    for index in text.indices {
      guard isToken68(text[index]) else { return nil }
      output[index] = text[index]
    }
    return text.count
  }

  private static func password(_ text: Span<UInt8>, _ output: inout MutableSpan<UInt8>) -> Int? {
    guard let count = decode(text, &output) else { return nil }
    var colon = 0
    while colon < count, output[colon] != Ascii.colon { colon += 1 }
    guard colon < count else { return nil }
    if colon + 1 == count { return colon > 0 ? colon : nil }
    for index in (colon + 1)..<count { output[index - colon - 1] = output[index] }
    return count - colon - 1
  }

  /// Base64 with its padding and no bit to spare (RFC 4648 §4 and §3.5), so that a credential has one
  /// spelling.
  private static func decode(_ text: Span<UInt8>, _ output: inout MutableSpan<UInt8>) -> Int? {
    guard text.count % 4 == 0, text.count > 0 else { return nil }
    var digits = text.count
    while digits > text.count - 2, text[digits - 1] == Ascii.equals { digits -= 1 }
    var bits: UInt32 = 0
    var bitCount = 0
    var count = 0
    for index in 0..<digits {
      guard let value = value(text[index]) else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        output[count] = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
        count += 1
      }
    }
    let rest = bits & ((1 << UInt32(bitCount)) - 1)
    return rest == 0 ? count : nil
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  private static func isToken68(_ byte: UInt8) -> Bool {
    if byte.isLetter || byte.isDigit { return true }
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
      UInt8(ascii: "+"), UInt8(ascii: "/"), Ascii.equals:
      return true
    default: return false
    }
  }
}

extension PackedText {
  /// `basic`
  @inline(__always) static var basic: PackedText { PackedText(0x0063_6973_6162, count: 5) }
  /// `bearer`
  @inline(__always) static var bearer: PackedText { PackedText(0x7265_7261_6562, count: 6) }
}
