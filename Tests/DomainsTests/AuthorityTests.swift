import Testing

@testable import Domains

/// What becomes of an authority: canonical `host:port`, or why it is refused.
struct AuthorityCase: CustomTestStringConvertible, Sendable {
  let input: String
  let expected: Result<String, AuthorityError>
  let why: String
  var testDescription: String { "\(why): \(input.prefix(60).debugDescription)" }

  static func takes(_ input: String, as canonical: String, _ why: String) -> AuthorityCase {
    AuthorityCase(input: input, expected: .success(canonical), why: why)
  }
  static func refuses(_ input: String, _ error: AuthorityError, _ why: String) -> AuthorityCase {
    AuthorityCase(input: input, expected: .failure(error), why: why)
  }
}

/// Authorities as a CONNECT target has them: the port is required.
@Suite("Authorities")
struct AuthorityTests {
  static let boundaries: [AuthorityCase] = [
    .takes("evilgithub.com:443", as: "evilgithub.com:443", "another name that ends alike"),
    .takes("github.com.evil.com:443", as: "github.com.evil.com:443", "a name below another's"),
    .refuses(".github.com:443", .emptyLabel, "a leading dot"),
    .refuses("github.com..:443", .emptyLabel, "two trailing dots"),
    .refuses("*.github.com:443", .forbiddenByte, "a wildcard sent literally"),
    .refuses("", .emptyHost, "nothing"),
    .refuses(":443", .emptyHost, "only a port"),
    .refuses(".:443", .emptyHost, "only a dot"),
    .takes("GITHUB.com:443", as: "github.com:443", "capital letters"),
    .takes("github.com.:443", as: "github.com:443", "a trailing dot"),
    .takes("Api.GitHub.COM.:443", as: "api.github.com:443", "capitals and a trailing dot"),
  ]

  static let bytes: [AuthorityCase] = [
    .refuses("evil.com\0.github.com:443", .forbiddenByte, "a NUL"),
    .refuses("evil.com%00.github.com:443", .forbiddenByte, "an encoded NUL"),
    .refuses("evil.com\t:443", .forbiddenByte, "a tab"),
    .refuses("evil.com\u{1}:443", .forbiddenByte, "a control byte"),
    .refuses("evil.com\u{7f}:443", .forbiddenByte, "DEL"),
    .refuses("evil.com\r\nX: y", .forbiddenByte, "a line end and a field"),
    .refuses("evil.com\n:443", .forbiddenByte, "a bare LF"),
    .refuses("evil.com\r:443", .forbiddenByte, "a bare CR"),
    .refuses(" evil.com:443", .forbiddenByte, "a space in front"),
    .refuses("evil.com :443", .forbiddenByte, "a space behind"),
    .refuses("evil%2ecom:443", .forbiddenByte, "an encoded dot"),
    .refuses("evil.com%2f.github.com:443", .forbiddenByte, "an encoded slash"),
    .refuses("evil.com\\.github.com:443", .forbiddenByte, "a backslash"),
    .refuses("evil.com/../github.com:443", .forbiddenByte, "a path"),
    .refuses("//evil.com:443", .forbiddenByte, "slashes in front"),
    .refuses("a]b[c:443", .forbiddenByte, "brackets inside"),
    .refuses("evil.com#.github.com:443", .forbiddenByte, "a fragment"),
    .refuses("evil.com?.github.com:443", .forbiddenByte, "a query"),
    .refuses("a,b:443", .forbiddenByte, "two hosts with a comma"),
    .refuses("*", .forbiddenByte, "an asterisk"),
  ]

  static let userinfo: [AuthorityCase] = [
    .refuses("github.com@evil.com:443", .userinfo, "a user that looks like a host"),
    .refuses("github.com:443@evil.com", .userinfo, "a user with a password"),
    .refuses("github.com:443@evil.com:443", .userinfo, "a user with a password and a port"),
    .refuses("evil.com#@github.com:443", .userinfo, "a fragment in front of a user"),
    .refuses("evil.com\\@github.com:443", .userinfo, "a backslash in front of a user"),
    .refuses("@github.com:443", .userinfo, "an empty user"),
  ]

  static let ports: [AuthorityCase] = [
    .takes("github.com:1", as: "github.com:1", "the lowest port"),
    .takes("github.com:65535", as: "github.com:65535", "the highest port"),
    .takes("github.com:22", as: "github.com:22", "another port is a matter of policy"),
    .refuses("github.com", .missingPort, "no port"),
    .refuses("[::1]", .missingPort, "no port behind an address"),
    .refuses("github.com:", .badPort, "an empty port"),
    .refuses("[::1]:", .badPort, "an empty port behind an address"),
    .refuses("github.com:0", .badPort, "port 0"),
    .refuses("github.com:0443", .badPort, "a leading zero"),
    .refuses("github.com:65536", .badPort, "one too many"),
    .refuses("github.com:65979", .badPort, "2^16 + 443"),
    .refuses("github.com:4294967739", .badPort, "2^32 + 443"),
    .refuses("github.com:-1", .badPort, "a minus"),
    .refuses("github.com:+443", .badPort, "a plus"),
    .refuses("github.com: 443", .badPort, "a space"),
    .refuses("github.com:443 ", .badPort, "a space behind"),
    .refuses("github.com:0x1bb", .badPort, "hexadecimal"),
    .refuses("github.com:https", .badPort, "a service name"),
    .refuses("github.com:443:80", .badPort, "two ports"),
    .refuses("github.com::443", .badPort, "two colons"),
    .refuses("github.com:\u{ff14}\u{ff14}\u{ff13}", .badPort, "fullwidth digits"),
  ]

  static let ipv4: [AuthorityCase] = [
    .takes("192.0.2.1:443", as: "192.0.2.1:443", "a canonical quad is an address"),
    .takes("0.0.0.0:443", as: "0.0.0.0:443", "so is zero; the address guard refuses it"),
    .takes("255.255.255.255:443", as: "255.255.255.255:443", "and all ones"),
    .refuses("2130706433:443", .endsInNumber, "a 32-bit number"),
    .refuses("2852039166:443", .endsInNumber, "the metadata address as a number"),
    .refuses("0x7f000001:443", .endsInNumber, "a hexadecimal number"),
    .refuses("0x7f.1:443", .endsInNumber, "a hexadecimal short form"),
    .refuses("0177.0.0.1:443", .endsInNumber, "octal"),
    .refuses("127.1:443", .endsInNumber, "two parts"),
    .refuses("127.0.1:443", .endsInNumber, "three parts"),
    .refuses("127.000.000.001:443", .endsInNumber, "leading zeros"),
    .refuses("0:443", .endsInNumber, "zero"),
    .refuses("00.0.0.0:443", .endsInNumber, "two zeros"),
    .refuses("1.2.3.4.:443", .endsInNumber, "a trailing dot"),
    .refuses("1.2.3.256:443", .endsInNumber, "a part over 255"),
    .refuses("1.2.3.4.5:443", .endsInNumber, "five parts"),
    .refuses("foo.0x4:443", .endsInNumber, "a name with a hexadecimal end"),
    .refuses("\u{ff11}\u{ff12}\u{ff17}.0.0.1:443", .forbiddenByte, "fullwidth digits"),
    .refuses("\u{2460}27.0.0.1:443", .forbiddenByte, "a circled digit"),
    .refuses("[192.0.2.1]:443", .badAddress, "IPv4 in brackets"),
  ]

  static let ipv6: [AuthorityCase] = [
    .takes("[::1]:443", as: "[::1]:443", "loopback; the address guard refuses it"),
    .takes("[::]:443", as: "[::]:443", "unspecified"),
    .takes("[2001:DB8:0:0:0::1]:443", as: "[2001:db8::1]:443", "one canonical spelling"),
    .takes("[::ffff:127.0.0.1]:443", as: "[::ffff:7f00:1]:443", "an embedded quad"),
    .takes("[::ffff:7f00:1]:443", as: "[::ffff:7f00:1]:443", "the same in hexadecimal"),
    .takes("[::127.0.0.1]:443", as: "[::7f00:1]:443", "IPv4-compatible"),
    .takes("[64:ff9b::7f00:1]:443", as: "[64:ff9b::7f00:1]:443", "NAT64"),
    .takes("[2002:7f00:1::]:443", as: "[2002:7f00:1::]:443", "6to4"),
    .takes("[fd00:ec2::254]:443", as: "[fd00:ec2::254]:443", "metadata"),
    .takes("[::5efe:10.0.0.1]:443", as: "[::5efe:a00:1]:443", "ISATAP"),
    .refuses("::1", .badAddress, "no brackets"),
    .refuses("::1:443", .badAddress, "no brackets, and a port or a group"),
    .refuses("fe80::1%25eth0:443", .badPort, "no brackets, and a zone"),
    .refuses("[fe80::1%25eth0]:443", .badAddress, "an encoded zone"),
    .refuses("[fe80::1%eth0]:443", .badAddress, "a zone"),
    .refuses("[::ffff:1.2.3.4%x.github.com]:443", .badAddress, "a name in a zone"),
    .refuses("[github.com]:443", .badAddress, "a name in brackets"),
    .refuses("[[github.com]]:443", .badAddress, "two brackets"),
    .refuses("[[::1]]:443", .badAddress, "an address in two brackets"),
    .refuses("[]:443", .badAddress, "nothing in brackets"),
    .refuses("[::1:443", .badAddress, "an open bracket"),
    .refuses("::1]:443", .emptyHost, "a bracket that was not opened"),
    .refuses("[::1]443", .badAddress, "no colon behind the bracket"),
    .refuses("[::1].github.com:443", .badAddress, "a name behind the bracket"),
    .refuses("[v1.x]:443", .badAddress, "a future address"),
    .refuses("[::1.2.3.04]:443", .badAddress, "a leading zero in the quad"),
  ]

  static let international: [AuthorityCase] = [
    .takes("xn--bcher-kva.example:443", as: "xn--bcher-kva.example:443", "an A-label"),
    .refuses("g\u{456}thub.com:443", .forbiddenByte, "a Cyrillic letter"),
    .refuses("github\u{3002}com:443", .forbiddenByte, "an ideographic full stop"),
    .refuses("github.com\u{ff0e}evil.com:443", .forbiddenByte, "a fullwidth full stop"),
    .refuses("xn--\u{430}:443", .forbiddenByte, "a broken A-label"),
    .refuses("\u{212A}ubernetes.io:443", .forbiddenByte, "the Kelvin sign"),
    .refuses("\(String(repeating: "a", count: 64)).com:443", .labelTooLong, "a label of 64 bytes"),
    .refuses(
      "\(HostnameTests.name253)b:443", .hostTooLong, "a name of 254 bytes"),
    .takes("\(HostnameTests.name253).:65535", as: "\(HostnameTests.name253):65535", "the longest"),
    .refuses(String(repeating: "a.", count: 5000), .hostTooLong, "10,000 bytes"),
  ]

  @Test(
    "an authority has one canonical form, or is refused with its reason",
    arguments: [boundaries, bytes, userinfo, ports, ipv4, ipv6, international].flatMap { $0 })
  func canonicalForm(_ row: AuthorityCase) throws {
    var key = HostKey()
    #expect(key.load(Array("old.example".utf8).span) == nil)
    let result = Authority.parse(Array(row.input.utf8).span, defaultPort: nil, into: &key)
    switch (row.expected, result) {
    case (.success(let text), .valid(let parsed)):
      let host = parsed.address?.family == .v6 ? "[\(key.text)]" : key.text
      #expect("\(host):\(parsed.port)" == text)
      #expect(parsed.hasExplicitPort)
      #expect(try Authority(row.input).description == text)
      #expect(try Authority(text) == Authority(row.input), "the canonical form is its own")
    case (.failure(let expected), .invalid(let error)):
      #expect(error == expected)
      #expect(key.count == 0, "a refused authority leaves no host")
      #expect(throws: expected) { try Authority(row.input) }
    case (_, .valid):
      Issue.record("accepted as \(key.text)")
    case (_, .invalid(let error)):
      Issue.record("refused: \(error)")
    }
  }

  @Test("a default port stands in for a missing one only")
  func defaultPort() throws {
    var key = HostKey()
    let bare = Authority.parse(Array("Example.com".utf8).span, defaultPort: .http, into: &key)
    guard case .valid(let parsed) = bare else { throw AuthorityError.badPort }
    #expect(parsed.port == .http && !parsed.hasExplicitPort && key.text == "example.com")

    #expect(try Authority("[::1]", defaultPort: .https).description == "[::1]:443")
    #expect(try Authority("example.com:81", defaultPort: .http).port.number == 81)
    #expect(throws: AuthorityError.badPort) { try Authority("example.com:", defaultPort: .http) }
    #expect(throws: AuthorityError.badPort) { try Authority("[::1]:", defaultPort: .http) }
  }

  @Test("a name and an address are told apart")
  func hosts() throws {
    #expect(try Authority("192.0.2.1:80").host == .address(IPAddress(v4: 0xC000_0201)))
    #expect(try Authority("192.0.2.example:80").host == .name(Hostname("192.0.2.example")))
  }

  @Test("every refusal says what is wrong and what to write", arguments: AuthorityError.allCases)
  func messages(_ error: AuthorityError) {
    #expect(error.message.split(separator: ";").count == 2)
  }
}
