import Domains
import Testing

@testable import Wire

/// The header of the PROXY protocol: what is taken, what is not, and that pieces make no difference.
@Suite struct ProxyHeaderTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let step: ProxyHeader.Step

    init(_ name: String, _ bytes: [UInt8], _ step: ProxyHeader.Step) {
      self.name = name
      self.bytes = bytes
      self.step = step
    }

    init(_ name: String, _ text: String, _ step: ProxyHeader.Step) {
      self.init(name, latin1(text), step)
    }

    var testDescription: String { name }
  }

  static let signature = latin1("\r\n\r\n\0\r\nQUIT\n")

  /// A binary header; `length` says something else than there is.
  static func binary(
    _ family: UInt8, _ rest: [UInt8], command: UInt8 = 0x21, length: Int? = nil
  ) -> [UInt8] {
    let length = length ?? rest.count
    return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + rest
  }

  static let v4: [UInt8] = [10, 0, 7, 2, 10, 0, 0, 1, 0xC8, 0x00, 0x0C, 0x38]
  static let v6: [UInt8] =
    [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [5]
    + [UInt8](repeating: 0, count: 15) + [1] + [0xC8, 0x00, 0x0C, 0x38]
  static let mapped: [UInt8] =
    [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 7, 2]
    + [UInt8](repeating: 0, count: 16) + [0xC8, 0x00, 0x0C, 0x38]

  static func field(_ type: UInt8, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = length ?? value.count
    return [type, UInt8(length >> 8), UInt8(length & 255)] + value
  }

  /// A header of v4 with its checksum behind `fields`.
  static func checked(_ fields: [UInt8], damage: UInt8 = 0) -> [UInt8] {
    var header = binary(0x11, v4 + fields + field(3, [0, 0, 0, 0]))
    let place = header.count - 4
    let sum = ProxyHeader.checksum(of: header.span, without: place)
    for byte in 0..<4 {
      header[place + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * byte))
    }
    header[header.count - 1] ^= damage
    return header
  }

  static func client(_ address: String, _ port: UInt16, _ length: Int) -> ProxyHeader.Step {
    .complete(
      ProxyHeader(
        source: .client(IPAddress(address) ?? IPAddress(v4: 0), port: port), length: length))
  }

  static func source(_ source: ProxyHeader.Source, _ length: Int) -> ProxyHeader.Step {
    .complete(ProxyHeader(source: source, length: length))
  }

  static let accepted: [Row] = [
    Row(
      "TCP4", "PROXY TCP4 10.0.7.2 10.0.0.1 51200 3128\r\n", client("10.0.7.2", 51200, 41)),
    Row(
      "what follows is not its", "PROXY TCP4 10.0.7.2 10.0.0.1 51200 3128\r\nGET / HTTP/1.1\r\n",
      client("10.0.7.2", 51200, 41)),
    Row("port 0 and 65535", "PROXY TCP4 1.2.3.4 5.6.7.8 0 65535\r\n", client("1.2.3.4", 0, 36)),
    Row("TCP6", "PROXY TCP6 2001:db8::5 ::1 51200 3128\r\n", client("2001:db8::5", 51200, 39)),
    Row(
      "an IPv4 address in IPv6 form is IPv4", "PROXY TCP6 ::ffff:10.0.7.2 ::1 51200 3128\r\n",
      client("10.0.7.2", 51200, 43)),
    Row(
      "the longest line",
      "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
        + "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
      client("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, 104)),
    Row("UNKNOWN", "PROXY UNKNOWN\r\n", source(.unnamed, 15)),
    Row(
      "UNKNOWN and what is ignored", "PROXY UNKNOWN ffff::1 x  y 65536\r\n",
      source(.unnamed, 34)),
    Row(
      "UNKNOWN of 107 bytes", "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n",
      source(.unnamed, 107)),
    Row("binary v4", binary(0x11, v4), client("10.0.7.2", 51200, 28)),
    Row("binary v6", binary(0x21, v6), client("2001:db8::5", 51200, 52)),
    Row("binary v4 in v6 form", binary(0x21, mapped), client("10.0.7.2", 51200, 52)),
    Row(
      "what follows is not its, binary", binary(0x11, v4) + [1, 2, 3], client("10.0.7.2", 51200, 28)
    ),
    Row("LOCAL", binary(0x00, [], command: 0x20), source(.peer, 16)),
    Row(
      "LOCAL, whatever stands behind", binary(0xFF, [1, 2, 3], command: 0x20), source(.peer, 19)),
    Row("AF_UNSPEC", binary(0x00, []), source(.unnamed, 16)),
    Row("AF_UNSPEC with a field", binary(0x00, field(4, [0])), source(.unnamed, 20)),
    Row("AF_UNIX", binary(0x31, [UInt8](repeating: 0, count: 216)), source(.unnamed, 232)),
    Row(
      "fields that nobody knows", binary(0x11, v4 + field(0xE0, [1, 2]) + field(4, [])),
      client("10.0.7.2", 51200, 36)),
    Row("a right checksum", checked([]), client("10.0.7.2", 51200, 35)),
    Row(
      "a right checksum behind others", checked(field(0x05, [9, 9, 9])),
      client("10.0.7.2", 51200, 41)),
    Row(
      "536 bytes", binary(0x11, v4 + field(4, [UInt8](repeating: 0, count: 505))),
      client("10.0.7.2", 51200, 536)),
  ]

  static let hostile: [Row] = [
    Row("HTTP", "GET http://a.example/ HTTP/1.1\r\n", .refused(.noHeader)),
    Row("TLS", [22, 3, 1, 2, 0], .refused(.noHeader)),
    Row("a method with a P", "POST http://a.example/ HTTP/1.1\r\n", .refused(.noHeader)),
    Row("lower case", "proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.noHeader)),
    Row("a space before it", " PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.noHeader)),
    Row("a tab behind PROXY", "PROXY\tTCP4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.noHeader)),
    Row("two spaces", "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.lineWords)),
    Row("two spaces further on", "PROXY TCP4 1.2.3.4  5.6.7.8 1 2\r\n", .refused(.lineWords)),
    Row("a tab", "PROXY TCP4 1.2.3.4\t5.6.7.8 1 2\r\n", .refused(.lineWords)),
    Row("a space at the end", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n", .refused(.lineWords)),
    Row("a word too many", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", .refused(.lineWords)),
    Row("a word too few", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", .refused(.lineWords)),
    Row("no words", "PROXY \r\n", .refused(.lineWords)),
    Row("a NUL", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\0\r\n", .refused(.lineWords)),
    Row("a NUL in what is ignored", "PROXY UNKNOWN a\0b\r\n", .refused(.lineWords)),
    Row("LF alone", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", .refused(.lineEnd)),
    Row(
      "CR alone, and a line behind", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rGET\r\n", .refused(.lineWords)
    ),
    Row("two CR", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r\n", .refused(.lineWords)),
    Row("TCP", "PROXY TCP 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.protocolWord)),
    Row("TCP5", "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.protocolWord)),
    Row("UDP4", "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.protocolWord)),
    Row("tcp4", "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n", .refused(.protocolWord)),
    Row("UNKNOWNS", "PROXY UNKNOWNS\r\n", .refused(.protocolWord)),
    Row("v6 in TCP4", "PROXY TCP4 ::1 5.6.7.8 1 2\r\n", .refused(.addressText)),
    Row("v4 in TCP6", "PROXY TCP6 ::1 5.6.7.8 1 2\r\n", .refused(.addressText)),
    Row("octal", "PROXY TCP4 010.0.0.1 5.6.7.8 1 2\r\n", .refused(.addressText)),
    Row("three parts", "PROXY TCP4 10.0.1 5.6.7.8 1 2\r\n", .refused(.addressText)),
    Row("a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", .refused(.addressText)),
    Row("a name", "PROXY TCP4 localhost 5.6.7.8 1 2\r\n", .refused(.addressText)),
    Row("port 65536", "PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n", .refused(.portText)),
    Row("the other port 65536", "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", .refused(.portText)),
    Row("leading zeros", "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n", .refused(.portText)),
    Row("00", "PROXY TCP4 1.2.3.4 5.6.7.8 00 2\r\n", .refused(.portText)),
    Row("a sign", "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n", .refused(.portText)),
    Row("a hexadecimal port", "PROXY TCP4 1.2.3.4 5.6.7.8 0x1 2\r\n", .refused(.portText)),
    Row("six digits", "PROXY TCP4 1.2.3.4 5.6.7.8 100000 2\r\n", .refused(.portText)),
    Row(
      "108 bytes", "PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n",
      .refused(.lineTooLong)),
    Row("no end", "PROXY UNKNOWN " + String(repeating: "x", count: 4000), .refused(.lineTooLong)),
    Row("half a signature and text", "\r\n\r\n\0\r\nQUIX", .refused(.noHeader)),
    Row("empty lines", "\r\n\r\nGET", .refused(.noHeader)),
    Row("version 1 in binary", binary(0x11, v4, command: 0x11), .refused(.version)),
    Row("version 3", binary(0x11, v4, command: 0x31), .refused(.version)),
    Row("an unknown command", binary(0x11, v4, command: 0x22), .refused(.command)),
    Row("datagrams", binary(0x12, v4), .refused(.family)),
    Row("datagrams over IPv6", binary(0x22, v6), .refused(.family)),
    Row("IPv4 of no protocol", binary(0x10, v4), .refused(.family)),
    Row("a stream of no family", binary(0x01, []), .refused(.family)),
    Row("an unknown family", binary(0x41, v4), .refused(.family)),
    Row("v4 in too little room", binary(0x11, Array(v4.dropLast())), .refused(.addressLength)),
    Row("v6 in the room of v4", binary(0x21, v4), .refused(.addressLength)),
    Row("AF_UNIX in too little room", binary(0x31, v6), .refused(.addressLength)),
    Row("537 bytes", binary(0x11, v4 + [UInt8](repeating: 4, count: 509)), .refused(.tooLong)),
    Row("length 65535", binary(0x11, v4, length: 65535), .refused(.tooLong)),
    Row("LOCAL of length 65535", binary(0, [], command: 0x20, length: 65535), .refused(.tooLong)),
    Row("a field without a length", binary(0x11, v4 + [4]), .refused(.fieldLength)),
    Row("a field with half a length", binary(0x11, v4 + [4, 0]), .refused(.fieldLength)),
    Row(
      "a field past the end", binary(0x11, v4 + field(4, [1], length: 2)), .refused(.fieldLength)),
    Row("a wrong checksum", checked([], damage: 1), .refused(.checksum)),
    Row("a checksum of three bytes", binary(0x11, v4 + field(3, [0, 0, 0])), .refused(.checksum)),
    Row("two checksums", checked(field(3, [0, 0, 0, 0])), .refused(.checksum)),
  ]

  @Test("a sound header names its client and ends where it ends", arguments: accepted)
  func accept(_ row: Row) {
    let step = ProxyHeader.parse(row.bytes.span)
    #expect(step == row.step)
  }

  @Test("a hostile header is refused with what is wrong", arguments: hostile)
  func refuse(_ row: Row) {
    let step = ProxyHeader.parse(row.bytes.span)
    #expect(step == row.step)
  }

  @Test(
    "however it is cut, the answer is the same, and comes with no byte too many",
    arguments: accepted + hostile)
  func pieces(_ row: Row) {
    for count in 0...row.bytes.count {
      let step = ProxyHeader.parse(row.bytes.span.extracting(0..<count))
      if case .complete(let header) = row.step {
        #expect((step == row.step) == (count >= header.length), "\(count)")
      }
      #expect(step == .incomplete || step == row.step, "\(count): \(step)")
    }
  }

  @Test("a second header is no part of the first")
  func twice() {
    let line = latin1("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n")
    for (first, second) in [
      (line, line), (line, Self.binary(0x11, Self.v4)), (Self.binary(0x11, Self.v4), line),
    ] {
      let step = ProxyHeader.parse((first + second).span)
      guard case .complete(let header) = step else {
        Issue.record("\(step)")
        continue
      }
      #expect(header.length == first.count)
    }
  }

  @Test("random changes of sound headers never trap, and pieces never make a difference")
  func random() {
    var state: UInt64 = 0x5EED
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for round in 0..<4000 {
      var bytes = Self.accepted[round % Self.accepted.count].bytes
      for _ in 0...below(3) {
        let place = below(bytes.count)
        switch below(3) {
        case 0: bytes[place] = UInt8(below(256))
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(below(256)), at: place)
        }
        if bytes.isEmpty { bytes = [80] }
      }
      let whole = ProxyHeader.parse(bytes.span)
      var step = ProxyHeader.Step.incomplete
      var count = 0
      while step == .incomplete, count <= bytes.count {
        step = ProxyHeader.parse(bytes.span.extracting(0..<count))
        count += 1
      }
      #expect(step == whole, "\(bytes)")
    }
  }

  @Test("the checksum is CRC32c")
  func checksum() {
    // RFC 3720 §B.4: 32 bytes of zeros, and 32 bytes of 0xff.
    let zeros = [UInt8](repeating: 0, count: 32)
    let ones = [UInt8](repeating: 0xFF, count: 32)
    let first = ProxyHeader.checksum(of: zeros.span, without: 32)
    let second = ProxyHeader.checksum(of: ones.span, without: 32)
    #expect(first == 0x8A91_36AA && second == 0x62A8_AB43)
  }

  @Test("every fault has its words")
  func messages() {
    for fault in ProxyHeaderFault.allCases { #expect(fault.message.utf8CodeUnitCount > 20) }
  }
}
