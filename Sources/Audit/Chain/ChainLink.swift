internal import COpenSSL

/// One link of the chain over records: the SHA-256 (FIPS 180-4) of the link before and the record's
/// text. docs/audit-log.md says what it proves.
package struct ChainLink: Hashable, Sendable, BitwiseCopyable {
  /// The 32 bytes, eight a word, the first in the lowest place.
  package var words: Words

  package struct Words: Hashable, Sendable, BitwiseCopyable {
    package var first: UInt64 = 0
    package var second: UInt64 = 0
    package var third: UInt64 = 0
    package var fourth: UInt64 = 0

    package init() {}
  }

  /// What is before the first record of a chain: zeros.
  package static var origin: ChainLink { ChainLink(words: Words()) }

  /// The member's beginning; 64 lower-case hexadecimal digits, a quotation mark and a brace follow.
  package static let memberStart: StaticString = #","chain":""#
  /// The length of the digits.
  package static let digitCount = 64
  /// Bytes of a line behind the text that the link is made of, without the line feed.
  package static var tailCount: Int { memberStart.utf8CodeUnitCount + digitCount + 2 }

  package init(words: Words) { self.words = words }

  /// 64 lower-case hexadecimal digits; `nil` for anything else.
  package init?(hexadecimal text: Span<UInt8>) {
    guard text.count == Self.digitCount else { return nil }
    var words = [UInt64](repeating: 0, count: 4)
    for index in 0..<32 {
      guard let high = Self.digit(text[2 * index]), let low = Self.digit(text[2 * index + 1]) else {
        return nil
      }
      words[index / 8] |= UInt64(high << 4 | low) << UInt64(index % 8 * 8)
    }
    self.init(words: Words())
    (self.words.first, self.words.second) = (words[0], words[1])
    (self.words.third, self.words.fourth) = (words[2], words[3])
  }

  /// The bytes at `index`, 0 to 31.
  func byte(_ index: Int) -> UInt8 {
    let word =
      switch index / 8 {
      case 0: words.first
      case 1: words.second
      case 2: words.third
      default: words.fourth
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
  }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = (0..<32).flatMap { [digits[Int(byte($0) >> 4)], digits[Int(byte($0) & 15)]] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}

/// Computes links. Not for several threads at once.
@safe package final class ChainHash {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe EVP_MD_CTX_new(),
      unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    else { preconditionFailure("libcrypto has no SHA-256") }
    unsafe self.context = context
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// The link of a record whose line, up to its `chain` member, is `text`.
  package func link(after previous: ChainLink, _ text: Span<UInt8>) -> ChainLink {
    begin()
    unsafe withUnsafeBytes(of: previous.words) { bytes in
      _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
    return end(text)
  }

  /// The SHA-256 of a text.
  package func digest(_ text: Span<UInt8>) -> [UInt8] {
    begin()
    let link = end(text)
    return (0..<32).map { link.byte($0) }
  }

  private func begin() {
    // Without a name of a digest, the one from before is taken, and not looked up again.
    guard unsafe EVP_DigestInit_ex(context, nil, nil) == 1 else {
      preconditionFailure("libcrypto computes no SHA-256")
    }
  }

  private func end(_ text: Span<UInt8>) -> ChainLink {
    unsafe text.withUnsafeBufferPointer { bytes in
      _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
    var words = ChainLink.Words()
    var length: UInt32 = 0
    let done = unsafe withUnsafeMutableBytes(of: &words) { bytes in
      unsafe EVP_DigestFinal_ex(
        context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &length)
    }
    precondition(done == 1 && length == 32, "libcrypto computes no SHA-256")
    return ChainLink(words: words)
  }
}
