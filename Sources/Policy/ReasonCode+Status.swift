// What a client is told for each reason. docs/reasons.md holds the same for people.
extension ReasonCode {
  /// The HTTP status of the answer; 200 for the reasons that allow. A refusal by policy is 403 and
  /// never 5xx: package managers retry a 5xx for over a minute.
  package var status: UInt16 {
    switch self {
    case .allowlisted, .publicHost, .addressAllowed, .reportOnly: 200
    case .notAllowlisted, .notEssential, .deniedByRule, .deniedAlways, .portNotAllowed,
      .ruleExpired,
      .addressLiteralDenied, .addressForbidden, .specialUseName, .unknownClient,
      .identityConflict:
      403
    case .credentialRequired, .credentialInvalid: 407
    case .tooManyFailures, .connectionLimit, .requestLimit, .connectLimit, .tunnelLimit,
      .exchangeLimit, .destinationLimit, .dnsLimit, .deniedLimit, .quotaExceeded, .halfOpenLimit:
      429
    case .malformedRequest, .malformedAuthority, .hostMismatch, .invalidFraming, .connectWithBody,
      .notAProxyRequest, .httpsInAbsoluteForm, .schemeNotSupported, .loopDetected,
      .malformedProxyHeader:
      400
    case .methodNotSupported: 501
    case .versionNotSupported: 505
    case .expectationNotSupported: 417
    case .headTooLarge: 431
    case .headTimeout: 408
    case .overloaded, .auditUnavailable, .draining, .routeChanged: 503
    }
  }

  /// The `error` parameter of `Proxy-Status` (RFC 9209 §2.3); empty for the reasons that allow. The
  /// reason's own name goes into `details`.
  package var proxyStatusError: StaticString {
    switch self {
    case .allowlisted, .publicHost, .addressAllowed, .reportOnly: ""
    case .notAllowlisted, .notEssential, .deniedByRule, .deniedAlways, .portNotAllowed,
      .ruleExpired,
      .addressLiteralDenied, .specialUseName, .unknownClient, .identityConflict,
      .credentialRequired, .credentialInvalid, .tooManyFailures, .connectionLimit, .requestLimit,
      .connectLimit, .tunnelLimit, .exchangeLimit, .destinationLimit, .dnsLimit, .deniedLimit,
      .quotaExceeded, .halfOpenLimit:
      "http_request_denied"
    case .addressForbidden: "destination_ip_prohibited"
    case .malformedRequest, .malformedAuthority, .hostMismatch, .invalidFraming, .connectWithBody,
      .notAProxyRequest, .httpsInAbsoluteForm, .schemeNotSupported, .methodNotSupported,
      .versionNotSupported, .expectationNotSupported, .headTooLarge, .headTimeout,
      .malformedProxyHeader:
      "http_request_error"
    case .loopDetected: "proxy_loop_detected"
    // The answer is the proxy's own, and no next hop was tried (RFC 9209 §2.3.29).
    case .overloaded, .draining, .routeChanged: "proxy_internal_response"
    case .auditUnavailable: "proxy_internal_error"
    }
  }

  /// What happened, as the end of a sentence that starts with the target or stands alone; for
  /// reason phrases and logs when nothing more exact is known. ASCII.
  package var title: StaticString {
    switch self {
    case .allowlisted: "allowed by an allowlist"
    case .publicHost: "a public host"
    case .addressAllowed: "an address that the operator opened"
    case .reportOnly: "let through because this environment only reports"
    case .notAllowlisted: "not on the allowlist"
    case .notEssential: "not on the essential list"
    case .deniedByRule: "denied by a rule"
    case .deniedAlways: "denied by a rule that nothing overrides"
    case .portNotAllowed: "this port is not allowed"
    case .ruleExpired: "the rule for it has expired"
    case .addressLiteralDenied: "addresses are not allowed as targets, only names"
    case .addressForbidden: "the address may not be dialled"
    case .specialUseName: "not a name of the public DNS"
    case .unknownClient: "this client belongs to no environment"
    case .identityConflict: "the client's place and its credential name different environments"
    case .credentialRequired: "a proxy credential is required"
    case .credentialInvalid: "the proxy credential is not valid"
    case .tooManyFailures: "too many invalid proxy credentials came from this address"
    case .connectionLimit: "this environment has as many connections as it may"
    case .requestLimit: "more requests than may be sent in this time"
    case .connectLimit: "more new connections than may be opened in this time"
    case .tunnelLimit: "as many tunnels as may be open"
    case .exchangeLimit: "as many requests as may be under way"
    case .destinationLimit: "more different destinations than may be asked for in this time"
    case .dnsLimit: "more names than may be looked up in this time"
    case .deniedLimit: "too many requests were refused lately"
    case .quotaExceeded: "the bytes of this day are used up"
    case .halfOpenLimit: "too many connections of this client have sent no request yet"
    case .malformedRequest: "the request is malformed"
    case .malformedAuthority: "the target is not a valid host and port"
    case .hostMismatch: "Host does not name the target"
    case .invalidFraming: "the length of the body is not clear"
    case .connectWithBody: "CONNECT carries no body"
    case .notAProxyRequest: "this port is a proxy, and the request is not for one"
    case .httpsInAbsoluteForm: "https targets need CONNECT"
    case .schemeNotSupported: "this scheme is not supported"
    case .loopDetected: "the request has been through this proxy before"
    case .methodNotSupported: "this method is not supported"
    case .versionNotSupported: "this version of HTTP is not supported"
    case .expectationNotSupported: "this expectation is not supported"
    case .headTooLarge: "the request head is too large"
    case .headTimeout: "the request head did not arrive in time"
    case .malformedProxyHeader: "the PROXY header is missing or malformed"
    case .overloaded: "all connections are in use"
    case .auditUnavailable: "the audit log cannot be written"
    case .draining: "the proxy is shutting down"
    case .routeChanged: "a new configuration sends it another way"
    }
  }

  /// What the reader can do about it; ASCII, one sentence, empty for the reasons that allow.
  package var nextStep: StaticString {
    switch self {
    case .allowlisted, .publicHost, .addressAllowed, .reportOnly: ""
    case .notAllowlisted: "Ask for the host to be added to an allowlist of this environment."
    case .notEssential:
      "This environment reaches the essential list only; ask for access level limited or full."
    case .deniedByRule: "A list denies this host on purpose; ask the owner of the list."
    case .deniedAlways:
      "A list denies this host and everything below it for good; use another source."
    case .portNotAllowed: "Use port 80 or 443, or ask for a rule with this port."
    case .ruleExpired: "Ask the owner of the list for a rule with a later date."
    case .addressLiteralDenied:
      "Use the host's name, or ask the operator to open the address with --allow-address."
    case .addressForbidden:
      "Use a public address; for an internal one the operator can open a range (--allow-address)."
    case .specialUseName: "Use a public name, or ask for a rule that names this host."
    case .unknownClient:
      "Ask the operator to name this client's network or listener in an environment."
    case .identityConflict:
      "Use this environment's own credential, or none; the operator can let credentials choose."
    case .credentialRequired:
      "Put the token into the proxy setting, as in http://proxy:TOKEN@host:port."
    case .credentialInvalid: "Check the token; the operator can make one with sluice token new."
    case .tooManyFailures: "Correct the token and try again in a minute."
    case .connectionLimit:
      "Close connections or try again in a moment; the operator can raise limits.connections."
    case .requestLimit, .connectLimit, .destinationLimit, .dnsLimit:
      "Slow down and try again after Retry-After; the operator can raise the limit."
    case .tunnelLimit, .exchangeLimit:
      "Let some end and try again in a moment; the operator can raise the limit."
    case .deniedLimit:
      "Stop asking for what is refused, and try again after Retry-After."
    case .quotaExceeded:
      "Try again tomorrow (UTC); the operator can raise limits.quota."
    case .halfOpenLimit: "Send a request on each connection at once, or open fewer in advance."
    case .malformedRequest: "Send a request as RFC 9112 defines it."
    case .malformedAuthority: "Write the target as host:port, with an IPv6 address in brackets."
    case .hostMismatch: "Send one Host field that is equal to the target."
    case .invalidFraming: "Send either one Content-Length or Transfer-Encoding: chunked."
    case .connectWithBody: "Send CONNECT without Content-Length and Transfer-Encoding."
    case .notAProxyRequest:
      "Set https_proxy and http_proxy to this address; do not open it as a site."
    case .httpsInAbsoluteForm: "Send CONNECT host:443 and speak TLS inside the tunnel."
    case .schemeNotSupported: "Use http through the proxy, or CONNECT for anything else."
    case .loopDetected: "Check that no proxy setting points back to this proxy."
    case .methodNotSupported: "Use CONNECT, or a method of RFC 9110."
    case .versionNotSupported: "Use HTTP/1.1 or HTTP/1.0."
    case .expectationNotSupported: "Send no Expect field, or Expect: 100-continue."
    case .headTooLarge: "Send fewer or shorter header fields."
    case .headTimeout: "Send the whole request head at once."
    case .malformedProxyHeader:
      "Begin each connection from here with a PROXY header, or use another listener."
    case .overloaded: "Try again in a moment; the operator can raise --max-connections."
    case .auditUnavailable: "Try again later; the operator must make room for the audit log."
    case .draining: "Try again in a moment."
    case .routeChanged: "Try again."
    }
  }
}
