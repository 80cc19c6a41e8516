/// How a tunnel or an exchange ended. Names are stable, as those of ``ReasonCode`` are.
package enum EndCode: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  // Ordinary ends.
  case clientEOF
  case upstreamEOF
  case complete

  // Cut by a peer.
  case clientReset
  case upstreamReset
  case clientMalformed

  // Cut by a limit or by Sluice itself.
  case idleTimeout
  case writeStall
  case halfCloseTimeout
  case bodyTimeout
  case drained
  /// A new configuration refuses what the one before had let through.
  case policyChanged
  /// The administration was asked to end it.
  case killed
  case overloaded
  case internalError

  // The upstream failed: 502 or 504.
  case dnsNotFound
  case dnsFailed
  case dnsTimeout
  case connectRefused
  case connectTimeout
  case connectUnreachable
  case connectFailed
  case upstreamClosed
  case upstreamMalformed
  case upstreamTimeout

  // Refused after it was allowed: 403.
  /// Asked for again for a new try, the name led to forbidden addresses only.
  case addressForbidden

  // Cut because of what the client sent first in a tunnel to a TLS port; nothing of it went on.
  case sniMismatch
  case sniMissing
  case notTLS
  case malformedHello
  case helloTimeout

  // The upstream proxy did not take the request: 502.
  case upstreamProxyRefused
  /// It did not take our credentials, or asks for some.
  case upstreamProxyUnauthorized
}
