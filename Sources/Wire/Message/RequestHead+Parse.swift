/// Parsing of a whole request head (RFC 9112 §2 to §6, RFC 9110 §7).
extension RequestHead {
  /// Parses the head `bytes[0 ..< end]`, where `end` is what ``HeadScanner`` found. At most one empty
  /// line may stand before the request line (RFC 9112 §2.2). `end` must not exceed `bytes.count`.
  package static func parse(
    _ bytes: Span<UInt8>, end: Int, fieldLimit: Int = defaultFieldLimit
  ) -> RequestParse {
    precondition(end <= bytes.count)
    guard end >= 4, bytes[end &- 1] == Ascii.lineFeed, bytes[end &- 2] == Ascii.carriageReturn,
      bytes[end &- 3] == Ascii.lineFeed, bytes[end &- 4] == Ascii.carriageReturn
    else { return .incomplete }
    let head = bytes.extracting(0..<end)
    let hasEmptyLine = bytes[0] == Ascii.carriageReturn && bytes[1] == Ascii.lineFeed
    let line: RequestLine
    switch RequestLine.parse(head, from: hasEmptyLine ? 2 : 0) {
    // What is no request at all has a better name than the first byte that is wrong in it.
    case .refused(let fault): return refused(plausibleStart(head) ?? fault)
    case .line(let parsed): line = parsed
    }
    var facts = MessageFields(.request, isOptions: line.method == .options)
    var lines = FieldLines(from: line.end, end: end)
    reading: while true {
      switch lines.next(in: head) {
      case .end: break reading
      case .refused(let fault): return refused(fault)
      case .line(let field):
        guard facts.count < fieldLimit else { return refused(.tooManyFields) }
        if let fault = facts.take(field, in: head) { return refused(fault) }
      }
    }
    return finish(line, facts, fields: ByteRange(line.end, end &- 2), length: end)
  }

  /// What depends on the request line and the fields together.
  private static func finish(
    _ line: RequestLine, _ facts: MessageFields, fields: ByteRange, length: Int
  ) -> RequestParse {
    // RFC 9112 §3.2: a request of HTTP/1.1 without Host is answered 400, CONNECT included.
    if facts.host == nil, line.version == .http11 { return refused(.hostMissing) }
    var framing = BodyFraming.none
    if facts.isChunked {
      if line.version == .http10 { return refused(.transferEncodingInHTTP10) }
      if facts.contentLength != nil { return refused(.transferEncodingWithLength) }
      framing = .chunked
    } else if let length = facts.contentLength {
      framing = .length(length)
    }
    if line.method == .connect {
      // RFC 9110 §9.3.6: CONNECT has no content. What follows its head belongs to the tunnel, and a
      // length would let a client make us and a later proxy disagree on where the tunnel begins.
      guard framing == .none || framing == .length(0) else { return refused(.connectWithBody) }
      framing = .none
    }
    let hasBody = framing != .none && framing != .length(0)
    // RFC 9110 §7.8: a server ignores Upgrade in HTTP/1.0.
    let asksWebSocket =
      line.method == .get && line.version == .http11 && facts.webSocket.isMeant
    if asksWebSocket, hasBody || !facts.webSocket.hasKey { return refused(.webSocketMalformed) }
    return .complete(
      RequestHead(
        length: length, method: line.method, methodText: line.methodText, form: line.form,
        authority: line.authority, pathAndQuery: line.pathAndQuery, version: line.version,
        host: facts.host, framing: framing,
        isPersistent: line.version == .http11 && !facts.saysClose,
        expectsContinue: facts.expectsContinue && hasBody && line.version == .http11,
        prefersPlainText: facts.taste == .plainText, fields: fields, hasVia: facts.hasVia,
        proxyAuthorization: facts.proxyAuthorization, maxForwards: facts.maxForwards,
        asksWebSocket: asksWebSocket,
        acceptsTrailers: facts.acceptsTrailers && line.version == .http11,
        announcesTrailers: facts.announcesTrailers, namesFields: facts.namesFields, cuts: facts.cuts
      ))
  }

  private static func refused(_ detail: RefusalDetail) -> RequestParse {
    .refused(detail.refusal, detail)
  }
}
