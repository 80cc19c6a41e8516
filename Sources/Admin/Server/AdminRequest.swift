package import Wire

/// A whole request to the administration.
package struct AdminRequest: Sendable {
  package let method: Method
  package let path: String
  package let query: String
  /// The value of `Upgrade`; empty without one.
  package var upgrade = ""
  package var body: [UInt8] = []
  /// Of `Host`; of `Authorization`, `Origin` and `Sec-Fetch-Site`, empty without.
  package var host = ""
  package var authorization = ""
  package var origin = ""
  package var fetchSite = ""
  package let source: AdminSource

  package init(
    method: Method, path: String, query: String = "", source: AdminSource = .user(0)
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.source = source
  }
}

/// How far a request has come.
enum RequestProgress {
  /// Look again once there are `least` bytes, for the end of the head from `searched` on: a request that
  /// drips in byte by byte costs no more than one that comes whole.
  case incomplete(searched: Int, least: Int)
  case request(AdminRequest)
  case refused(AdminResponse)
}

extension AdminRequest {
  /// Looks for a whole request in what was received. Nothing may follow it: one request a connection.
  static func read(
    _ bytes: [UInt8], from searched: Int = 0, source: AdminSource
  ) -> RequestProgress {
    let span = bytes.span
    guard let end = HeadScanner.end(of: span, from: searched) else {
      return bytes.count < AdminLimits.headBytes
        ? .incomplete(searched: max(bytes.count - 3, 0), least: bytes.count + 1)
        : .refused(.problem(431, "the request's head is too large"))
    }
    switch OriginRequest.parse(span, end: end) {
    case .refused(let status, let why): return .refused(.problem(status, "\(why)"))
    case .request(let head):
      guard head.bodyLength <= UInt64(AdminLimits.bodyBytes) else {
        return .refused(.problem(413, "the body has more than \(AdminLimits.bodyBytes) bytes"))
      }
      let total = head.length + Int(head.bodyLength)
      guard bytes.count >= total else {
        return .incomplete(searched: searched, least: total)
      }
      guard bytes.count == total else {
        return .refused(.problem(400, "bytes behind the request; one request a connection"))
      }
      var request = AdminRequest(
        method: head.method, path: text(head.path, bytes), query: text(head.query, bytes),
        source: source)
      request.upgrade = text(head.upgrade, bytes)
      request.host = text(head.host, bytes)
      request.authorization = text(head.authorization, bytes)
      request.origin = text(head.origin, bytes)
      request.fetchSite = text(head.fetchSite, bytes)
      request.body = Array(bytes[head.length...])
      return .request(request)
    }
  }

  private static func text(_ range: ByteRange, _ bytes: [UInt8]) -> String {
    String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }
}
