internal import Configuration
internal import Dashboard
internal import Wire

/// The page in which people look at all of it. It holds no data and is open; what it asks for is not.
enum DashboardRoutes {
  static let all = [
    AdminRoute(
      method: .get, path: "/", summary: "A page for browsers.", isOpen: true,
      type: "text/html; charset=utf-8"
    ) { $0.reply.send(answer) }
  ]

  private static let answer = response(of: Dashboard.page)

  /// A page with a policy by which nothing runs but its own style and script, and nothing is asked but its
  /// own server (Content Security Policy Level 3).
  static func response(of page: [UInt8]) -> AdminResponse {
    let text = String(decoding: page, as: UTF8.self)
    let policy = [
      "default-src 'none'", "script-src \(source(of: "script", in: text))",
      "style-src \(source(of: "style", in: text))", "connect-src 'self'", "base-uri 'none'",
      "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].joined(separator: "; ")
    return AdminResponse(type: "text/html; charset=utf-8", body: page)
      .with("Content-Security-Policy", policy)
      .with("Referrer-Policy", "no-referrer")
      .with("Cross-Origin-Opener-Policy", "same-origin")
      .with("Cross-Origin-Resource-Policy", "same-origin")
      .with("X-Frame-Options", "DENY")
  }

  /// The hash of what an element of the page holds, as a source of the policy.
  private static func source(of element: String, in text: String) -> String {
    let parts = text.components(between: "<\(element)>", and: "</\(element)>")
    precondition(parts.count == 1, "the page has one \(element), without attributes")
    return "'sha256-\(Base64.text(of: SHA256.digest(of: Array(parts[0].utf8))))'"
  }
}

/// RFC 4648 §4.
enum Base64 {
  static func text(of bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        let digit = Int((word >> UInt32(18 - 6 * place)) & 63)
        text.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension String {
  /// What stands between each `start` and the `end` that follows it.
  fileprivate func components(between start: String, and end: String) -> [Substring] {
    var found: [Substring] = []
    var rest = self[...]
    while let first = rest.firstRange(of: start),
      let last = rest[first.upperBound...].firstRange(of: end)
    {
      found.append(rest[first.upperBound..<last.lowerBound])
      rest = rest[last.upperBound...]
    }
    return found
  }
}
