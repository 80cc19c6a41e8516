import Testing

@testable import Domains

/// What becomes of a spelling: its canonical form, or why it is refused.
struct NameCase: CustomTestStringConvertible, Sendable {
  let input: String
  let expected: Result<String, HostnameError>
  let why: String
  var testDescription: String { "\(why): \(input.prefix(60).debugDescription)" }

  static func takes(_ input: String, as canonical: String, _ why: String) -> NameCase {
    NameCase(input: input, expected: .success(canonical), why: why)
  }
  static func refuses(_ input: String, _ error: HostnameError, _ why: String) -> NameCase {
    NameCase(input: input, expected: .failure(error), why: why)
  }
}

@Suite("Host names")
struct HostnameTests {
  static let label63 = String(repeating: "a", count: 63)
  static let name253 = "\(label63).\(label63).\(label63).\(String(repeating: "b", count: 61))"

  static let cases: [NameCase] = [
    .takes("example.com", as: "example.com", "a canonical name stays as it is"),
    .takes("EXAMPLE.Com", as: "example.com", "capital letters become small"),
    .takes("example.com.", as: "example.com", "one trailing dot is stripped"),
    .takes("Api.GitHub.COM.", as: "api.github.com", "both at once"),
    .takes("localhost", as: "localhost", "a single label is a name"),
    .takes("_dmarc.example.com", as: "_dmarc.example.com", "an underscore is allowed"),
    .takes("-a.b-.c--d", as: "-a.b-.c--d", "hyphens may stand anywhere"),
    .takes(
      "xn--a", as: "xn--a", "an A-label is compared by its bytes, even one that does not decode"),
    .takes("XN--BCHER-KVA.example", as: "xn--bcher-kva.example", "A-labels are lowered too"),
    .takes("1.2.3.4.example", as: "1.2.3.4.example", "numbers may stand in front of a last label"),
    .takes("127.0.0.1a", as: "127.0.0.1a", "a last label with a letter is no number"),
    .takes("0xg", as: "0xg", "0x with another letter is no number"),
    .takes("a.0xfg", as: "a.0xfg", "0x with another letter is no number in a longer name"),
    .takes("a.x0", as: "a.x0", "only 0x starts a hexadecimal number"),
    .takes(label63, as: label63, "a label of 63 bytes is allowed"),
    .takes(name253, as: name253, "a name of 253 bytes is allowed"),
    .takes(name253 + ".", as: name253, "a name of 253 bytes with its dot is allowed"),
    .takes(
      Array(repeating: "a", count: 127).joined(separator: "."),
      as: Array(repeating: "a", count: 127).joined(separator: "."), "127 labels are allowed"),

    .refuses("", .empty, "nothing"),
    .refuses(".", .empty, "only a dot"),
    .refuses("..", .emptyLabel, "two dots"),
    .refuses("example.com..", .emptyLabel, "two trailing dots"),
    .refuses(".github.com", .emptyLabel, "a leading dot"),
    .refuses("a..b", .emptyLabel, "an empty label inside"),
    .refuses(label63 + "a", .labelTooLong, "a label of 64 bytes"),
    .refuses(label63 + "a.com", .labelTooLong, "a label of 64 bytes in front"),
    .refuses(name253 + "b", .tooLong, "254 bytes"),
    .refuses(name253 + "b.", .tooLong, "254 bytes and a dot"),
    .refuses("*.github.com", .forbiddenByte, "a wildcard sent literally"),
    .refuses("exa mple.com", .forbiddenByte, "a space"),
    .refuses("evil.com\0.github.com", .forbiddenByte, "a NUL"),
    .refuses("evil.com%00.github.com", .forbiddenByte, "a percent-encoded NUL"),
    .refuses("evil%2ecom", .forbiddenByte, "a percent-encoded dot"),
    .refuses("evil.com\u{7f}", .forbiddenByte, "DEL"),
    .refuses("evil.com\t", .forbiddenByte, "a tab"),
    .refuses("evil.com\r\nX: y", .forbiddenByte, "a line end"),
    .refuses("evil.com/", .forbiddenByte, "a slash"),
    .refuses("evil.com\\", .forbiddenByte, "a backslash"),
    .refuses("a]b[c", .forbiddenByte, "brackets"),
    .refuses("github.com:443", .forbiddenByte, "a port is no part of a name"),
    .refuses("user@github.com", .forbiddenByte, "a user is no part of a name"),
    .refuses("g\u{456}thub.com", .forbiddenByte, "a Cyrillic letter"),
    .refuses("github\u{3002}com", .forbiddenByte, "an ideographic full stop"),
    .refuses("\u{212A}ey.com", .forbiddenByte, "the Kelvin sign, whose lower case is k"),
    .refuses("\u{131}.com", .forbiddenByte, "a dotless i"),
    .refuses("stra\u{df}e.de", .forbiddenByte, "a sharp s"),
    .refuses("git\u{ad}hub.com", .forbiddenByte, "a soft hyphen"),
    .refuses("git\u{200d}hub.com", .forbiddenByte, "a zero-width joiner"),

    .refuses("127.0.0.1", .endsInNumber, "an address is no name"),
    .refuses("2130706433", .endsInNumber, "a 32-bit number"),
    .refuses("0x7f000001", .endsInNumber, "a hexadecimal number"),
    .refuses("0X7F000001", .endsInNumber, "a hexadecimal number in capitals"),
    .refuses("0x7f.1", .endsInNumber, "a short form"),
    .refuses("1.2.3.4.", .endsInNumber, "an address with a trailing dot"),
    .refuses("foo.0x4", .endsInNumber, "a name that ends in a hexadecimal number"),
    .refuses("foo.0x", .endsInNumber, "a name that ends in 0x"),
    .refuses("a.1", .endsInNumber, "a name that ends in a number"),
    .refuses("a.09.", .endsInNumber, "a number that is not octal either, and a dot"),
    .refuses("0", .endsInNumber, "zero"),
  ]

  @Test("a name has one canonical form, or is refused with its reason", arguments: cases)
  func canonicalForm(_ row: NameCase) {
    var key = HostKey()
    #expect(key.load(Array("old.example".utf8).span) == nil)
    let error = key.load(Array(row.input.utf8).span)
    switch row.expected {
    case .success(let text):
      #expect(error == nil)
      #expect(key.text == text)
      #expect((try? Hostname(row.input))?.text == text)
      #expect((try? Hostname(bytes: Array(row.input.utf8).span))?.text == text)
    case .failure(let expected):
      #expect(error == expected)
      #expect(key.count == 0, "a refused name leaves nothing of the old one")
      #expect(throws: expected) { try Hostname(row.input) }
    }
  }

  @Test("no byte is accepted but letters, digits, dot, hyphen and underscore")
  func everyByte() {
    var key = HostKey()
    for byte in UInt8.min...UInt8.max {
      let isAccepted = key.load([0x61, byte, 0x62].span) == nil
      let isName =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8.contains(byte)
      #expect(isAccepted == isName, "byte \(byte)")
    }
  }

  @Test("two spellings of one name are equal")
  func equality() throws {
    let spellings = try ["github.com", "GitHub.com", "GITHUB.COM."].map { try Hostname($0) }
    #expect(Set(spellings).count == 1)
  }

  @Test("every refusal says what is wrong and what to write", arguments: HostnameError.allCases)
  func messages(_ error: HostnameError) {
    #expect(error.message.split(separator: ";").count == 2)
  }
}
