import Testing

@testable import Wire

/// Trailer fields: what a head may announce, and which lines behind the body go on.
@Suite struct TrailerTests {
  /// The names that go on of those that a request's and a response's head announce with `lines`.
  func announced(_ lines: String, room: Int = TrailerSection.announcementLimit) throws -> String {
    let request =
      "POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"
      + "Transfer-Encoding: chunked\r\n\(lines)\r\n\r\n"
    let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\(lines)\r\n\r\n"
    var out = [UInt8](repeating: 0, count: room)
    var target = out.mutableSpan
    let head = try acceptedRequest(request)
    let count = head.announceTrailers(from: latin1(request).span, into: &target)
    let names = latin1(out[..<count])
    var other = [UInt8](repeating: 0, count: room)
    var otherTarget = other.mutableSpan
    let answer = try acceptedResponse(response)
    let otherCount = answer.announceTrailers(from: latin1(response).span, into: &otherTarget)
    #expect(names == latin1(other[..<otherCount]))
    #expect(head.announcesTrailers == lines.lowercased().contains("trailer:"))
    #expect(answer.announcesTrailers == head.announcesTrailers)
    return names
  }

  @Test(
    "what Trailer announces goes on if it is safe and no other field takes it away",
    arguments: [
      ("Trailer: X-Sum", "X-Sum"), ("trailer:x-sum ,\tServer-Timing", "x-sum, Server-Timing"),
      ("Trailer: A\r\nX: y\r\nTrailer: B, C", "A, B, C"), ("Trailer: ,,A,,", "A"),
      ("Trailer: ETag, Last-Modified, Grpc-Status", "ETag, Last-Modified, Grpc-Status"),
      ("X: y", ""), ("Trailer:", ""), ("Trailer: A b, \"c\", d", "d"),
      ("Trailer: X-A, X-B\r\nConnection: x-a", "X-B"),
      ("Connection: close, X-B\r\nTrailer: X-A, X-B", "X-A"),
      ("Trailer: Content-Length, X-A, Host", "X-A"),
    ])
  func announcement(lines: String, names: String) throws {
    #expect(try announced(lines) == names)
  }

  /// By what a recipient would do with them (RFC 9110 §6.5.1).
  static let unsafe: [String] = [
    "content-length", "transfer-encoding", "te", "trailer", "connection", "keep-alive", "upgrade",
    "proxy-connection", "proxy-authorization", "proxy-authenticate", "proxy-status",
    "http2-settings",
    "host", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "max-forwards",
    "x-original-url", "x-rewrite-url", "x-client-ip", "true-client-ip", "x-host",
    "authorization", "www-authenticate", "authentication-info", "cookie", "cookie2", "set-cookie",
    "set-cookie2", "x-auth-token", "x-csrf-token", "origin", "referer", "from", "user-agent",
    "cache-control", "pragma", "expect", "range", "if-match", "if-none-match", "if-range",
    "accept", "accept-encoding", "accept-ranges", "prefer", "priority", "early-data",
    "x-http-method-override", "x-method-override", "upgrade-insecure-requests",
    "age", "expires", "date", "location", "retry-after", "vary", "warning", "allow", "server",
    "link",
    "refresh", "status", "alt-svc", "clear-site-data", "strict-transport-security",
    "access-control-allow-origin", "x-frame-options", "x-xss-protection", "timing-allow-origin",
    "x-accel-redirect", "x-sendfile", "surrogate-control", "cdn-cache-control",
    "content-type", "content-encoding", "content-range", "content-disposition", "content-digest",
    "x-content-type-options", "sec-websocket-key", "x-sluice-decision",
    "destination", "depth", "overwrite", "lock-token", "remote-user", "remote-addr",
    "x-remote-user",
    "client-cert", "client-cert-chain", "client-ip", "ssl-client-verify", "x-ssl-client-cert",
    "x-api-key", "api-key",
  ]

  @Test(
    "no name that acts on the message is passed on behind it, in any spelling", arguments: unsafe)
  func unsafeName(name: String) throws {
    #expect(try announced("Trailer: \(name), X-A") == "X-A")
    #expect(try announced("Trailer: \(name.uppercased())") == "")
    let underscored = latin1(String(name.map { $0 == "-" ? "_" : $0 }))
    let isSafe = TrailerName.isSafe(underscored.span)
    #expect(!isSafe)
  }

  @Test(
    "ordinary names are passed on",
    arguments: [
      "x", "x-checksum", "digest", "repr-digest", "want", "agent", "ifs", "secret", "serve",
      "server-timing", "x-status", "grpc-message", "etag", "via-x", "statuses", "api-keys",
      "depths", "clients", "remote",
      "a-name-of-more-than-thirty-two-characters",
    ])
  func safeName(name: String) throws {
    #expect(try announced("Trailer: \(name)") == name)
  }

  @Test("a field that the proxy adds to responses is not said again by a trailer")
  func own() throws {
    let text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A, x-zone, X-B\r\n\r\n"
    var out = [UInt8](repeating: 0, count: TrailerSection.announcementLimit)
    var target = out.mutableSpan
    let count = try acceptedResponse(text).announceTrailers(
      from: latin1(text).span, own: latin1("X-Zone: 1\r\nX-Other: 2\r\n").span, into: &target)
    #expect(latin1(out[..<count]) == "X-A, X-B")
  }

  @Test("sixteen names count, and no more than fit")
  func bounds() throws {
    let names = (0..<40).map { "X-\($0)" }
    #expect(try announced("Trailer: " + names.joined(separator: ",")).hasSuffix(", X-15"))
    let long = (0..<5).map { "x\($0)" + String(repeating: "a", count: 250) }
    let kept = try announced("Trailer: " + long.joined(separator: ", "))
    #expect(kept == long.prefix(4).joined(separator: ", ") && kept.utf8.count <= 1024)
    #expect(try announced("Trailer: " + String(repeating: "a", count: 257)) == "")
  }

  /// What of `section` goes on.
  func written(_ section: String, _ announced: String) -> TrailerSection.Written {
    var out = [UInt8](repeating: 0, count: section.utf8.count + TrailerSection.fieldLimit)
    var target = out.mutableSpan
    return TrailerSection.write(
      latin1(section).span, announced: latin1(announced).span, into: &target)
  }

  func lines(_ section: String, _ announced: String) -> String? {
    var out = [UInt8](repeating: 0, count: section.utf8.count + TrailerSection.fieldLimit)
    var target = out.mutableSpan
    guard
      case .length(let count) = TrailerSection.write(
        latin1(section).span, announced: latin1(announced).span, into: &target)
    else { return nil }
    return latin1(out[..<count])
  }

  @Test("only announced lines go on, written as in a head")
  func section() {
    #expect(lines("X-A: 1\r\nX-B: 2\r\nx-a:  3\t\r\n", "X-A") == "X-A: 1\r\nx-a: 3\r\n")
    #expect(lines("X-A:\r\n", "x-b, X-A") == "X-A: \r\n")
    #expect(lines("X-A: 1\r\nX_A: 2\r\nX^A: 3\r\n", "X-A, X~A") == "X-A: 1\r\n")
    #expect(lines("Host: evil.test\r\n", "X-A") == "")
    #expect(lines("", "X-A") == "")
  }

  @Test("what a head may not hold no trailer holds")
  func refused() {
    let long = String(repeating: "a", count: 257)
    #expect(written("\(long): 1\r\n", "X-A") == .refused(.fieldNameTooLong))
    let many = String(repeating: "X: 1\r\n", count: 101)
    #expect(written(many, "X") == .refused(.tooManyFields))
    #expect(lines(String(many.dropLast(5)), "X")?.utf8.count == 600)
  }

  @Test("TE: trailers goes on as our own, and Trailer says what follows")
  func heads() throws {
    for (te, accepts) in [
      ("trailers", true), ("TRAILERS", true), ("gzip;q=0.5, trailers", true), ("gzip", false),
      ("trailers;q=1", false), ("", false),
    ] {
      let text =
        "POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nTE: \(te)\r\n"
        + "Transfer-Encoding: chunked\r\nTrailer: Host, X-A\r\nConnection: TE\r\n\r\n"
      let head = try acceptedRequest(text)
      #expect(head.acceptsTrailers == accepts, "\(te)")
      #expect(
        rebuilt(head, latin1(text), trailers: "X-A")
          == "POST / HTTP/1.1\r\nHost: example.test\r\nTransfer-Encoding: chunked\r\n"
          + "Trailer: X-A\r\nVia: 1.1 sluice-5f3a9c21\r\n"
          + (accepts ? "TE: trailers\r\nConnection: TE\r\n" : "") + "\r\n")
    }
    let old = "GET http://a.test/ HTTP/1.0\r\nTE: trailers\r\n\r\n"
    #expect(try !acceptedRequest(old).acceptsTrailers)
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Host, X-A\r\n\r\n"
    let head = try acceptedResponse(text)
    let written = try #require(rebuilt(head, latin1(text), trailers: "X-A"))
    #expect(written.contains("\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n"))
    #expect(rebuilt(head, latin1(text))?.contains("Trailer") == false)
  }

  @Test("a section is the same however its bytes come")
  func cuts() {
    var random = SeededGenerator(state: 11)
    let pieces = ["X-A: 1\r\n", "X-B:2\r\n", "x-a:\t3 \r\n", "Host: a\r\n", "Y: \u{e4}\r\n"]
    for _ in 0..<300 {
      let section = (0..<Int.random(in: 1...6, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let bytes = latin1("3\r\nabc\r\n0\r\n" + section + "\r\nGET")
      var decoder = ChunkedDecoder()
      var collected: [UInt8] = []
      var isEnded = false
      var start = 0
      while start < bytes.count, !isEnded {
        let end = min(bytes.count, start + Int.random(in: 1...5, using: &random))
        let piece = Array(bytes[start..<end])
        var at = 0
        reading: while true {
          switch decoder.next(piece.span, from: at) {
          case .data(let range): at = Int(range.end)
          case .trailer(let range):
            collected += piece[Int(range.start)..<Int(range.end)]
            at = Int(range.end)
          case .needMore: break reading
          case .end(let used):
            #expect(start + used == bytes.count - 3)
            isEnded = true
            break reading
          case .invalid(let fault):
            Issue.record("\(fault)")
            return
          }
        }
        start = end
      }
      #expect(isEnded && collected == latin1(section))
    }
  }
}
