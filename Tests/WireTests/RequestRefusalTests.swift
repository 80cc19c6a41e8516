import Testing

@testable import Wire

/// Every line of the hostile-input lists that is about a request head, with the detail of its refusal.
@Suite struct RequestRefusalTests {
  static let lines: [RefusedRow] = [
    .init(
      "bare LF after the request line", "GET http://a.test/ HTTP/1.1\nHost: a.test\r\n\r\n",
      .bareLineFeed),
    .field("bare LF after a header", "X: y\nZ: w", .bareLineFeed),
    .field("bare LF inside a name", "X\nY: z", .bareLineFeed),
    .field("bare CR in a value", "X: a\rb", .bareCarriageReturn),
    .field("CR CR LF", "X: a\r\r\nY: b", .bareCarriageReturn),
    .init(
      "CR CR LF after the request line", "GET http://a.test/ HTTP/1.1\r\r\nHost: a.test\r\n\r\n",
      .bareCarriageReturn),
    .init(
      "bare CR before the request line", "\rGET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .bareCarriageReturn),
    .init(
      "bare LF before the request line", "\nGET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .bareLineFeed),
    .init(
      "two empty lines before the request",
      "\r\n\r\nGET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", .emptyLinesBeforeRequest),
    .init(
      "a thousand empty lines",
      String(repeating: "\r\n", count: 1000) + "GET http://a.test/ HTTP/1.1\r\n\r\n",
      .emptyLinesBeforeRequest),
    .init(
      "folding in the first header", "GET http://a.test/ HTTP/1.1\r\n Host: a.test\r\n\r\n",
      .foldedLine),
    .field("folding by space", "X: a\r\n b", .foldedLine),
    .field("folding by tab", "X: a\r\n\tb", .foldedLine),
    .init(
      "space before the request line", " GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "tab after the method", "GET\thttp://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "two spaces after the method", "GET  http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "two spaces after the target", "GET http://a.test/  HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "tab after the target", "GET http://a.test/\tHTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "space after the version", "GET http://a.test/ HTTP/1.1 \r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init("no target", "GET HTTP/1.1\r\nHost: a.test\r\n\r\n", .versionMissing),
    .init("only a method and a space", "GET \r\nHost: a.test\r\n\r\n", .requestLineSpacing),
    .init("only a method", "GET\r\nHost: a.test\r\n\r\n", .methodCharacter),
    .init("HTTP/0.9", "GET http://a.test/\r\n\r\n", .versionMissing),
    .init("HTTP/0.9 spelled out", "GET http://a.test/ HTTP/0.9\r\n\r\n", .versionNotSupported),
    .init("HTTP/1.2", "GET http://a.test/ HTTP/1.2\r\nHost: a.test\r\n\r\n", .versionNotSupported),
    .init("HTTP/2.0", "GET http://a.test/ HTTP/2.0\r\nHost: a.test\r\n\r\n", .versionNotSupported),
    .init("HTTP/3", "GET http://a.test/ HTTP/3\r\nHost: a.test\r\n\r\n", .versionMalformed),
    .init("HTTP/1.1x", "GET http://a.test/ HTTP/1.1x\r\nHost: a.test\r\n\r\n", .versionMalformed),
    .init("HTTP/1.10", "GET http://a.test/ HTTP/1.10\r\nHost: a.test\r\n\r\n", .versionMalformed),
    .init("HTTP/01.1", "GET http://a.test/ HTTP/01.1\r\nHost: a.test\r\n\r\n", .versionMalformed),
    .init(
      "http/1.1 in lower case", "GET http://a.test/ http/1.1\r\nHost: a.test\r\n\r\n",
      .versionMalformed),
    .init("HTTP/1,1", "GET http://a.test/ HTTP/1,1\r\nHost: a.test\r\n\r\n", .versionMalformed),
    .init(
      "a version cut short by the end of the head", "GET http://a.test/ H\r\n\r\n",
      .versionMalformed),
    .init(
      "a target of words", "GET http://a.test/a b HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .requestLineSpacing),
    .init(
      "a method with a colon", "GE:T http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .methodCharacter),
    .init(
      "a method with NUL", "GE\u{0}T http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .methodCharacter),
    .init(
      "a method beyond ASCII", "G\u{c9}T http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .methodCharacter),
    .init(
      "a method of 33 letters",
      String(repeating: "A", count: 33) + " http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
      .methodTooLong),
    .init("TRACE", "TRACE http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", .traceRefused),
    .field("an empty name", ": x", .fieldNameEmpty),
    .field("no colon", "Broken", .fieldColonMissing),
    .field("a space before the colon", "X : y", .fieldNameSpace),
    .field("a tab before the colon", "X\t: y", .fieldNameSpace),
    .field("Content-Length with a space before the colon", "Content-Length : 5", .fieldNameSpace),
    .field("a space inside a name", "X Y: z", .fieldNameCharacter),
    .field("NUL in a name", "X\u{0}Y: z", .fieldNameCharacter),
    .field("DEL in a name", "X\u{7f}Y: z", .fieldNameCharacter),
    .field("a high byte in a name", "X\u{e4}: z", .fieldNameCharacter),
    .field("a slash in a name", "X/Y: z", .fieldNameCharacter),
    .field("a bracket in a name", "X[0]: z", .fieldNameCharacter),
    .field(
      "two credentials", "Proxy-Authorization: Bearer a\r\nProxy-Authorization: Bearer a",
      .proxyAuthorizationRepeated),
    .field("NUL in a value", "X: a\u{0}b", .controlCharacter),
    .field("control 1 in a value", "X: a\u{1}b", .controlCharacter),
    .field("escape in a value", "X: a\u{1b}[2J", .controlCharacter),
    .field("DEL in a value", "X: a\u{7f}b", .controlCharacter),
    .field("vertical tab before a value", "Transfer-Encoding:\u{b}chunked", .controlCharacter),
    .field("form feed before a value", "Transfer-Encoding:\u{c}chunked", .controlCharacter),
    .field("NUL before a value", "Transfer-Encoding:\u{0}chunked", .controlCharacter),
    .field("a name of 257 letters", String(repeating: "x", count: 257) + ": y", .fieldNameTooLong),
    .field(
      "a hundred and one headers", (1...100).map { "X\($0): y" }.joined(separator: "\r\n"),
      .tooManyFields),
    .field(
      "a hundred thousand headers", String(repeating: "X: y\r\n", count: 99_999) + "X: y",
      .tooManyFields),
  ]

  static let framing: [RefusedRow] = [
    .field(
      "length then coding", "Content-Length: 5\r\nTransfer-Encoding: chunked",
      .transferEncodingWithLength),
    .field(
      "coding then length", "Transfer-Encoding: chunked\r\nContent-Length: 5",
      .transferEncodingWithLength),
    .field(
      "coding with length 0", "Transfer-Encoding: chunked\r\nContent-Length: 0",
      .transferEncodingWithLength),
    .field(
      "two lengths that are equal", "Content-Length: 5\r\nContent-Length: 5", .contentLengthRepeated
    ),
    .field(
      "two lengths that differ", "Content-Length: 5\r\nContent-Length: 6", .contentLengthRepeated),
    .field(
      "two lengths in other case", "Content-Length: 5\r\ncontent-length: 5", .contentLengthRepeated),
    .field("length 5,5", "Content-Length: 5,5", .contentLengthMalformed),
    .field("length 5, 6", "Content-Length: 5, 6", .contentLengthMalformed),
    .field("length +5", "Content-Length: +5", .contentLengthMalformed),
    .field("length -0", "Content-Length: -0", .contentLengthMalformed),
    .field("length -1", "Content-Length: -1", .contentLengthMalformed),
    .field("length 0x5", "Content-Length: 0x5", .contentLengthMalformed),
    .field("length 5 5", "Content-Length: 5 5", .contentLengthMalformed),
    .field("length 5.0", "Content-Length: 5.0", .contentLengthMalformed),
    .field("length 1e3", "Content-Length: 1e3", .contentLengthMalformed),
    .field("length 1_0", "Content-Length: 1_0", .contentLengthMalformed),
    .field("length in quotes", "Content-Length: \"5\"", .contentLengthMalformed),
    .field("length 05", "Content-Length: 05", .contentLengthMalformed),
    .field("length 00", "Content-Length: 00", .contentLengthMalformed),
    .field("length empty", "Content-Length:", .contentLengthMalformed),
    .field("length of blanks", "Content-Length: \t ", .contentLengthMalformed),
    .field("length 2^63", "Content-Length: 9223372036854775808", .contentLengthTooLarge),
    .field("length 2^64", "Content-Length: 18446744073709551616", .contentLengthTooLarge),
    .field(
      "length of 30 digits", "Content-Length: 100000000000000000000000000000",
      .contentLengthTooLarge),
    .field("coding xchunked", "Transfer-Encoding: xchunked", .transferEncodingUnknown),
    .field("coding gzip", "Transfer-Encoding: gzip", .transferEncodingUnknown),
    .field("coding gzip, chunked", "Transfer-Encoding: gzip, chunked", .transferEncodingUnknown),
    .field("coding identity", "Transfer-Encoding: identity", .transferEncodingUnknown),
    .field(
      "coding chunked twice", "Transfer-Encoding: chunked, chunked", .transferEncodingMalformed),
    .field(
      "coding chunked, identity", "Transfer-Encoding: chunked, identity", .transferEncodingMalformed
    ),
    .field("coding empty", "Transfer-Encoding:", .transferEncodingMalformed),
    .field(
      "coding with a leading comma", "Transfer-Encoding: ,chunked", .transferEncodingMalformed),
    .field(
      "coding with a trailing comma", "Transfer-Encoding: chunked,", .transferEncodingMalformed),
    .field("coding in quotes", "Transfer-Encoding: \"chunked\"", .transferEncodingMalformed),
    .field("coding with a parameter", "Transfer-Encoding: chunked;q=1", .transferEncodingMalformed),
    .field("coding with a space inside", "Transfer-Encoding: chun ked", .transferEncodingMalformed),
    .field(
      "two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      .transferEncodingRepeated),
    .field(
      "two different codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
      .transferEncodingRepeated),
    .field("coding folded", "Transfer-Encoding:\r\n chunked", .transferEncodingMalformed),
    .field("coding with an underscore", "Transfer_Encoding: chunked", .fieldNameImitation),
    .field("length with an underscore", "content_length: 5", .fieldNameImitation),
    .field("connection options with an underscore", "Proxy_Connection: close", .fieldNameImitation),
    .init(
      "coding in HTTP/1.0", "POST http://a.test/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
      .transferEncodingInHTTP10),
    .field(
      "Expect twice", "Content-Length: 1\r\nExpect: 100-continue\r\nExpect: 100-continue",
      .expectationUnknown),
    .field(
      "Expect in a list", "Content-Length: 1\r\nExpect: 100-continue, 100-continue",
      .expectationUnknown),
    .field("an unknown expectation", "Expect: 200-ok", .expectationUnknown),
    .field("an empty expectation", "Expect:", .expectationUnknown),
    .init(
      "OPTIONS with a Max-Forwards that is no number",
      "OPTIONS http://a.test/ HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: 1x\r\n\r\n",
      .maxForwardsMalformed),
    .init(
      "a WebSocket without a key",
      "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      .webSocketMalformed),
    .field(
      "Connection names Content-Length", "Content-Length: 5\r\nConnection: Content-Length",
      .connectionNamesProtected),
    .field(
      "Connection names Transfer-Encoding", "Connection: close, transfer-encoding",
      .connectionNamesProtected),
    .field("Connection names Host", "Connection: Host", .connectionNamesProtected),
    .field(
      "Connection names Authorization", "Connection: authorization", .connectionNamesProtected),
    .field("Connection names Cookie", "Connection: keep-alive, Cookie", .connectionNamesProtected),
    .field("Connection holds no token", "Connection: \"close\"", .connectionMalformed),
    .field("Connection holds two words", "Connection: keep alive", .connectionMalformed),
    .field(
      "seventeen options", "Connection: a,b,c,d,e,f,g,h,i\r\nConnection: j,k,l,m,n,o,p,q",
      .tooManyConnectionOptions),
  ]

  static let targets: [RefusedRow] = [
    .target("origin-form", "/", .originForm),
    .target("origin-form with two slashes", "//example.test/", .originForm),
    .target("a star", "*", .asteriskForm),
    .target("GET with authority-form", "example.test:80", .authorityFormWithoutConnect),
    .target("GET with a name", "example.test", .schemeMalformed),
    .target("https in absolute form", "https://example.test/", .schemeHTTPS),
    .target("HTTPS in upper case", "HTTPS://example.test/", .schemeHTTPS),
    .target("ftp", "ftp://example.test/", .schemeUnknown),
    .target("ws", "ws://example.test/", .schemeUnknown),
    .target("a scheme that begins with ours", "httpx://example.test/", .schemeUnknown),
    .target("a scheme that begins with a digit", "1http://example.test/", .schemeMalformed),
    .target("a scheme with one slash", "http:/example.test/", .schemeMalformed),
    .target("a scheme with no slash", "http:example.test/", .schemeMalformed),
    .target("no scheme before the slashes", "://example.test/", .schemeMalformed),
    .target("no host", "http:///path", .authorityEmpty),
    .target("no host and no path", "http://", .authorityEmpty),
    .target("no host before a query", "http://?x", .authorityEmpty),
    .target("userinfo", "http://github.com@evil.test/", .authorityUserinfo),
    .target("userinfo with a port", "http://github.com:443@evil.test", .authorityUserinfo),
    .target("a fragment", "http://example.test/#x", .targetFragment),
    .target("a fragment before userinfo", "http://evil.test#@github.com", .targetFragment),
    .target("a fragment in the query", "http://example.test/?a#b", .targetFragment),
    .target("a backslash in the host", "http://evil.test\\@github.com", .targetBackslash),
    .target("a backslash in the path", "http://example.test/a\\b", .targetBackslash),
    .target("a comma in the host", "http://a.test,b.test/", .authorityCharacter),
    .target("a brace in the host", "http://{a}.test/", .authorityCharacter),
    .target("NUL in the host", "http://evil.test\u{0}.github.com/", .targetCharacter),
    .target("control 1 in the host", "http://evil\u{1}.test/", .targetCharacter),
    .target("DEL in the path", "http://example.test/\u{7f}", .targetCharacter),
    .target("a high byte in the host", "http://g\u{ef}\u{bc}\u{91}.test/", .targetCharacter),
    .target("a high byte in the path", "http://example.test/\u{e4}", .targetCharacter),
    .target("%00 in the path", "http://example.test/a%00b", .targetEscapedNull),
    .target("an escape that is not hexadecimal", "http://example.test/%zz", .targetEscape),
    .target("an escape cut short", "http://example.test/a%2", .targetEscape),
    .target("an escape cut short by the query", "http://example.test/a%2?b", .targetEscape),
    .target(
      "a target of 8193 bytes", "http://example.test/" + String(repeating: "a", count: 8173),
      .targetTooLong),
    .init("no Host", "GET http://example.test/ HTTP/1.1\r\n\r\n", .hostMissing),
    .init(
      "two Hosts", "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
      .hostRepeated),
    .init(
      "two equal Hosts", "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n",
      .hostRepeated),
    .init("an empty Host", "GET http://a.test/ HTTP/1.1\r\nHost:\r\n\r\n", .hostMalformed),
    .init(
      "a Host with a comma", "GET http://a.test/ HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n",
      .hostMalformed),
    .init(
      "a Host with a space", "GET http://a.test/ HTTP/1.1\r\nHost: a.test b.test\r\n\r\n",
      .hostMalformed),
    .init(
      "a Host with userinfo", "GET http://a.test/ HTTP/1.1\r\nHost: x@a.test\r\n\r\n",
      .hostMalformed),
    .init(
      "a Host with a path", "GET http://a.test/ HTTP/1.1\r\nHost: a.test/x\r\n\r\n", .hostMalformed),
    .init(
      "a Host with a query", "GET http://a.test/ HTTP/1.1\r\nHost: a.test?x\r\n\r\n", .hostMalformed
    ),
    .init(
      "a Host with a high byte", "GET http://a.test/ HTTP/1.1\r\nHost: \u{e4}.test\r\n\r\n",
      .hostMalformed),
    .init(
      "a Host with NUL", "GET http://a.test/ HTTP/1.1\r\nHost: a.test\u{0}.b\r\n\r\n",
      .controlCharacter),
  ]

  static let connects: [RefusedRow] = [
    .connect("a path", "example.test:443/", .connectTargetNotAuthority),
    .connect("a query", "example.test:443?x", .connectTargetNotAuthority),
    .connect("a fragment", "example.test:443#x", .targetFragment),
    .connect("a scheme", "http://example.test:443", .connectTargetNotAuthority),
    .connect("a character that no host has", "exa<mple.test:443", .authorityCharacter),
    .connect("userinfo", "github.com@evil.test:443", .authorityUserinfo),
    .connect("a backslash", "evil.test\\.github.com:443", .targetBackslash),
    .connect("NUL", "evil.test\u{0}.github.com:443", .targetCharacter),
    .connect("full-width digits", "\u{ef}\u{bc}\u{91}.0.0.1:443", .targetCharacter),
    .connect("an ideographic full stop", "github\u{e3}\u{80}\u{82}com:443", .targetCharacter),
    .connect("a space before the port", "example.test: 443", .requestLineSpacing),
    .connect("a comma", "a.test:443,b.test:443", .authorityCharacter),
    .init("no Host in HTTP/1.1", "CONNECT a.test:443 HTTP/1.1\r\n\r\n", .hostMissing),
    .init(
      "a body by length",
      "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nContent-Length: 5\r\n\r\n",
      .connectWithBody),
    .init(
      "a body by chunks",
      "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nTransfer-Encoding: chunked\r\n\r\n",
      .connectWithBody),
    .init(
      "a body in HTTP/1.0", "CONNECT a.test:443 HTTP/1.0\r\nContent-Length: 5\r\n\r\n",
      .connectWithBody),
    .init(
      "two spaces", "CONNECT  a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", .requestLineSpacing),
    .init("bare LF", "CONNECT a.test:443 HTTP/1.1\nHost: a.test:443\r\n\r\n", .bareLineFeed),
    .init(
      "connect in lower case is another method",
      "connect a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", .authorityFormWithoutConnect),
  ]

  @Test("a request with this in its lines is refused", arguments: lines)
  func linesAreStrict(row: RefusedRow) { expectRefusal(row) }

  @Test("a request framed like this is refused", arguments: framing)
  func framingIsStrict(row: RefusedRow) { expectRefusal(row) }

  @Test("a target or Host like this is refused", arguments: targets)
  func targetsAreStrict(row: RefusedRow) { expectRefusal(row) }

  @Test("a CONNECT like this is refused", arguments: connects)
  func connectIsStrict(row: RefusedRow) { expectRefusal(row) }

  private func expectRefusal(_ row: RefusedRow) {
    guard case .refused(let refusal, let detail) = parseRequest(latin1(row.head)) else {
      Issue.record("accepted or incomplete: \(row.head.debugDescription)")
      return
    }
    #expect(detail == row.detail)
    #expect(refusal == row.detail.refusal)
    #expect([400, 417, 431, 501, 505].contains(detail.status))
  }

  @Test("each refusal has the status that its RFC asks for")
  func statuses() {
    #expect(RefusalDetail.transferEncodingUnknown.status == 501)
    #expect(RefusalDetail.transferEncodingMalformed.status == 400)
    #expect(RefusalDetail.traceRefused.status == 501)
    #expect(RefusalDetail.versionMissing.status == 505)
    #expect(RefusalDetail.expectationUnknown.status == 417)
    #expect(RefusalDetail.tooManyFields.status == 431)
    #expect(RefusalDetail.hostDiffers.status == 400)
  }

  @Test("each detail has words of its own that fit a line")
  func messages() {
    var seen = Set<String>()
    for detail in RefusalDetail.allCases {
      let words = "\(detail.message)"
      #expect(seen.insert(words).inserted, "\(words)")
      #expect((10...100).contains(words.utf8.count), "\(words)")
      #expect(words.last != ".")
    }
    #expect(Set(RefusalDetail.allCases.map(\.refusal)) == Set(Refusal.allCases))
  }

  @Test("bytes without an empty line at their end are no head yet")
  func incomplete() {
    let bytes = latin1("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n")
    guard case .incomplete = parseRequest(bytes) else {
      Issue.record("not incomplete")
      return
    }
  }

  @Test("two heads taken for one are refused at the empty line between them")
  func emptyLineInside() {
    let one = latin1("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n")
    let both = one + one
    guard case .refused(_, .emptyLineInHead) = RequestHead.parse(both.span, end: both.count) else {
      Issue.record("not refused")
      return
    }
  }

  @Test("every detail is reached by a row of these tables, or made by the caller")
  func coverage() {
    var reached: Set<RefusalDetail> = [.emptyLineInHead]
    for rows in [Self.lines, Self.framing, Self.targets, Self.connects, ResponseTests.refused] {
      reached.formUnion(rows.map(\.detail))
    }
    reached.formUnion(ChunkedTests.bad.map(\.2))
    reached.formUnion(HeadStartTests.foreign.map(\.1))
    #expect(
      Set(RefusalDetail.allCases).subtracting(reached) == [.headTooLong, .hostDiffers, .ownVia])
  }

  @Test(
    "the words of every fault can stand in JSON, in a reason phrase and on a terminal as they are")
  func words() {
    for detail in RefusalDetail.allCases {
      let text = "\(detail.message)"
      #expect(
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }, "\(text)")
      #expect((1...100).contains(text.utf8.count) && text.last != ".", "\(text)")
    }
  }
}
