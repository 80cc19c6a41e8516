// What a client is told when an upstream fails before anything of its answer was sent on.
extension EndCode {
  /// The HTTP status of the answer: 502, 504, 503 or 500; 0 for the ends that are no failure of the
  /// upstream or of Sluice, after which nothing can or need be answered.
  package var status: UInt16 {
    switch self {
    case .clientEOF, .upstreamEOF, .complete, .clientReset, .clientMalformed, .idleTimeout,
      .halfCloseTimeout, .writeStall, .drained, .sniMismatch, .sniMissing, .notTLS, .malformedHello,
      .helloTimeout, .policyChanged, .killed:
      0
    case .addressForbidden: 403
    case .bodyTimeout: 408
    case .overloaded: 503
    case .internalError: 500
    case .dnsNotFound, .dnsFailed, .connectRefused, .connectUnreachable, .connectFailed,
      .upstreamClosed, .upstreamReset, .upstreamMalformed, .upstreamProxyRefused,
      .upstreamProxyUnauthorized:
      502
    case .dnsTimeout, .connectTimeout, .upstreamTimeout: 504
    }
  }

  /// The `error` parameter of `Proxy-Status` (RFC 9209 §2.3); empty where ``status`` is 0.
  package var proxyStatusError: StaticString {
    switch self {
    case .clientEOF, .upstreamEOF, .complete, .clientReset, .clientMalformed, .idleTimeout,
      .halfCloseTimeout, .writeStall, .drained, .sniMismatch, .sniMissing, .notTLS, .malformedHello,
      .helloTimeout, .policyChanged, .killed:
      ""
    case .addressForbidden: "destination_ip_prohibited"
    case .bodyTimeout: "http_request_error"
    case .overloaded: "proxy_internal_response"
    case .internalError: "proxy_internal_error"
    case .dnsNotFound, .dnsFailed: "dns_error"
    case .dnsTimeout: "dns_timeout"
    case .connectRefused: "connection_refused"
    case .connectTimeout: "connection_timeout"
    case .connectUnreachable: "destination_ip_unroutable"
    case .connectFailed: "destination_unavailable"
    case .upstreamReset: "connection_terminated"
    case .upstreamClosed: "http_response_incomplete"
    case .upstreamMalformed: "http_protocol_error"
    case .upstreamTimeout: "connection_read_timeout"
    case .upstreamProxyRefused: "destination_unavailable"
    case .upstreamProxyUnauthorized: "proxy_configuration_error"
    }
  }

  /// What happened, for reason phrases and logs; ASCII.
  package var title: StaticString {
    switch self {
    case .clientEOF: "the client closed"
    case .upstreamEOF: "the upstream closed"
    case .complete: "the exchange is complete"
    case .clientReset: "the client reset the connection"
    case .upstreamReset: "the upstream reset the connection"
    case .clientMalformed: "the client sent a malformed body"
    case .idleTimeout: "nothing moved for too long"
    case .writeStall: "a peer stopped reading"
    case .halfCloseTimeout: "the other side did not close after a half-close"
    case .addressForbidden: "the address may not be dialled"
    case .bodyTimeout: "the request body did not arrive in time"
    case .drained: "the proxy shut down"
    case .policyChanged: "a new configuration refuses it"
    case .killed: "an administrator ended it"
    case .overloaded: "the proxy is out of resources"
    case .internalError: "the proxy failed"
    case .dnsNotFound: "the name does not exist"
    case .dnsFailed: "the name server failed"
    case .dnsTimeout: "the name server did not answer in time"
    case .connectRefused: "the upstream refused the connection"
    case .connectTimeout: "the upstream did not answer the connection in time"
    case .connectUnreachable: "no route to the upstream"
    case .connectFailed: "the connection to the upstream failed"
    case .upstreamClosed: "the upstream closed before its answer was complete"
    case .upstreamMalformed: "the upstream sent a malformed answer"
    case .upstreamTimeout: "the upstream did not answer in time"
    case .sniMismatch: "the TLS in the tunnel named another server"
    case .sniMissing: "the TLS in the tunnel named no server"
    case .notTLS: "the tunnel to a TLS port did not begin with TLS"
    case .malformedHello: "the client's TLS hello was malformed"
    case .helloTimeout: "the client's TLS hello did not arrive in time"
    case .upstreamProxyRefused: "the upstream proxy did not connect to the host"
    case .upstreamProxyUnauthorized: "the upstream proxy did not take the credentials of this one"
    }
  }

  /// What the reader can do about it; ASCII, one sentence, empty where ``status`` is 0.
  package var nextStep: StaticString {
    switch self {
    case .clientEOF, .upstreamEOF, .complete, .clientReset, .clientMalformed, .idleTimeout,
      .halfCloseTimeout, .writeStall, .drained, .sniMismatch, .sniMissing, .notTLS, .malformedHello,
      .helloTimeout, .policyChanged, .killed:
      ""
    case .addressForbidden:
      "Use a public address; for an internal one the operator can open a range (--allow-address)."
    case .bodyTimeout: "Send the body without long pauses."
    case .overloaded: "Try again in a moment; the operator can raise --max-connections."
    case .internalError: "Report this with the request_id; it is a fault of the proxy."
    case .dnsNotFound: "Check the spelling of the name."
    case .dnsFailed, .dnsTimeout: "Try again; the operator can choose name servers with --dns."
    case .connectRefused: "Check the port, and that the service is up."
    case .connectTimeout, .connectUnreachable, .connectFailed:
      "Try again; check that the proxy's own network reaches the service."
    case .upstreamReset, .upstreamClosed, .upstreamTimeout: "Try again; the service is at fault."
    case .upstreamMalformed:
      "The service does not speak HTTP/1.1 correctly on this port; check scheme and port."
    case .upstreamProxyRefused:
      "Check host and port; the operator finds the upstream proxy's answer in the audit log."
    case .upstreamProxyUnauthorized:
      "Ask the operator to correct credentials_file of upstream_proxy; it is no password of yours."
    }
  }
}
