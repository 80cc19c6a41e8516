import Domains
import Testing

@testable import Wire

/// Rebuilt heads: exactly these bytes, and nothing of what must not travel on.
@Suite struct WriterTests {
  @Test("a request is rebuilt in origin-form with the host that policy saw")
  func request() throws {
    let text =
      "GET http://EXAMPLE.test:80/a?b HTTP/1.1\r\nAccept:*/*\r\nHost: EXAMPLE.test:80\r\n"
      + "X:  spaced \t\r\nVia: 1.0 first\r\nuser-agent: x\r\n\r\n"
    let head = try acceptedRequest(text)
    #expect(
      rebuilt(head, latin1(text)) == "GET /a?b HTTP/1.1\r\nHost: example.test\r\nAccept: */*\r\n"
        + "X: spaced\r\nVia: 1.0 first\r\nuser-agent: x\r\nVia: 1.1 sluice-5f3a9c21\r\n\r\n")
  }

  @Test(
    "the request target is written as the origin knows it",
    arguments: [
      ("GET", "http://a.test", "GET / HTTP/1.1"), ("GET", "http://a.test?x", "GET /?x HTTP/1.1"),
      ("GET", "http://a.test//", "GET // HTTP/1.1"),
      ("OPTIONS", "http://a.test", "OPTIONS * HTTP/1.1"),
      ("OPTIONS", "http://a.test/", "OPTIONS / HTTP/1.1"),
      ("OPTIONS", "http://a.test?x", "OPTIONS /?x HTTP/1.1"),
      ("PROPFIND", "http://a.test/%20", "PROPFIND /%20 HTTP/1.1"),
    ])
  func targets(method: String, target: String, line: String) throws {
    let text = "\(method) \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n"
    let upstream = try #require(rebuilt(try acceptedRequest(text), latin1(text)))
    #expect(upstream.hasPrefix(line + "\r\n"))
  }

  @Test("Host has brackets for IPv6 and a port other than 80")
  func hosts() throws {
    let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"
    let head = try acceptedRequest(text)
    let bytes = latin1(text)
    func host(_ upstream: String?) -> Substring? { upstream?.split(separator: "\r\n")[1] }
    #expect(host(rebuilt(head, bytes, port: 8080)) == "Host: example.test:8080")
    #expect(host(rebuilt(head, bytes, port: 65535)) == "Host: example.test:65535")
    #expect(host(rebuilt(head, bytes, host: "::1", isIPv6: true)) == "Host: [::1]")
    #expect(host(rebuilt(head, bytes, host: "::1", isIPv6: true, port: 1)) == "Host: [::1]:1")
  }

  @Test(
    "a field that belongs to one hop or to us does not travel on",
    arguments: [
      "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
      "Proxy-Authorization: Basic c2VjcmV0", "proxy-authenticate: Basic",
      "Proxy-Authentication-Info: x", "TE: gzip", "Trailer: X", "Upgrade: websocket",
      "HTTP2-Settings: AAMAAABk", "X-Sluice-Decision: allow", "x-sluice-: allow",
      "Proxy-Status: sluice; error=none",
      "Connection: X-Secret\r\nX-Secret: 1", "X-Secret: 1\r\nConnection: close, x-SECRET",
      "Connection: a\r\nConnection: x-secret\r\nX-Secret: 1\r\nx-secret: 2",
    ])
  func hopByHop(lines: String) throws {
    let request = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(lines)\r\n\r\n"
    #expect(
      rebuilt(try acceptedRequest(request), latin1(request))
        == "GET / HTTP/1.1\r\nHost: example.test\r\nVia: 1.1 sluice-5f3a9c21\r\n\r\n")
    let response = "HTTP/1.1 200 OK\r\n\(lines)\r\nContent-Length: 0\r\n\r\n"
    #expect(
      rebuilt(try acceptedResponse(response), latin1(response))
        == "HTTP/1.1 200 OK\r\nDate: \(receivedDate)\r\nContent-Length: 0\r\n"
        + "Via: 1.1 sluice-5f3a9c21\r\nConnection: keep-alive\r\n\r\n")
  }

  @Test("a name that only resembles a hop-by-hop field travels on")
  func resembling() throws {
    for field in ["Connections: x", "T: x", "TEA: x", "X-Sluic: y", "Up-grade: x", "Via2: x"] {
      let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(field)\r\n\r\n"
      let upstream = try #require(rebuilt(try acceptedRequest(text), latin1(text)))
      #expect(upstream.contains("\r\n\(field)\r\n"))
    }
  }

  @Test(
    "the framing is stated once, from what was parsed",
    arguments: [
      ("Content-Length:\t0", "Content-Length: 0"), ("content-length: 12 ", "Content-Length: 12"),
      ("Content-Length: 9223372036854775807", "Content-Length: 9223372036854775807"),
      ("transfer-encoding: CHUNKED", "Transfer-Encoding: chunked"),
    ])
  func framing(field: String, line: String) throws {
    let text =
      "POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(field)\r\nExpect: 100-continue\r\n\r\n"
    let expectation = line.hasSuffix(" 0") ? "" : "Expect: 100-continue\r\n"
    #expect(
      rebuilt(try acceptedRequest(text), latin1(text), persistent: false)
        == "POST / HTTP/1.1\r\nHost: example.test\r\n\(expectation)\(line)\r\nVia: 1.1 sluice-5f3a9c21\r\n"
        + "Connection: close\r\n\r\n")
  }

  @Test("a request of HTTP/1.0 goes on as HTTP/1.1 and says in Via what it was")
  func oldRequest() throws {
    let text = "GET http://a.test/ HTTP/1.0\r\n\r\n"
    #expect(
      rebuilt(try acceptedRequest(text), latin1(text))
        == "GET / HTTP/1.1\r\nHost: example.test\r\nVia: 1.0 sluice-5f3a9c21\r\n\r\n")
  }

  static let said = [
    "Forwarded: for=1.2.3.4;host=evil.test", "forwarded:for=1.2.3.4, for=5.6.7.8",
    "X-Forwarded-For: 1.2.3.4", "x-forwarded-for:1.2.3.4\r\nX-FORWARDED-FOR: 5.6.7.8",
    "X-Forwarded-Host: evil.test", "X-Forwarded-Proto: https", "X-Forwarded: 1.2.3.4",
    "X-Forwarded-A-Name-Of-More-Than-Thirty-Two-Bytes: 1", "X-Real-IP: 1.2.3.4",
    "X_Forwarded_For: 1.2.3.4", "x-real_ip: 1.2.3.4",
    "Connection: x-forwarded-for\r\nX-Forwarded-For: 1.2.3.4",
  ]

  @Test("where the client is named, nothing stays of what it said of itself", arguments: said)
  func client(lines: String) throws {
    let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nA: b\r\n\(lines)\r\nC:d\r\n\r\n"
    let head = try acceptedRequest(text)
    func fields(_ client: ForwardedClient) throws -> String {
      let upstream = try #require(rebuilt(head, latin1(text), client: client))
      let start = "GET / HTTP/1.1\r\nHost: example.test\r\nA: b\r\nC: d\r\n"
      let end = "Via: 1.1 sluice-5f3a9c21\r\n\r\n"
      try #require(upstream.hasPrefix(start) && upstream.hasSuffix(end), "\(upstream)")
      return String(upstream.dropFirst(start.count).dropLast(end.count))
    }
    let v4 = try #require(IPAddress("10.0.7.255"))
    let v6 = try #require(IPAddress("2001:0DB8::00a0"))
    #expect(try fields(.xForwardedFor(v4)) == "X-Forwarded-For: 10.0.7.255\r\n")
    #expect(try fields(.xForwardedFor(v6)) == "X-Forwarded-For: 2001:db8::a0\r\n")
    #expect(try fields(.xForwardedFor(nil)) == "")
    #expect(try fields(.forwarded(v4)) == "Forwarded: for=10.0.7.255\r\n")
    #expect(try fields(.forwarded(v6)) == "Forwarded: for=\"[2001:db8::a0]\"\r\n")
    #expect(try fields(.forwarded(nil)) == "Forwarded: for=unknown\r\n")
  }

  @Test(
    "where the client is not named, what it says of itself goes on, and names like it always do")
  func clientUnsaid() throws {
    let start = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"
    for lines in ["Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4"] {
      let text = "\(start)\(lines)\r\n\r\n"
      let upstream = try #require(rebuilt(try acceptedRequest(text), latin1(text)))
      #expect(upstream.contains("\r\n\(lines)\r\n"))
    }
    for lines in ["Forwarded-For: x", "X-Forward: x", "X-Real-IPs: x", "X-Real: x", "Forward: x"] {
      let text = "\(start)\(lines)\r\n\r\n"
      let upstream = try #require(
        rebuilt(try acceptedRequest(text), latin1(text), client: .forwarded(nil)))
      #expect(upstream.contains("\r\n\(lines)\r\n"))
    }
  }

  @Test(
    "a response says how its body comes and whether the connection lasts",
    arguments: [
      (
        "200 OK", "Content-Length: 5", nil, true, "Content-Length: 5\r\n",
        "Connection: keep-alive\r\n"
      ),
      ("200 OK", "Content-Length: 5", nil, false, "Content-Length: 5\r\n", "Connection: close\r\n"),
      (
        "200 OK", "Transfer-Encoding: chunked", nil, true, "Transfer-Encoding: chunked\r\n",
        "Connection: keep-alive\r\n"
      ),
      ("200 OK", "Transfer-Encoding: chunked", .untilClose, true, "", "Connection: close\r\n"),
      ("200 OK", "Connection: close", nil, true, "", "Connection: close\r\n"),
      (
        "304 Not Modified", "Content-Length: 5", nil, true, "Content-Length: 5\r\n",
        "Connection: keep-alive\r\n"
      ),
      ("204 No Content", "Content-Length: 5", nil, true, "", "Connection: keep-alive\r\n"),
      ("100 Continue", "Connection: close", nil, true, "", ""),
      (
        "404 Nicht da f\u{fc}r dich", "Content-Length: 0", nil, true, "Content-Length: 0\r\n",
        "Connection: keep-alive\r\n"
      ),
    ] as [(String, String, ResponseFraming?, Bool, String, String)])
  func response(
    status: String, field: String, framing: ResponseFraming?, persistent: Bool, length: String,
    connection: String
  ) throws {
    let text = "HTTP/1.1 \(status)\r\n\(field)\r\n\r\n"
    let head = try acceptedResponse(text)
    let date = head.isInterim ? "" : "Date: \(receivedDate)\r\n"
    #expect(
      rebuilt(head, latin1(text), framing: framing, persistent: persistent)
        == "HTTP/1.1 \(status)\r\n\(date)\(length)Via: 1.1 sluice-5f3a9c21\r\n\(connection)\r\n")
  }

  @Test("an upstream cannot drop a field of its own message by naming it in Connection")
  func protectedInResponse() throws {
    let text =
      "HTTP/1.1 200 OK\r\nConnection: Set-Cookie, Content-Length, Via\r\nSet-Cookie: a\r\n"
      + "Via: 1.1 x\r\nContent-Length: 3\r\n\r\n"
    let client = try #require(rebuilt(try acceptedResponse(text), latin1(text)))
    #expect(client.contains("Set-Cookie: a\r\nVia: 1.1 x\r\nDate: "))
    #expect(client.contains("\r\nContent-Length: 3\r\n"))
  }

  @Test("fields of our own replace those of the same names, whatever their case, and no others")
  func ownFields() throws {
    let own = "X-Environment: vm-7\r\nX-B: 2\r\n"
    let text =
      "HTTP/1.1 200 OK\r\nx-environment: theirs\r\nX-Env: a\r\nX-ENVIRONMENT:again\r\n"
      + "X-Environments: b\r\nContent-Length: 3\r\n\r\n"
    let client = try #require(rebuilt(try acceptedResponse(text), latin1(text), own: own))
    #expect(
      client
        == "HTTP/1.1 200 OK\r\nX-Env: a\r\nX-Environments: b\r\n\(own)Date: \(receivedDate)\r\n"
        + "Content-Length: 3\r\nVia: 1.1 sluice-5f3a9c21\r\nConnection: keep-alive\r\n\r\n")
    let plain = "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n"
    let other = try #require(rebuilt(try acceptedResponse(plain), latin1(plain), own: own))
    #expect(other.contains("\r\nA: b\r\n\(own)Date: "))
  }

  @Test("a head is written whole or not at all")
  func room() throws {
    let text =
      "POST http://a.test/x HTTP/1.1\r\nHost: a.test\r\nX:y\r\nZ: w\r\nContent-Length: 10\r\n\r\n"
    let head = try acceptedRequest(text)
    let client = ForwardedClient.forwarded(try #require(IPAddress("2001:db8::1")))
    func written(_ room: Int) -> String? {
      rebuilt(head, latin1(text), port: 8080, client: client, persistent: false, room: room)
    }
    let whole = try #require(written(70_000))
    let size = latin1(whole).count
    for room in 0..<size { #expect(written(room) == nil) }
    #expect(written(size) == whole)
  }
}
