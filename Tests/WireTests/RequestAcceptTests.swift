import Testing

@testable import Wire

/// What must be let through: the heads that real clients send, and the edges of the strict rules.
@Suite struct RequestAcceptTests {
  struct Client: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let head: String
    init(_ name: String, _ head: String) { (testDescription, self.head) = (name, head) }
  }

  static let tunnels = [
    Client(
      "curl",
      "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nUser-Agent: curl/7.88.1\r\n"
        + "Proxy-Connection: Keep-Alive\r\n\r\n"),
    Client(
      "wget",
      "CONNECT api.test:443 HTTP/1.1\r\nUser-Agent: Wget/1.21.3\r\nHost: api.test:443\r\n\r\n"),
    Client("Python before 3.12, requests, pip", "CONNECT api.test:443 HTTP/1.0\r\n\r\n"),
    Client(
      "pip with a user agent",
      "CONNECT api.test:443 HTTP/1.0\r\nUser-Agent: pip/23.0.1 {\"ci\":null,\"cpu\":\"x86_64\"}\r\n\r\n"
    ),
    Client("Python 3.12", "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n"),
    Client(
      "node", "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nConnection: close\r\n\r\n"),
    Client(
      "undici",
      "CONNECT api.test:443 HTTP/1.1\r\nhost: api.test\r\nconnection: close\r\n\r\n"),
    Client(
      "Go",
      "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nUser-Agent: Go-http-client/1.1\r\n\r\n"
    ),
    Client(
      "Java",
      "CONNECT api.test:443 HTTP/1.1\r\nUser-Agent: Java/17.0.9\r\nHost: api.test\r\n"
        + "Accept: */*\r\nProxy-Connection: keep-alive\r\n\r\n"),
    Client(
      "apt",
      "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nUser-Agent: Debian APT-HTTP/1.3 (2.6.1)\r\n\r\n"
    ),
    Client(
      "git",
      "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nUser-Agent: git/2.39.2\r\n"
        + "Proxy-Connection: Keep-Alive\r\n\r\n"),
    Client(
      "a client that says there is no body",
      "CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\nContent-Length: 0\r\n\r\n"),
  ]

  static let gets = [
    Client(
      "curl",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
        + "Proxy-Connection: Keep-Alive\r\n\r\n"),
    Client(
      "curl --http2",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nAccept: */*\r\n"
        + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
    ),
    Client(
      "wget",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nUser-Agent: Wget/1.21.3\r\nAccept: */*\r\n"
        + "Accept-Encoding: identity\r\nConnection: Keep-Alive\r\nProxy-Connection: Keep-Alive\r\n\r\n"
    ),
    Client(
      "requests",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nUser-Agent: python-requests/2.28.1\r\n"
        + "Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"),
    Client(
      "urllib",
      "GET http://api.test/a?b=c HTTP/1.1\r\nAccept-Encoding: identity\r\nHost: api.test\r\n"
        + "User-Agent: Python-urllib/3.11\r\nConnection: close\r\n\r\n"),
    Client(
      "node",
      "GET http://api.test/a?b=c HTTP/1.1\r\naccept: application/json\r\nHost: api.test\r\n"
        + "Connection: keep-alive\r\n\r\n"),
    Client(
      "Go",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nUser-Agent: Go-http-client/1.1\r\n"
        + "Accept-Encoding: gzip\r\n\r\n"),
    Client(
      "Java",
      "GET http://api.test/a?b=c HTTP/1.1\r\nUser-Agent: Java/17.0.9\r\nHost: api.test\r\n"
        + "Accept: text/html, image/gif, image/jpeg, */*; q=0.2\r\nProxy-Connection: keep-alive\r\n\r\n"
    ),
    Client(
      "apt",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nCache-Control: max-age=0\r\n"
        + "Accept: text/*\r\nUser-Agent: Debian APT-HTTP/1.3 (2.6.1) non-interactive\r\n\r\n"),
    Client(
      "git",
      "GET http://api.test/a?b=c HTTP/1.1\r\nHost: api.test\r\nUser-Agent: git/2.39.2\r\nAccept: */*\r\n"
        + "Accept-Encoding: deflate, gzip, br, zstd\r\nPragma: no-cache\r\nGit-Protocol: version=2\r\n"
        + "Proxy-Connection: Keep-Alive\r\n\r\n"),
  ]

  @Test("a CONNECT of this client is accepted", arguments: tunnels)
  func tunnel(client: Client) throws {
    let head = try acceptedRequest(client.head)
    let bytes = latin1(client.head)
    #expect(head.method == .connect)
    #expect(head.form == .authority)
    #expect(head.authority.text(in: bytes) == "api.test:443")
    #expect(head.framing == .none)
    #expect(head.length == bytes.count)
  }

  @Test("a GET of this client is accepted", arguments: gets)
  func get(client: Client) throws {
    let head = try acceptedRequest(client.head)
    let bytes = latin1(client.head)
    #expect(head.method == .get)
    #expect(head.form == .absolute)
    #expect(head.authority.text(in: bytes) == "api.test")
    #expect(head.pathAndQuery.text(in: bytes) == "/a?b=c")
    #expect(head.host?.text(in: bytes) == "api.test")
    #expect(head.framing == .none)
    #expect(head.isPersistent == !client.head.contains("Connection: close"))
    #expect(!head.expectsContinue)
    let upstream = try #require(rebuilt(head, bytes))
    #expect(upstream.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: example.test\r\n"))
    for gone in ["Connection", "connection", "Upgrade", "HTTP2-Settings", "api.test"] {
      #expect(!upstream.contains(gone), "\(upstream)")
    }
  }

  @Test("one empty line before the request is passed over and counted")
  func emptyLine() throws {
    let text = "\r\nGET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"
    let head = try acceptedRequest(text)
    #expect(head.length == text.utf8.count)
    #expect(head.authority.text(in: latin1(text)) == "a.test")
  }

  @Test(
    "a target is split where its authority ends",
    arguments: [
      ("http://a.test", "a.test", ""), ("http://a.test/", "a.test", "/"),
      ("HTTP://a.test:8080/x", "a.test:8080", "/x"), ("http://a.test?x=/", "a.test", "?x=/"),
      ("http://[::1]:80/", "[::1]:80", "/"), ("http://a.test//b//", "a.test", "//b//"),
      ("http://a.test/a@b", "a.test", "/a@b"), ("http://a.test/%2e%2E/", "a.test", "/%2e%2E/"),
      ("http://a.test/?q=100%&b=%00", "a.test", "/?q=100%&b=%00"),
      ("http://evil%2ecom/", "evil%2ecom", "/"), ("http://A.Test.:443/", "A.Test.:443", "/"),
      ("http://a.test/\"<>^`{|}", "a.test", "/\"<>^`{|}"), ("http://:80/", ":80", "/"),
    ])
  func targets(target: String, authority: String, rest: String) throws {
    let text = "GET \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n"
    let head = try acceptedRequest(text)
    #expect(head.authority.text(in: latin1(text)) == authority)
    #expect(head.pathAndQuery.text(in: latin1(text)) == rest)
  }

  @Test(
    "a method is known by its exact name",
    arguments: [
      ("GET", .get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
      ("OPTIONS", .options), ("PATCH", .patch), ("get", .other), ("PROPFIND", .other),
      ("GETS", .other), ("TRACEX", .other), ("M-SEARCH", .other), ("CONNECTED", .other),
      (String(repeating: "A", count: 32), .other),
    ] as [(String, Method)])
  func methods(name: String, method: Method) throws {
    let head = try acceptedRequest("\(name) http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
    #expect(head.method == method)
    #expect(head.methodText.count == name.utf8.count)
  }

  @Test(
    "a body is framed as its fields say",
    arguments: [
      ("GET", "Content-Length: 5", .length(5)), ("HEAD", "Content-Length: 0", .length(0)),
      ("OPTIONS", "Content-Length:7", .length(7)), ("DELETE", "content-length: \t7 \t", .length(7)),
      ("POST", "Content-Length: 9223372036854775807", .length(UInt64(Int64.max))),
      ("POST", "Transfer-Encoding: chunked", .chunked),
      ("POST", "transfer-ENCODING: CHUNKED", .chunked), ("POST", "X: y", .none),
      ("POST", "Content_Type: x\r\nX_Content_Length: 7", .none),
    ] as [(String, String, BodyFraming)])
  func framing(method: String, field: String, framing: BodyFraming) throws {
    let text = "\(method) http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(field)\r\n\r\n"
    #expect(try acceptedRequest(text).framing == framing)
  }

  @Test(
    "a connection lasts as RFC 9112 section 9.3 says",
    arguments: [
      ("1.1", "X: y", true), ("1.1", "Connection: close", false),
      ("1.1", "Connection: Close", false),
      ("1.1", "Connection: x, CLOSE ,y", false), ("1.1", "Connection: closed", true),
      ("1.1", "Connection: keep-alive\r\nConnection: close", false),
      ("1.1", "Connection:", true), ("1.1", "Connection: ,,close,", false), ("1.0", "X: y", false),
      ("1.0", "Connection: keep-alive", false),
    ])
  func persistence(version: String, field: String, lasts: Bool) throws {
    let text = "GET http://a.test/ HTTP/\(version)\r\nHost: a.test\r\n\(field)\r\n\r\n"
    #expect(try acceptedRequest(text).isPersistent == lasts)
  }

  @Test(
    "100-continue is expected only with a body in HTTP/1.1",
    arguments: [
      ("1.1", "Content-Length: 5", true), ("1.1", "Transfer-Encoding: chunked", true),
      ("1.1", "Content-Length: 0", false), ("1.1", "X: y", false),
      ("1.0", "Content-Length: 5", false),
    ])
  func expectation(version: String, field: String, expects: Bool) throws {
    let text =
      "POST http://a.test/ HTTP/\(version)\r\nHost: a.test\r\nExpect: 100-Continue\r\n\(field)\r\n\r\n"
    #expect(try acceptedRequest(text).expectsContinue == expects)
  }

  @Test(
    "a refusal is text only for who names text/plain or text/html first",
    arguments: [
      ("*/*", false), ("text/plain", true), ("Text/Plain;q=0.5, application/json", true),
      ("application/json, text/plain, */*", false), ("text/html, text/plain", true),
      ("application/json, text/html", false), ("text/htm", false), ("text/html2", false),
      ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
      ("text/plainer", false), ("application/problem+json, text/plain", false), ("", false),
    ])
  func taste(accept: String, plain: Bool) throws {
    let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nAccept: \(accept)\r\n\r\n"
    #expect(try acceptedRequest(text).prefersPlainText == plain)
  }

  @Test(
    "our own name in Via is seen as a whole word in any case",
    arguments: [
      ("Via: 1.1 sluice-5f3a9c21", true), ("Via: 1.0 a, 1.1 SLUICE-5F3A9C21 (x)", true),
      ("Via: 1.1 a\r\nvia: 1.1 sluice-5f3a9c21:3128", true), ("Via: 1.1 sluice", false),
      ("Via: 1.1 sluice-5f3a9c210", false), ("Via: 1.1 xsluice-5f3a9c21", false),
      ("X-Via: 1.1 sluice-5f3a9c21", false), ("Via:", false),
    ])
  func loops(field: String, isLoop: Bool) throws {
    let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(field)\r\n\r\n"
    let head = try acceptedRequest(text)
    #expect(head.hasVia(latin1("sluice-5f3a9c21").span, in: latin1(text).span) == isLoop)
  }

  @Test("a value keeps its bytes from 0x80 on")
  func highBytes() throws {
    let text = "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nX: caf\u{c3}\u{a9}\t\u{ff}\r\n\r\n"
    let head = try acceptedRequest(text)
    #expect(
      try #require(rebuilt(head, latin1(text))).contains("\r\nX: caf\u{c3}\u{a9}\t\u{ff}\r\n"))
  }

  @Test("limits are reached before they are passed")
  func limits() throws {
    let target = "http://a.test/" + String(repeating: "a", count: 8192 - 14)
    _ = try acceptedRequest("GET \(target) HTTP/1.1\r\nHost: a.test\r\n\r\n")
    let name = String(repeating: "x", count: 256)
    _ = try acceptedRequest("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(name): y\r\n\r\n")
    let lines = (1...99).map { "X\($0): y\r\n" }.joined()
    _ = try acceptedRequest("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(lines)\r\n")
    let options = "Connection: a,b,c,d,e,f,g,h\r\nConnection: i,j,k,l,m,n,o,p\r\n"
    _ = try acceptedRequest("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\(options)\r\n")
  }
}
