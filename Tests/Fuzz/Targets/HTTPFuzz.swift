import Wire

/// Heads and chunked bodies: the first byte says of which kind the rest is. What is accepted is written
/// anew, and the result must mean the same to whoever reads it next; how the bytes were cut must not show.
enum HTTPFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    guard input.count > 0 else { return nil }
    let rest = input.extracting(1...).copy
    switch input[0] % 4 {
    case 0: return request(rest)
    case 1: return response(rest, to: .get, asksWebSocket: false)
    case 2: return response(rest, to: .head, asksWebSocket: true)
    default: return chunks(rest)
    }
  }

  private static let pseudonym = Array("sluice-fuzz".utf8)
  private static let host = Array("a.test".utf8)
  private static let date = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)

  private static func request(_ bytes: [UInt8]) -> String? {
    _ = RequestHead.plausibleStart(bytes.span)
    guard let end = scanned(bytes) else { return nil }
    guard end >= 0 else { return "the end of a head depends on how it came" }
    guard case .complete(let head) = RequestHead.parse(bytes.span, end: end) else { return nil }
    if RequestHead.plausibleStart(bytes.span) != nil { return "a good request begins implausibly" }
    guard head.method != .connect else { return nil }
    guard let written = rebuilt(head, bytes) else { return nil }
    if written.count > bytes.count + 300 { return "a head that grows" }
    // The origin's form, as it would stand in a request to a proxy.
    guard let space = written.firstIndex(of: 0x20) else { return "no request line" }
    let isAsterisk = written[space + 1] == UInt8(ascii: "*")
    var again = Array(written[...space]) + Array("http://a.test".utf8)
    again += written[(space + (isAsterisk ? 2 : 1))...]
    guard
      case .complete(let second) = RequestHead.parse(again.span, end: again.count, fieldLimit: 110)
    else { return "what is written is refused: \(String(decoding: again, as: UTF8.self))" }
    guard second.framing == head.framing, second.method == head.method,
      second.expectsContinue == head.expectsContinue, second.asksWebSocket == head.asksWebSocket
    else { return "what is written means something else" }
    return nil
  }

  private static func response(
    _ bytes: [UInt8], to method: Method, asksWebSocket: Bool
  ) -> String? {
    guard let end = scanned(bytes), end >= 0 else { return nil }
    guard
      case .complete(let head) = ResponseHead.parse(
        bytes.span, end: end, requestMethod: method, asksWebSocket: asksWebSocket)
    else { return nil }
    var out = [UInt8](repeating: 0, count: bytes.count + 400)
    var target = out.mutableSpan
    let length = ResponseWriter.write(
      head, from: bytes.span, framing: head.framing, pseudonym: pseudonym.span,
      trailers: [UInt8]().span, date: date.span,
      clientPersistent: true, into: &target)
    guard let length else { return "a head that grows" }
    let written = Array(out[..<length])
    guard
      case .complete(let second) = ResponseHead.parse(
        written.span, end: length, requestMethod: method, asksWebSocket: asksWebSocket,
        fieldLimit: 110)
    else { return "what is written is refused: \(String(decoding: written, as: UTF8.self))" }
    guard second.framing == head.framing, second.status == head.status,
      second.declaredLength == head.declaredLength, second.isInterim == head.isInterim
    else { return "what is written means something else" }
    return nil
  }

  private static func rebuilt(_ head: RequestHead, _ bytes: [UInt8]) -> [UInt8]? {
    var out = [UInt8](repeating: 0, count: bytes.count + 600)
    var target = out.mutableSpan
    let length = RequestWriter.write(
      head, from: bytes.span, host: host.span, isIPv6: false, port: 80, pseudonym: pseudonym.span,
      trailers: [UInt8]().span,
      upstreamPersistent: true, into: &target)
    return length.map { Array(out[..<$0]) }
  }

  /// The end of the head; nil: none; -1: another one when the bytes come in two pieces.
  private static func scanned(_ bytes: [UInt8]) -> Int? {
    let whole = HeadScanner.end(of: bytes.span, from: 0)
    let half = bytes.count / 2
    let first = HeadScanner.end(of: bytes.span.extracting(..<half), from: 0)
    let second = first ?? HeadScanner.end(of: bytes.span, from: max(half - 3, 0))
    return whole == second ? whole : -1
  }

  private static func chunks(_ bytes: [UInt8]) -> String? {
    let whole = decoded(bytes, pieces: bytes.count + 1)
    for size in [1, 2, 7] where decoded(bytes, pieces: size) != whole {
      return "a chunked body reads otherwise in pieces of \(size)"
    }
    guard whole.end != nil, let once = passed(whole.trailers) else { return nil }
    return passed(once) == once ? nil : "trailers that went on are not trailers that go on"
  }

  /// What of a trailer section goes on when the names of its first lines were announced.
  private static func passed(_ section: [UInt8]) -> [UInt8]? {
    let names = section.split(separator: 0x0a).prefix(TrailerSection.maximumNames)
      .map { $0.prefix { $0 != 0x3a } }
    let announced = Array(names.joined(separator: [0x2c]))
    var out = [UInt8](repeating: 0, count: section.count + TrailerSection.fieldLimit)
    var target = out.mutableSpan
    guard
      case .length(let count) = TrailerSection.write(
        section.span, announced: announced.span, into: &target)
    else { return nil }
    return Array(out[..<count])
  }

  private struct Decoded: Equatable {
    var body: [UInt8] = []
    /// Of a body that is whole.
    var trailers: [UInt8] = []
    var end: Int?
    var fault: RefusalDetail?
  }

  private static func decoded(_ bytes: [UInt8], pieces size: Int) -> Decoded {
    var result = Decoded()
    var decoder = ChunkedDecoder()
    var start = 0
    while start < bytes.count {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      var at = 0
      reading: while true {
        switch decoder.next(piece.span, from: at) {
        case .needMore: break reading
        case .data(let range):
          result.body += piece[Int(range.start)..<Int(range.end)]
          at = Int(range.end)
        case .trailer(let range):
          result.trailers += piece[Int(range.start)..<Int(range.end)]
          at = Int(range.end)
        case .end(let end):
          result.end = start + end
          return result
        case .invalid(let fault):
          result.fault = fault
          result.trailers = []
          return result
        }
      }
      start += size
    }
    return result
  }
}
