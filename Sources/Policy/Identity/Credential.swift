/// What is stored of an access token: its name, a salt, and the SHA-256 of salt and token. Nobody can
/// make the token from it.
///
/// As text, in configurations: `sha256:ID:SALT:DIGEST`, the salt 32 and the digest 64 hexadecimal
/// digits in lower case.
package struct Credential: Hashable, Sendable, BitwiseCopyable {
  /// See ``TokenText``.
  package let id: UInt64
  package let saltHigh: UInt64
  package let saltLow: UInt64
  package let digest: Digest

  package init(id: UInt64, saltHigh: UInt64, saltLow: UInt64, digest: Digest) {
    self.id = id
    self.saltHigh = saltHigh
    self.saltLow = saltLow
    self.digest = digest
  }

  /// `nil` if `text` is not exactly of the form.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "sha256", let id = TokenText.id(String(parts[1])),
      let salt = Self.words(parts[2], 2), let digest = Self.words(parts[3], 4)
    else { return nil }
    self.init(
      id: id, saltHigh: salt[0], saltLow: salt[1],
      digest: Digest(digest[0], digest[1], digest[2], digest[3]))
  }

  private static func words(_ text: Substring, _ count: Int) -> [UInt64]? {
    let bytes = Array(text.utf8)
    guard bytes.count == count * 16 else { return nil }
    var words = [UInt64](repeating: 0, count: count)
    for (index, byte) in bytes.enumerated() {
      let digit = byte &- UInt8(ascii: "0")
      let letter = byte &- UInt8(ascii: "a")
      guard digit < 10 || letter < 6 else { return nil }
      words[index / 16] = words[index / 16] << 4 | UInt64(digit < 10 ? digit : letter + 10)
    }
    return words
  }
}

extension Credential: CustomStringConvertible {
  package var description: String {
    func digits(_ words: UInt64...) -> String {
      words.map { word in
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
      }.joined()
    }
    let hash = digits(digest.first, digest.second, digest.third, digest.fourth)
    return "sha256:\(TokenText.text(ofID: id)):\(digits(saltHigh, saltLow)):\(hash)"
  }
}
