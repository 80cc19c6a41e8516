package import Wire

/// A whole request to the administration.
package struct AdminRequest: Sendable {
  package let method: Method
  package let path: String
  package let query: String
  /// The value of `Upgrade`; empty without one.
  package let upgrade: String
  package let body: [UInt8]
  /// The user at the other end of the socket, as the kernel says.
  package let user: UInt32

  package init(
    method: Method, path: String, query: String = "", upgrade: String = "", body: [UInt8] = [],
    user: UInt32 = 0
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.upgrade = upgrade
    self.body = body
    self.user = user
  }
}

/// How far a request has come.
enum RequestProgress {
  case incomplete
  case request(AdminRequest)
  case refused(AdminResponse)
}

extension AdminRequest {
  /// Looks for a whole request in what was received. Nothing may follow it: one request a connection.
  static func read(_ bytes: [UInt8], user: UInt32) -> RequestProgress {
    let span = bytes.span
    guard let end = HeadScanner.end(of: span, from: 0) else {
      return bytes.count < AdminLimits.headBytes
        ? .incomplete : .refused(.problem(431, "the request's head is too large"))
    }
    switch OriginRequest.parse(span, end: end) {
    case .refused(let status, let why): return .refused(.problem(status, "\(why)"))
    case .request(let request):
      guard request.bodyLength <= UInt64(AdminLimits.bodyBytes) else {
        return .refused(.problem(413, "the body has more than \(AdminLimits.bodyBytes) bytes"))
      }
      let total = request.length + Int(request.bodyLength)
      guard bytes.count >= total else { return .incomplete }
      guard bytes.count == total else {
        return .refused(.problem(400, "bytes behind the request; one request a connection"))
      }
      return .request(
        AdminRequest(
          method: request.method, path: text(request.path, bytes),
          query: text(request.query, bytes), upgrade: text(request.upgrade, bytes),
          body: Array(bytes[request.length...]), user: user))
    }
  }

  private static func text(_ range: ByteRange, _ bytes: [UInt8]) -> String {
    String(decoding: bytes[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }
}
