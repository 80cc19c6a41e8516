/// The form of an access token: `slc_`, ten characters that name it, `_`, and 32 characters that only
/// its holder knows, all of `a-z 2-7` (RFC 4648 §6 in lower case).
///
/// The name finds the credential among ten thousand without a hash for each; the secret has 160
/// random bits. Nobody can guess or search that many, so one round of SHA-256 over salt and token is
/// enough to store it by. A slow hash is for passwords that people choose, and those are not taken.
package enum TokenText {
  package static let prefix: StaticString = "slc_"
  package static let idLength = 10
  package static let secretLength = 32
  /// Of the whole token, in bytes.
  package static let length = 4 + idLength + 1 + secretLength

  /// The name in `token` as a number; `nil` if `token` does not have the form of one.
  package static func id(of token: Span<UInt8>) -> UInt64? {
    guard token.count == length, token[4 + idLength] == UInt8(ascii: "_") else { return nil }
    var index = 0
    while index < 4 {
      guard token[index] == prefix.byte(at: index) else { return nil }
      index += 1
    }
    index = 4 + idLength + 1
    while index < length {
      guard value(token[index]) != nil else { return nil }
      index += 1
    }
    return number(token, from: 4)
  }

  /// The ten characters of a name as a number.
  package static func id(_ text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    return bytes.count == idLength ? number(bytes.span, from: 0) : nil
  }

  /// The ten characters of a name.
  package static func text(ofID id: UInt64) -> String {
    text((0..<idLength).map { UInt8(truncatingIfNeeded: id >> UInt64(5 * (idLength - 1 - $0))) })
  }

  /// The characters of numbers of which the lowest five bits count.
  package static func text(_ values: [UInt8]) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    return String(decoding: values.map { alphabet[Int($0 & 31)] }, as: UTF8.self)
  }

  private static func number(_ text: Span<UInt8>, from start: Int) -> UInt64? {
    var number: UInt64 = 0
    var index = start
    while index < start + idLength {
      guard let digit = value(text[index]) else { return nil }
      number = number << 5 | UInt64(digit)
      index += 1
    }
    return number
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    let letter = byte &- UInt8(ascii: "a")
    if letter < 26 { return letter }
    let digit = byte &- UInt8(ascii: "2")
    return digit < 6 ? digit + 26 : nil
  }
}
