/// The stable name of each code: what audit records, answers and counters say.
extension ReasonCode {
  /// Lower case with underscores, for example `not_allowlisted`.
  /// A name that was ever released never changes.
  package var name: StaticString {
    switch self {
    case .allowlisted: "allowlisted"
    case .publicHost: "public_host"
    case .addressAllowed: "address_allowed"
    case .reportOnly: "report_only"
    case .notAllowlisted: "not_allowlisted"
    case .notEssential: "not_essential"
    case .deniedByRule: "denied_by_rule"
    case .deniedAlways: "denied_always"
    case .portNotAllowed: "port_not_allowed"
    case .ruleExpired: "rule_expired"
    case .addressLiteralDenied: "address_literal_denied"
    case .addressForbidden: "address_forbidden"
    case .specialUseName: "special_use_name"
    case .unknownClient: "unknown_client"
    case .identityConflict: "identity_conflict"
    case .credentialRequired: "credential_required"
    case .credentialInvalid: "credential_invalid"
    case .tooManyFailures: "too_many_failures"
    case .connectionLimit: "connection_limit"
    case .halfOpenLimit: "half_open_limit"
    case .malformedRequest: "malformed_request"
    case .malformedAuthority: "malformed_authority"
    case .hostMismatch: "host_mismatch"
    case .invalidFraming: "invalid_framing"
    case .connectWithBody: "connect_with_body"
    case .notAProxyRequest: "not_a_proxy_request"
    case .httpsInAbsoluteForm: "https_in_absolute_form"
    case .schemeNotSupported: "scheme_not_supported"
    case .loopDetected: "loop_detected"
    case .methodNotSupported: "method_not_supported"
    case .versionNotSupported: "version_not_supported"
    case .expectationNotSupported: "expectation_not_supported"
    case .headTooLarge: "head_too_large"
    case .headTimeout: "head_timeout"
    case .malformedProxyHeader: "malformed_proxy_header"
    case .overloaded: "overloaded"
    case .auditUnavailable: "audit_unavailable"
    case .draining: "draining"
    case .routeChanged: "route_changed"
    }
  }
}
