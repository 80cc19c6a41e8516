/// Parsing of a whole response head (RFC 9112 §4 to §6).
extension ResponseHead {
  /// Parses the head `bytes[0 ..< end]`, where `end` is what ``HeadScanner`` found, as the answer to a
  /// request of `requestMethod`, which was a WebSocket handshake if `asksWebSocket`. `end` must not
  /// exceed `bytes.count`.
  package static func parse(
    _ bytes: Span<UInt8>, end: Int, requestMethod: Method, asksWebSocket: Bool = false,
    fieldLimit: Int = defaultFieldLimit
  ) -> ResponseParse {
    precondition(end <= bytes.count)
    guard end >= 4, bytes[end &- 1] == Ascii.lineFeed, bytes[end &- 2] == Ascii.carriageReturn,
      bytes[end &- 3] == Ascii.lineFeed, bytes[end &- 4] == Ascii.carriageReturn
    else { return .incomplete }
    let head = bytes.extracting(0..<end)
    let line: StatusLine
    switch StatusLine.parse(head) {
    case .refused(let fault): return .refused(fault)
    case .line(let parsed): line = parsed
    }
    var facts = MessageFields(.response)
    var lines = FieldLines(from: line.end, end: end)
    reading: while true {
      switch lines.next(in: head) {
      case .end: break reading
      case .refused(let fault): return .refused(fault)
      case .line(let field):
        guard facts.count < fieldLimit else { return .refused(.tooManyFields) }
        if let fault = facts.take(field, in: head) { return .refused(fault) }
      }
    }
    if let fault = framingFault(line, facts, asksWebSocket) { return .refused(fault) }
    let framing = framing(line, facts, answering: requestMethod)
    let fields = ByteRange(line.end, end &- 2)
    return .complete(
      ResponseHead(
        length: end, status: line.status, version: line.version, reason: line.reason,
        framing: framing,
        declaredLength: framing == .none && line.status >= 200 && line.status != 204
          ? facts.contentLength : nil,
        isPersistent: isPersistent(line, facts, framing),
        isInterim: line.status < 200 && line.status != 101, fields: fields,
        announcesTrailers: facts.announcesTrailers, hasDate: facts.hasDate,
        namesFields: facts.namesFields, cuts: facts.cuts))
  }

  /// Framing that we would have to guess at.
  private static func framingFault(
    _ line: StatusLine, _ facts: MessageFields, _ asksWebSocket: Bool
  ) -> RefusalDetail? {
    if line.status == 101 {
      // Any other offer was taken out of the request, so nobody can have agreed to it.
      guard asksWebSocket, facts.webSocket.isMeant, line.version == .http11 else {
        return .switchingUnasked
      }
      // RFC 9110 §8.6 and RFC 9112 §6.1 forbid both with 1xx; here they would hide where frames begin.
      if facts.contentLength != nil || facts.isChunked { return .codedWithoutBody }
    }
    guard facts.isChunked else { return nil }
    if line.version == .http10 { return .transferEncodingInHTTP10 }
    if facts.contentLength != nil { return .transferEncodingWithLength }
    // RFC 9112 §6.1: a server must not send it with 1xx or 204.
    return line.status < 200 || line.status == 204 ? .codedWithoutBody : nil
  }

  /// RFC 9112 §6.3, in its order.
  private static func framing(
    _ line: StatusLine, _ facts: MessageFields, answering method: Method
  ) -> ResponseFraming {
    if method == .head || line.status < 200 || line.status == 204 || line.status == 304 {
      return .none
    }
    if method == .connect, line.status < 300 { return .none }
    if facts.isChunked { return .chunked }
    if let length = facts.contentLength { return .length(length) }
    return .untilClose
  }

  /// A 1xx or 204 that announces a body may be followed by one, which the next exchange would read as
  /// its answer: such a connection is not used again.
  private static func isPersistent(
    _ line: StatusLine, _ facts: MessageFields, _ framing: ResponseFraming
  ) -> Bool {
    if framing == .untilClose || facts.saysClose { return false }
    if line.status < 200 || line.status == 204, let length = facts.contentLength, length > 0 {
      return false
    }
    return line.version == .http11 || facts.saysKeepAlive
  }
}
