/// The stable name of each code: what the `end` member of a `close` record says.
extension EndCode {
  /// Lower case with underscores, for example `client_eof`.
  /// A name that was ever released never changes.
  package var name: StaticString {
    switch self {
    case .clientEOF: "client_eof"
    case .upstreamEOF: "upstream_eof"
    case .complete: "complete"
    case .clientReset: "client_reset"
    case .upstreamReset: "upstream_reset"
    case .clientMalformed: "client_malformed"
    case .idleTimeout: "idle_timeout"
    case .writeStall: "write_stall"
    case .halfCloseTimeout: "half_close_timeout"
    case .bodyTimeout: "body_timeout"
    case .drained: "drained"
    case .policyChanged: "policy_changed"
    case .killed: "killed"
    case .overloaded: "overloaded"
    case .internalError: "internal_error"
    case .dnsNotFound: "dns_not_found"
    case .dnsFailed: "dns_failed"
    case .dnsTimeout: "dns_timeout"
    case .connectRefused: "connect_refused"
    case .connectTimeout: "connect_timeout"
    case .connectUnreachable: "connect_unreachable"
    case .connectFailed: "connect_failed"
    case .upstreamClosed: "upstream_closed"
    case .upstreamMalformed: "upstream_malformed"
    case .upstreamTimeout: "upstream_timeout"
    case .addressForbidden: "address_forbidden"
    case .sniMismatch: "sni_mismatch"
    case .sniMissing: "sni_missing"
    case .notTLS: "not_tls"
    case .malformedHello: "malformed_hello"
    case .helloTimeout: "hello_timeout"
    case .upstreamProxyRefused: "upstream_proxy_refused"
    case .upstreamProxyUnauthorized: "upstream_proxy_unauthorized"
    }
  }
}
