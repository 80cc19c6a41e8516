/// Why a request was allowed or refused. A code's name is stable: it stands in audit records,
/// answers and counters, and docs/reasons.md documents each one.
package enum ReasonCode: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  // Allowed.
  /// A rule of an allowlist allows it.
  case allowlisted
  /// Access level `full`: every public host.
  case publicHost
  /// The operator opened this address range for the environment.
  case addressAllowed
  /// The environment only reports, and the record says what would have refused it.
  case reportOnly

  // Refused by policy: 403.
  case notAllowlisted
  case notEssential
  case deniedByRule
  case deniedAlways
  case portNotAllowed
  case ruleExpired
  case addressLiteralDenied
  case addressForbidden
  case specialUseName

  // Refused because it is not known whose request it is: 403, 407, 429.
  /// Neither listener, network nor credential names an environment, and there is no default.
  case unknownClient
  /// Two of them name different environments.
  case identityConflict
  case credentialRequired
  case credentialInvalid
  /// Too many invalid credentials came from this address lately.
  case tooManyFailures

  // Refused because the environment has what it may have already: 429.
  case connectionLimit
  /// More than `limits` lets the environment, the client or the destination have.
  case requestLimit
  case connectLimit
  case tunnelLimit
  case exchangeLimit
  case destinationLimit
  case dnsLimit
  /// Too many requests were refused by policy lately.
  case deniedLimit
  /// The bytes of the day are used up.
  case quotaExceeded

  // Refused because the client has too many connections that ask for nothing: 429.
  case halfOpenLimit

  // Refused because of how the client asked: 4xx, 501, 505.
  case malformedRequest
  case malformedAuthority
  case hostMismatch
  case invalidFraming
  case connectWithBody
  case notAProxyRequest
  case httpsInAbsoluteForm
  case schemeNotSupported
  case loopDetected
  case methodNotSupported
  case versionNotSupported
  case expectationNotSupported
  case headTooLarge
  case headTimeout
  /// The connection does not begin with the PROXY header that it has to begin with.
  case malformedProxyHeader

  // Refused because Sluice cannot serve now: 503.
  case overloaded
  case auditUnavailable
  case draining
  /// A new configuration sends it another way (by an upstream proxy, or without) than it had begun.
  case routeChanged

  /// Whether requests pass that are counted and recorded with it.
  package var allows: Bool {
    switch self {
    case .allowlisted, .publicHost, .addressAllowed, .reportOnly: true
    default: false
    }
  }
}
