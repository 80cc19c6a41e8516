/// A request to a server of ours, such as the administration: origin-form only (RFC 9112 §3.2.1), read
/// as strictly as those that the proxy forwards.
package struct OriginRequest: BitwiseCopyable {
  package let method: Method
  /// The path without its query: visible ASCII that begins with a slash and holds no escape.
  package let path: ByteRange
  /// Behind the question mark; empty without one.
  package let query: ByteRange
  /// Bytes of the body, which follows the head.
  package let bodyLength: UInt64
  /// Of `Upgrade`; empty without one.
  package let upgrade: ByteRange
  /// Of `Host`, which there is once.
  package let host: ByteRange
  /// Of fields that come at most once; empty without one.
  package let authorization: ByteRange
  package let origin: ByteRange
  package let fetchSite: ByteRange
  /// Bytes of the head.
  package let length: Int

  package enum Parse: BitwiseCopyable {
    case request(OriginRequest)
    case refused(status: UInt16, StaticString)
  }

  /// Lines of a head at most.
  package static var fieldLimit: Int { 64 }

  /// Parses a head that ends at `end` (see ``HeadScanner``).
  package static func parse(_ bytes: Span<UInt8>, end: Int) -> Parse {
    let methodEnd = bytes.endOfToken(from: 0)
    guard methodEnd > 0, methodEnd <= Method.maximumLength, bytes[methodEnd] == Ascii.space else {
      return .refused(status: 400, "the request line is not METHOD PATH HTTP/1.1")
    }
    let method = Method(PackedText(ByteRange(0, methodEnd).span(in: bytes)))
    let start = methodEnd &+ 1
    let targetEnd = bytes.endOfVisible(from: start)
    guard targetEnd > start, bytes[targetEnd] == Ascii.space, bytes[start] == Ascii.slash else {
      return .refused(status: 400, "the target is not a path")
    }
    let (version, _) = HTTPVersion.parse(bytes, at: targetEnd &+ 1)
    let lineEnd = targetEnd &+ 9
    guard version == .http11, bytes[lineEnd] == Ascii.carriageReturn,
      bytes[lineEnd &+ 1] == Ascii.lineFeed
    else { return .refused(status: 505, "not HTTP/1.1") }
    var pathEnd = start
    while pathEnd < targetEnd, bytes[pathEnd] != Ascii.question {
      switch bytes[pathEnd] {
      case Ascii.percent, Ascii.backslash, Ascii.hash:
        return .refused(status: 400, "the path holds a character that no path here has")
      default: pathEnd &+= 1
      }
    }
    let query = pathEnd < targetEnd ? ByteRange(pathEnd &+ 1, targetEnd) : .empty
    return parseFields(
      bytes, from: lineEnd &+ 2, end: end, method: method, path: ByteRange(start, pathEnd),
      query: query)
  }

  private static func parseFields(
    _ bytes: Span<UInt8>, from start: Int, end: Int, method: Method, path: ByteRange,
    query: ByteRange
  ) -> Parse {
    var lines = FieldLines(from: start, end: end)
    var hosts = 0
    var lengths = 0
    var bodyLength: UInt64 = 0
    var upgrade = ByteRange.empty
    var host = ByteRange.empty
    var authorization = ByteRange.empty
    var origin = ByteRange.empty
    var fetchSite = ByteRange.empty
    for _ in 0...fieldLimit {
      switch lines.next(in: bytes) {
      case .refused: return .refused(status: 400, "a malformed header line")
      case .end:
        guard hosts == 1 else { return .refused(status: 400, "not one Host field") }
        return .request(
          OriginRequest(
            method: method, path: path, query: query, bodyLength: bodyLength, upgrade: upgrade,
            host: host, authorization: authorization, origin: origin, fetchSite: fetchSite,
            length: end))
      case .line(let line):
        switch line.known {
        case .host:
          hosts += 1
          host = line.value
        case .authorization:
          guard take(line, into: &authorization) else { return twice }
        case .transferEncoding:
          return .refused(status: 411, "a body without Content-Length")
        case .contentLength:
          lengths += 1
          guard lengths == 1, let count = number(line.value.span(in: bytes)) else {
            return .refused(status: 400, "not one decimal Content-Length")
          }
          bodyLength = count
        case .upgrade: upgrade = line.value
        case .other:
          let name = PackedText.lowercased(bytes, line.name)
          if name == .origin {
            guard take(line, into: &origin) else { return twice }
          } else if name == .fetchSite {
            guard take(line, into: &fetchSite) else { return twice }
          }
        default: break
        }
      }
    }
    return .refused(status: 431, "too many header lines")
  }

  private static var twice: Parse {
    .refused(status: 400, "a header field twice that comes once")
  }

  /// No if there was one already, or if it says nothing.
  private static func take(_ line: FieldLine, into range: inout ByteRange) -> Bool {
    guard range.count == 0, line.value.count > 0 else { return false }
    range = line.value
    return true
  }

  private static func number(_ digits: Span<UInt8>) -> UInt64? {
    guard (1...10).contains(digits.count) else { return nil }
    var number: UInt64 = 0
    for index in digits.indices {
      guard digits[index].isDigit else { return nil }
      number = number * 10 + UInt64(digits[index] & 15)
    }
    return number
  }
}

extension PackedText {
  /// `origin`
  fileprivate static var origin: PackedText { PackedText(0x6e69_6769_726f, count: 6) }
  /// `sec-fetch-site`
  fileprivate static var fetchSite: PackedText {
    PackedText(0x6374_6566_2d63_6573, 0x6574_6973_2d68, count: 14)
  }
}
