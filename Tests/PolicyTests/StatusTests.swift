import Policy
import Testing

@Suite("statuses and texts") struct StatusTests {
  /// RFC 9209 §2.3, those that Sluice uses.
  static let registered: Set<String> = [
    "dns_timeout", "dns_error", "destination_unavailable", "destination_ip_prohibited",
    "destination_ip_unroutable", "connection_refused", "connection_terminated",
    "connection_timeout", "connection_read_timeout", "http_request_error", "http_request_denied",
    "http_response_incomplete", "http_protocol_error", "proxy_internal_response",
    "proxy_internal_error", "proxy_configuration_error", "proxy_loop_detected",
  ]

  @Test(
    "a refusal has a 4xx or 5xx status, a registered error, a title and a next step",
    arguments: ReasonCode.allCases)
  func reason(_ code: ReasonCode) {
    #expect(!code.title.description.isEmpty)
    if code.status == 200 {
      #expect(code.proxyStatusError.description.isEmpty)
      #expect(code.nextStep.description.isEmpty)
    } else {
      #expect((400...599).contains(code.status))
      #expect(Self.registered.contains(code.proxyStatusError.description))
      #expect(code.nextStep.description.hasSuffix("."))
    }
  }

  @Test("policy answers 403 and never 5xx, which clients would retry")
  func policy() {
    let policy: [ReasonCode] = [
      .notAllowlisted, .notEssential, .deniedByRule, .deniedAlways, .portNotAllowed, .ruleExpired,
      .addressLiteralDenied, .addressForbidden, .specialUseName,
    ]
    for code in policy { #expect(code.status == 403, "\(code)") }
    for code in ReasonCode.allCases where code.status >= 500 {
      #expect(
        [
          .methodNotSupported, .versionNotSupported, .overloaded, .auditUnavailable, .draining,
          .routeChanged,
        ].contains(code))
    }
  }

  @Test(
    "an end that a client is told about has a status, a registered error and a next step",
    arguments: EndCode.allCases)
  func end(_ code: EndCode) {
    #expect(!code.title.description.isEmpty)
    if code.status == 0 {
      #expect(code.proxyStatusError.description.isEmpty)
      #expect(code.nextStep.description.isEmpty)
    } else {
      #expect([403, 408, 500, 502, 503, 504].contains(code.status))
      #expect(Self.registered.contains(code.proxyStatusError.description))
      #expect(code.nextStep.description.hasSuffix("."))
    }
  }

  @Test("every text is printable ASCII on one line, fit for a reason phrase and a JSON string")
  func printable() {
    let texts =
      ReasonCode.allCases.flatMap { [$0.title, $0.nextStep, $0.proxyStatusError] }
      + EndCode.allCases.flatMap { [$0.title, $0.nextStep, $0.proxyStatusError] }
    for text in texts {
      let bytes = text.description.utf8
      #expect(
        bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }, "\(text)")
      #expect(bytes.count <= 120, "\(text)")
    }
  }
}
