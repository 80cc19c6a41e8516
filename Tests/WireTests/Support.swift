import Testing

@testable import Wire

/// The bytes of `text`, one for each character: `\u{0}` to `\u{ff}` stand for themselves.
func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// The text of `bytes`, one character for each.
func latin1<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> String {
  var text = ""
  for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
  return text
}

extension ByteRange {
  func text(in bytes: [UInt8]) -> String { latin1(bytes[Int(start)..<Int(end)]) }
}

/// Parses the head at the start of `bytes`; all of them when no empty line is found.
func parseRequest(_ bytes: [UInt8], fieldLimit: Int = 100) -> RequestParse {
  let end = HeadScanner.end(of: bytes.span, from: 0) ?? bytes.count
  return RequestHead.parse(bytes.span, end: end, fieldLimit: fieldLimit)
}

func parseResponse(
  _ bytes: [UInt8], to method: Method = .get, asksWebSocket: Bool = false, fieldLimit: Int = 100
) -> ResponseParse {
  let end = HeadScanner.end(of: bytes.span, from: 0) ?? bytes.count
  return ResponseHead.parse(
    bytes.span, end: end, requestMethod: method, asksWebSocket: asksWebSocket,
    fieldLimit: fieldLimit)
}

/// The head that `text` holds; a test that gets none fails here.
func acceptedRequest(
  _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> RequestHead {
  let parse = parseRequest(latin1(text))
  guard case .complete(let head) = parse else {
    Issue.record("not accepted: \(parse)", sourceLocation: sourceLocation)
    throw NotAccepted()
  }
  return head
}

func acceptedResponse(
  _ text: String, to method: Method = .get, asksWebSocket: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> ResponseHead {
  let parse = parseResponse(latin1(text), to: method, asksWebSocket: asksWebSocket)
  guard case .complete(let head) = parse else {
    Issue.record("not accepted: \(parse)", sourceLocation: sourceLocation)
    throw NotAccepted()
  }
  return head
}

struct NotAccepted: Error {}

/// The upstream's view of a request: its rebuilt head, to `example.test` on port 80.
func rebuilt(
  _ head: RequestHead, _ bytes: [UInt8], host: String = "example.test", isIPv6: Bool = false,
  port: UInt16 = 80, trailers: String = "", client: ForwardedClient = .unsaid,
  persistent: Bool = true, room: Int = 70_000
) -> String? {
  var out = [UInt8](repeating: 0xff, count: room)
  let name = latin1(host)
  let pseudonym = latin1("sluice-5f3a9c21")
  var target = out.mutableSpan
  let length = RequestWriter.write(
    head, from: bytes.span, host: name.span, isIPv6: isIPv6, port: port,
    pseudonym: pseudonym.span, trailers: latin1(trailers).span, client: client,
    upstreamPersistent: persistent, into: &target)
  return length.map { latin1(out[..<$0]) }
}

/// What a response without a date gets.
let receivedDate = "Sun, 06 Nov 1994 08:49:37 GMT"

func rebuilt(
  _ head: ResponseHead, _ bytes: [UInt8], framing: ResponseFraming? = nil, trailers: String = "",
  persistent: Bool = true, own: String = "",
  room: Int = 70_000
) -> String? {
  var out = [UInt8](repeating: 0xff, count: room)
  let pseudonym = latin1("sluice-5f3a9c21")
  var target = out.mutableSpan
  let length = ResponseWriter.write(
    head, from: bytes.span, framing: framing ?? head.framing, pseudonym: pseudonym.span,
    trailers: latin1(trailers).span, date: latin1(receivedDate).span, own: latin1(own).span,
    clientPersistent: persistent,
    into: &target)
  return length.map { latin1(out[..<$0]) }
}

/// One head and what is said about it.
struct RefusedRow: Sendable, CustomTestStringConvertible {
  let says: String
  let head: String
  let detail: RefusalDetail
  var testDescription: String { says }

  init(_ says: String, _ head: String, _ detail: RefusalDetail) {
    (self.says, self.head, self.detail) = (says, head, detail)
  }

  /// A POST with these header lines after its Host.
  static func field(_ says: String, _ lines: String, _ detail: RefusalDetail) -> RefusedRow {
    let head = "POST http://example.test/ HTTP/1.1\r\nHost: example.test\r\n\(lines)\r\n\r\n"
    return RefusedRow(says, head, detail)
  }

  /// A GET of this target.
  static func target(_ says: String, _ target: String, _ detail: RefusalDetail) -> RefusedRow {
    RefusedRow(says, "GET \(target) HTTP/1.1\r\nHost: example.test\r\n\r\n", detail)
  }

  static func connect(_ says: String, _ target: String, _ detail: RefusalDetail) -> RefusedRow {
    RefusedRow(says, "CONNECT \(target) HTTP/1.1\r\nHost: example.test\r\n\r\n", detail)
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
