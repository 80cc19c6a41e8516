internal import Review

/// An answer of the administration; the connection is closed behind it.
package struct AdminResponse: Sendable {
  package let status: UInt16
  package let type: String
  package let body: [UInt8]
  /// Names and values beside those that every answer has.
  package var fields: [(name: String, value: String)] = []

  package init(status: UInt16 = 200, type: String, body: [UInt8]) {
    self.status = status
    self.type = type
    self.body = body
  }

  package static func json(_ text: String, status: UInt16 = 200) -> AdminResponse {
    AdminResponse(status: status, type: "application/json", body: Array((text + "\n").utf8))
  }

  /// An error (RFC 9457); `remedy` is a member of our own: what to do about it.
  package static func problem(
    _ status: UInt16, _ detail: String, remedy: String? = nil
  ) -> AdminResponse {
    var members = [
      (key: "status", value: "\(status)"), ("title", JSONText.quoted(title(status))),
      ("detail", JSONText.quoted(detail)),
    ]
    if let remedy { members.append(("remedy", JSONText.quoted(remedy))) }
    let text = JSONText.object(members) + "\n"
    return AdminResponse(status: status, type: "application/problem+json", body: Array(text.utf8))
  }

  /// With one more header field.
  package func with(_ name: String, _ value: String) -> AdminResponse {
    var response = self
    response.fields.append((name, value))
    return response
  }

  /// As it goes over the wire.
  var bytes: [UInt8] { head(of: "Content-Length: \(body.count)") + body }

  /// Its head alone, of a body that ends with the connection.
  var streamHead: [UInt8] { head(of: nil) }

  private func head(of length: String?) -> [UInt8] {
    var lines = ["HTTP/1.1 \(status) \(Self.title(status))", "Content-Type: \(type)"]
    if let length { lines.append(length) }
    lines += fields.map { "\($0.name): \($0.value)" }
    lines += [
      "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Connection: close", "", "",
    ]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  private static func title(_ status: UInt16) -> String {
    switch status {
    case 200: "OK"
    case 202: "Accepted"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Internal Server Error"
    }
  }
}
