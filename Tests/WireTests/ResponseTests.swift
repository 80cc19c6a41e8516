import Testing

@testable import Wire

/// Response heads: what an upstream may say, and what is taken for an attempt to confuse us.
@Suite struct ResponseTests {
  static let refused: [RefusedRow] = [
    .init(
      "length and coding",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      .transferEncodingWithLength),
    .init(
      "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
      .contentLengthRepeated),
    .init(
      "two lengths that differ",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", .contentLengthRepeated),
    .init(
      "length 5, 5", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", .contentLengthMalformed),
    .init("length +5", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", .contentLengthMalformed),
    .init("length empty", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .contentLengthMalformed),
    .init(
      "length too large", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
      .contentLengthTooLarge),
    .init(
      "coding gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      .transferEncodingUnknown),
    .init(
      "coding identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
      .transferEncodingUnknown),
    .init(
      "two codings",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      .transferEncodingRepeated),
    .init(
      "coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      .transferEncodingInHTTP10),
    .init(
      "coding in 204", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
      .codedWithoutBody),
    .init(
      "coding in 100", "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n",
      .codedWithoutBody),
    .init(
      "coding with an underscore", "HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\n\r\n",
      .fieldNameImitation),
    .init(
      "101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
      .switchingUnasked),
    .init("bare LF after the status line", "HTTP/1.1 200 OK\nX: y\r\n\r\n", .bareLineFeed),
    .init("bare LF after the status", "HTTP/1.1 200\nX: y\r\n\r\n", .bareLineFeed),
    .init("bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", .bareCarriageReturn),
    .init("bare CR in a value", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", .bareCarriageReturn),
    .init("NUL in a value", "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n", .controlCharacter),
    .init("NUL in the reason", "HTTP/1.1 200 O\u{0}K\r\n\r\n", .controlCharacter),
    .init("folding", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .foldedLine),
    .init("a header line with no colon", "HTTP/1.1 200 OK\r\nBroken\r\n\r\n", .fieldColonMissing),
    .init(
      "a space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", .fieldNameSpace),
    .init("an empty line before it", "\r\nHTTP/1.1 200 OK\r\n\r\n", .statusLineMalformed),
    .init("no head at all", "<html>hello</html>\r\n\r\n", .statusLineMalformed),
    .init("nothing but empty lines", "\r\n\r\n", .statusLineMalformed),
    .init("only a version", "HTTP/1.1\r\n\r\n", .statusLineMalformed),
    .init("a version and a space", "HTTP/1.1 \r\n\r\n", .statusLineMalformed),
    .init("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", .statusLineMalformed),
    .init("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", .statusLineMalformed),
    .init("a status with a sign", "HTTP/1.1 +20 OK\r\n\r\n", .statusLineMalformed),
    .init("two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", .statusLineMalformed),
    .init("a tab before the status", "HTTP/1.1\t200 OK\r\n\r\n", .statusLineMalformed),
    .init("a tab after the status", "HTTP/1.1 200\tOK\r\n\r\n", .statusLineMalformed),
    .init("status 099", "HTTP/1.1 099 Odd\r\n\r\n", .statusOutOfRange),
    .init("status 600", "HTTP/1.1 600 Odd\r\n\r\n", .statusOutOfRange),
    .init("HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", .versionNotSupported),
    .init("HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", .versionNotSupported),
    .init("lower case", "http/1.1 200 OK\r\n\r\n", .statusLineMalformed),
    .init("ICY", "ICY 200 OK\r\n\r\n", .statusLineMalformed),
    .init(
      "a hundred and one headers",
      "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n", .tooManyFields),
    .init(
      "seventeen connection options",
      "HTTP/1.1 200 OK\r\nConnection: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\r\n\r\n",
      .tooManyConnectionOptions),
  ]

  @Test("a response like this is refused", arguments: refused)
  func refusedHead(row: RefusedRow) {
    guard case .refused(let detail) = parseResponse(latin1(row.head)) else {
      Issue.record("accepted or incomplete")
      return
    }
    #expect(detail == row.detail)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let head: String
    var method = Method.get
    let framing: ResponseFraming
    let lasts: Bool
    var declared: UInt64?
    init(
      _ says: String, _ head: String, to method: Method = .get, _ framing: ResponseFraming,
      lasts: Bool, declared: UInt64? = nil
    ) {
      (testDescription, self.head, self.method) = (says, head + "\r\n", method)
      (self.framing, self.lasts, self.declared) = (framing, lasts, declared)
    }
  }

  static let accepted = [
    Row("a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", .length(5), lasts: true),
    Row("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", .chunked, lasts: true),
    Row("CHUNKS", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n", .chunked, lasts: true),
    Row("neither", "HTTP/1.1 200 OK\r\n", .untilClose, lasts: false),
    Row(
      "a length and close", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n",
      .length(5), lasts: false),
    Row(
      "HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", .length(5), lasts: false
    ),
    Row(
      "HTTP/1.0 kept alive", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n",
      .length(5), lasts: true),
    Row(
      "HTTP/1.0 kept alive without a length", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n",
      .untilClose, lasts: false),
    Row("204", "HTTP/1.1 204 No Content\r\n", .none, lasts: true),
    Row(
      "204 with length 0", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", .none, lasts: true),
    Row("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", .none, lasts: false),
    Row(
      "304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", .none, lasts: true,
      declared: 5),
    Row(
      "304 with chunks", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n", .none,
      lasts: true),
    Row(
      "the answer to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", to: .head, .none,
      lasts: true, declared: 5),
    Row(
      "the answer to HEAD with chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
      to: .head, .none, lasts: true),
    Row("100", "HTTP/1.1 100 Continue\r\n", .none, lasts: true),
    Row("103", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n", .none, lasts: true),
    Row("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n", .length(0), lasts: true),
    Row("no reason and no space", "HTTP/1.1 200\r\nContent-Length: 0\r\n", .length(0), lasts: true),
    Row(
      "a reason in Latin-1", "HTTP/1.1 404 Nicht gefunden f\u{fc}r\tdich\r\nContent-Length: 0\r\n",
      .length(0), lasts: true),
    Row(
      "an echoed Host, twice", "HTTP/1.1 200 OK\r\nHost: a b\r\nHost: c\r\nContent-Length: 0\r\n",
      .length(0), lasts: true),
    Row(
      "Connection that names the coding",
      "HTTP/1.1 200 OK\r\nConnection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n",
      .chunked, lasts: true),
    Row(
      "2xx to CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", to: .connect, .none,
      lasts: true, declared: 5),
    Row(
      "403 to CONNECT", "HTTP/1.1 403 No\r\nContent-Length: 5\r\n", to: .connect, .length(5),
      lasts: true),
  ]

  @Test("a response like this is framed and kept as RFC 9112 says", arguments: accepted)
  func acceptedHead(row: Row) throws {
    let head = try acceptedResponse(row.head, to: row.method)
    #expect(head.framing == row.framing)
    #expect(head.isPersistent == row.lasts)
    #expect(head.declaredLength == row.declared)
    #expect(head.isInterim == (head.status < 200))
    #expect(head.length == latin1(row.head).count)
  }

  @Test("chunks are never promised to a client of HTTP/1.0")
  func framingForOldClients() throws {
    let head = try acceptedResponse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    #expect(head.framing(for: .http10) == .untilClose)
    #expect(head.framing(for: .http11) == .chunked)
  }

  @Test("an unfinished response head is incomplete")
  func incomplete() {
    guard case .incomplete = parseResponse(latin1("HTTP/1.1 200 OK\r\nX: y\r\n")) else {
      Issue.record("not incomplete")
      return
    }
  }
}
