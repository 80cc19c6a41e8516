internal import Review

/// An answer of the administration; the connection is closed behind it.
package struct AdminResponse: Sendable {
  package let status: UInt16
  package let type: String
  package let body: [UInt8]

  package init(status: UInt16 = 200, type: String, body: [UInt8]) {
    self.status = status
    self.type = type
    self.body = body
  }

  package static func json(_ text: String, status: UInt16 = 200) -> AdminResponse {
    AdminResponse(status: status, type: "application/json", body: Array((text + "\n").utf8))
  }

  /// An error (RFC 9457).
  package static func problem(_ status: UInt16, _ detail: String) -> AdminResponse {
    let members = [
      ("status", "\(status)"), ("title", JSONText.quoted(title(status))),
      ("detail", JSONText.quoted(detail)),
    ]
    let text = "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}\n"
    return AdminResponse(status: status, type: "application/problem+json", body: Array(text.utf8))
  }

  /// As it goes over the wire.
  var bytes: [UInt8] {
    let head = """
      HTTP/1.1 \(status) \(Self.title(status))\r
      Content-Type: \(type)\r
      Content-Length: \(body.count)\r
      Cache-Control: no-store\r
      X-Content-Type-Options: nosniff\r
      Connection: close\r
      \r

      """
    return Array(head.utf8) + body
  }

  private static func title(_ status: UInt16) -> String {
    switch status {
    case 200: "OK"
    case 202: "Accepted"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 422: "Unprocessable Content"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Internal Server Error"
    }
  }
}
