import Testing

/// One hostile request, and how it has to be refused.
struct HostileRequest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let status: Int
  let reason: String

  /// Characters from U+0080 to U+00FF stand for the byte of that number.
  init(_ says: String, _ text: String, _ status: Int, _ reason: String) {
    testDescription = says
    bytes = text.unicodeScalars.map { UInt8($0.value) }
    self.status = status
    self.reason = reason
  }
}

/// The list of hostile inputs that concern HTTP/1 requests, a row for each.
enum HostileRequests {
  static func field(
    _ says: String, _ lines: String, _ reason: String = "invalid_framing", _ status: Int = 400
  ) -> HostileRequest {
    HostileRequest(says, post(lines, "hello"), status, reason)
  }

  static func chunk(_ says: String, _ body: String) -> HostileRequest {
    HostileRequest(
      "chunk: " + says, post("Transfer-Encoding: chunked", body), 400, "invalid_framing")
  }

  static func line(
    _ says: String, _ line: String, _ reason: String = "malformed_request", _ status: Int = 400
  ) -> HostileRequest {
    HostileRequest(says, line + "\r\nHost: allowed.example\r\n\r\n", status, reason)
  }

  static func target(
    _ target: String, _ reason: String, host: String = "allowed.example", status: Int = 400
  ) -> HostileRequest {
    HostileRequest(
      "target \(target)",
      "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        // What is well formed and denied would leave the connection in order.
        + (status == 403 ? "Connection: close\r\n\r\n" : "\r\n"), status, reason)
  }

  static func tunnel(
    _ target: String, _ reason: String, host: String? = nil, status: Int = 400
  ) -> HostileRequest {
    HostileRequest(
      "CONNECT \(target)", "CONNECT \(target) HTTP/1.1\r\nHost: \(host ?? target)\r\n\r\n", status,
      reason)
  }

  static let all = framing + lines + targets + hosts

  static let framing: [HostileRequest] = [
    field("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
    field("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
    field("two equal CL", "Content-Length: 5\r\nContent-Length: 5"),
    field("two CL that differ", "Content-Length: 5\r\nContent-Length: 6"),
    field("CL 5,5", "Content-Length: 5,5"), field("CL 5, 6", "Content-Length: 5, 6"),
    field("CL +5", "Content-Length: +5"), field("CL -0", "Content-Length: -0"),
    field("CL -1", "Content-Length: -1"), field("CL 0x5", "Content-Length: 0x5"),
    field("CL 5 5", "Content-Length: 5 5"), field("CL 05", "Content-Length: 05"),
    field("CL empty", "Content-Length:"),
    field("CL 2^63", "Content-Length: 9223372036854775808"),
    field("CL 2^64", "Content-Length: 18446744073709551616"),
    field("CL 30 digits", "Content-Length: 555555555555555555555555555555"),
    field("TE xchunked", "Transfer-Encoding: xchunked", "invalid_framing", 501),
    field("TE identity", "Transfer-Encoding: identity", "invalid_framing", 501),
    field("TE gzip, chunked", "Transfer-Encoding: gzip, chunked", "invalid_framing", 501),
    field("TE chunked, chunked", "Transfer-Encoding: chunked, chunked"),
    field("TE chunked, identity", "Transfer-Encoding: chunked, identity"),
    field("TE empty", "Transfer-Encoding:"),
    field("TE with a comma before", "Transfer-Encoding: ,chunked"),
    field("TE with a comma behind", "Transfer-Encoding: chunked,"),
    field("TE after VT", "Transfer-Encoding:\u{b}chunked", "malformed_request"),
    field("TE after FF", "Transfer-Encoding:\u{c}chunked", "malformed_request"),
    field("TE after NUL", "Transfer-Encoding:\u{0}chunked", "malformed_request"),
    field("TE in quotes", "Transfer-Encoding: \"chunked\""),
    field("two TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    field(
      "TE twice, one that we know",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    field("TE folded", "Transfer-Encoding:\r\n chunked"),
    field("TE folded behind a field", "X: y\r\n Transfer-Encoding: chunked", "malformed_request"),
    field("TE with an underscore", "Transfer_Encoding: chunked", "malformed_request"),
    HostileRequest(
      "TE in HTTP/1.0",
      "POST http://allowed.example/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
      "invalid_framing"),
    field(
      "Expect twice", "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue",
      "expectation_not_supported", 417),
    field(
      "Expect unknown", "Content-Length: 5\r\nExpect: 200-ok", "expectation_not_supported", 417),
    field(
      "Connection: Content-Length", "Content-Length: 5\r\nConnection: Content-Length",
      "malformed_request"),
    field(
      "Connection: Authorization",
      "Content-Length: 5\r\nConnection: authorization\r\nAuthorization: x",
      "malformed_request"),
    field("Connection: Host", "Content-Length: 5\r\nConnection: Host", "malformed_request"),
    field(
      "Connection: Cookie", "Content-Length: 5\r\nConnection: close, cookie", "malformed_request"),
    chunk("+5", "+5\r\nhello\r\n0\r\n\r\n"), chunk("-5", "-5\r\nhello\r\n0\r\n\r\n"),
    chunk("0x5", "0x5\r\nhello\r\n0\r\n\r\n"), chunk("5_", "5_\r\nhello\r\n0\r\n\r\n"),
    chunk("a space before", " 5\r\nhello\r\n0\r\n\r\n"),
    chunk("a space behind", "5 \r\nhello\r\n0\r\n\r\n"),
    chunk("17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
    chunk("overflow", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
    chunk(
      "an extension of 1 KiB",
      "5;" + String(repeating: "x", count: 1024) + "\r\nhello\r\n0\r\n\r\n"),
    chunk(
      "an extension of 64 KiB",
      "5;" + String(repeating: "x", count: 65_536) + "\r\nhello\r\n0\r\n\r\n"),
    chunk("a quoted extension with CR LF", "5;a=\"x\r\ny\"\r\nhello\r\n0\r\n\r\n"),
    chunk("a bare LF", "5\nhello\r\n0\r\n\r\n"), chunk("a bare CR", "5\rhello\r\n0\r\n\r\n"),
    chunk("spill over", "5\r\nhello world\r\n0\r\n\r\n"),
    chunk("no CR LF behind the data", "5\r\nhello0\r\n\r\n"),
    chunk("no size", "\r\nhello\r\n0\r\n\r\n"),
    chunk("a trailer that is no field", "0\r\nno field\r\n\r\n"),
    chunk("a trailer with a space before the colon", "0\r\nX : y\r\n\r\n"),
    chunk("a trailer that is folded", "0\r\nX: y\r\n z\r\n\r\n"),
    chunk("a trailer ended by LF", "0\r\nX: y\n\r\n"),
  ]

  static let lines: [HostileRequest] = [
    line("bare LF", "GET http://allowed.example/ HTTP/1.1\nX: y"),
    line("bare CR", "GET http://allowed.example/ HTTP/1.1\r\nX: a\rb"),
    line("CR CR LF", "GET http://allowed.example/ HTTP/1.1\r"),
    line("a thousand empty lines", String(repeating: "\r\n", count: 1000) + "GET x HTTP/1.1"),
    line("obs-fold first", "GET http://allowed.example/ HTTP/1.1\r\n folded"),
    line("a tab", "GET\thttp://allowed.example/ HTTP/1.1"),
    line("two spaces", "GET  http://allowed.example/ HTTP/1.1"),
    line("HTTP/0.9", "GET http://allowed.example/", "version_not_supported", 505),
    line("HTTP/1.2", "GET http://allowed.example/ HTTP/1.2", "version_not_supported", 505),
    line("HTTP/2.0", "GET http://allowed.example/ HTTP/2.0", "version_not_supported", 505),
    line("HTTP/1.1x", "GET http://allowed.example/ HTTP/1.1x"),
    line("http/1.1", "GET http://allowed.example/ http/1.1"),
    line("h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n", "version_not_supported", 505),
    line("TRACE", "TRACE http://allowed.example/ HTTP/1.1", "method_not_supported", 501),
    line("an empty name", "GET http://allowed.example/ HTTP/1.1\r\n: x"),
    line("no colon", "GET http://allowed.example/ HTTP/1.1\r\nBroken"),
    line("a space before the colon", "GET http://allowed.example/ HTTP/1.1\r\nX : y"),
    line("NUL", "GET http://allowed.example/ HTTP/1.1\r\nX: a\u{0}b"),
    line("DEL", "GET http://allowed.example/ HTTP/1.1\r\nX: a\u{7f}b"),
    line("a high byte in a name", "GET http://allowed.example/ HTTP/1.1\r\nX\u{e4}: b"),
    line(
      "a line of 64 KiB",
      "GET http://allowed.example/ HTTP/1.1\r\nX: " + String(repeating: "x", count: 65_536),
      "head_too_large", 431),
    line(
      "a thousand fields",
      "GET http://allowed.example/ HTTP/1.1" + String(repeating: "\r\nX: y", count: 1000),
      "head_too_large", 431),
    line(
      "a hundred thousand fields",
      "GET http://allowed.example/ HTTP/1.1" + String(repeating: "\r\nX: y", count: 100_000),
      "head_too_large", 431),
    line("no version", "GET http://allowed.example/ ", "malformed_request", 400),
    line("a high byte in the version", "GET http://allowed.example/ HTTP/1.\u{e4}"),
    line(
      "NUL in Proxy-Authorization",
      "GET http://allowed.example/ HTTP/1.1\r\nProxy-Authorization: Basic a\u{0}b"),
    line(
      "Proxy-Authorization twice",
      "GET http://allowed.example/ HTTP/1.1\r\nProxy-Authorization: a\r\nProxy-Authorization: b"),
    line("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}"), line("SSLv2", "\u{80}\u{2e}\u{1}\u{0}\u{2}"),
    line("SOCKS5", "\u{5}\u{1}\u{0}"),
    HostileRequest(
      "a WebSocket without a key",
      "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade\r\n\r\n", 400, "malformed_request"),
    HostileRequest(
      "a WebSocket to a denied host",
      "GET http://denied.example/ HTTP/1.1\r\nHost: denied.example\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade, close\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 403,
      "not_allowlisted"),
    HostileRequest(
      "our own name in Via",
      "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nVia: 1.1 SLUICE-test\r\n\r\n",
      400, "loop_detected"),
  ]

  static let targets: [HostileRequest] = [
    target("http://allowed.example/", "host_mismatch", host: "second.example"),
    target("http://allowed.example/", "host_mismatch", host: "allowed.example:81"),
    target(
      "http://allowed.example/", "malformed_request",
      host: "allowed.example\r\nHost: allowed.example"),
    target(
      "http://allowed.example/", "malformed_authority", host: "allowed.example,second.example"),
    target("http://allowed.example/", "malformed_authority", host: "u@allowed.example"),
    target("http://allowed.example/", "malformed_authority", host: "allowed.example/x"),
    target("http://allowed.example/", "malformed_authority", host: "allowed .example"),
    target("https://allowed.example/", "https_in_absolute_form"),
    target("ftp://allowed.example/", "scheme_not_supported"),
    target("/", "not_a_proxy_request"), target("//allowed.example/", "not_a_proxy_request"),
    target("*", "not_a_proxy_request"), target("allowed.example:80", "malformed_request"),
    target("http://allowed.example@evil.example/", "malformed_authority"),
    target("http://evil.example\\.allowed.example/", "malformed_request"),
    target("http://evil.example#@allowed.example/", "malformed_request"),
    target("http://allowed.example/%00", "malformed_request"),
    target("http://evil%2eexample/", "malformed_authority"),
    target("http://evil.example%2f.allowed.example/", "malformed_authority"),
    target("http://a]b[c/", "malformed_authority"),
    target("http://[allowed.example]/", "malformed_authority"),
    target("http://[[::1]]/", "malformed_authority"),
    target("http://[fe80::1%25eth0]/", "malformed_authority"),
    target("http://allowed.example:0/", "malformed_authority"),
    target("http://allowed.example:080/", "malformed_authority"),
    target("http://allowed.example:65536/", "malformed_authority"),
    target("http://allowed.example:+80/", "malformed_authority"),
    target("http://allowed.example:0x50/", "malformed_authority"),
    target("http://allowed.example:4294967376/", "malformed_authority"),
    target("http://allowed.example:80:80/", "malformed_authority"),
    target("http://allowed.example:/", "malformed_authority"),
    target("http://allowed..example/", "malformed_authority"),
    target("http://.allowed.example/", "malformed_authority"),
    target("http://*.allowed.example/", "malformed_authority"),
    target("http://2130706433/", "malformed_authority"),
    target("http://0x7f.1/", "malformed_authority"),
    target("http://127.1/", "malformed_authority"),
    target("http://0177.0.0.1/", "malformed_authority"),
    target("http://allowed\u{e3}\u{80}\u{82}example/", "malformed_request"),
    tunnel("allowed.example", "malformed_authority"),
    tunnel("allowed.example:443/", "malformed_authority"),
    tunnel("allowed.example:443?x", "malformed_authority"),
    tunnel("allowed.example:443#x", "malformed_request"),
    tunnel("u@allowed.example:443", "malformed_authority"),
    tunnel("http://allowed.example:443", "malformed_authority"),
    tunnel("allowed.example:443:80", "malformed_authority"),
    tunnel("allowed.example: 443", "malformed_request"),
    tunnel("allowed.example:443", "host_mismatch", host: "second.example:443:80"),
    tunnel("allowed.example:443", "malformed_authority", host: "u@allowed.example:443"),
    tunnel("denied.example:443", "not_allowlisted", host: "allowed.example:443", status: 403),
    HostileRequest(
      "CONNECT with a length",
      "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\nContent-Length: 5\r\n\r\nhello",
      400, "connect_with_body"),
    HostileRequest(
      "CONNECT with chunks",
      "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "connect_with_body"),
    HostileRequest(
      "CONNECT to a denied host with early bytes", connect("denied.example:443"), 403,
      "not_allowlisted"),
    HostileRequest(
      "a body to a denied host, Expect: 100-continue",
      "POST http://denied.example/ HTTP/1.1\r\nHost: denied.example\r\nContent-Length: 500\r\n"
        + "Expect: 100-continue\r\n\r\n", 403, "not_allowlisted"),
  ]
}
