import Policy
import Proxy

/// One time limit: its key, and where its value is kept. The `timeouts` of the process and those of an
/// environment are made of these rows.
struct TimeLimitRow: Sendable {
  let name: String
  let field: any WritableKeyPath<Limits, UInt64> & Sendable
  /// `nil`: it counts before the environment of a request is known, or belongs to the process.
  let own: (any WritableKeyPath<TimeLimits, UInt64> & Sendable)?
  let flag: String?
  /// What holds while there is no such limit, in words; `nil`: there always is one.
  let unset: String?
  let summary: String

  init(
    _ name: String, _ field: any WritableKeyPath<Limits, UInt64> & Sendable,
    own: (any WritableKeyPath<TimeLimits, UInt64> & Sendable)? = nil, flag: String? = nil,
    unset: String? = nil, _ summary: String
  ) {
    self.name = name
    self.field = field
    self.own = own
    self.flag = flag
    self.unset = unset
    self.summary = summary
  }

  static let all = [
    TimeLimitRow(
      "head", \.headTimeout, flag: "head-timeout", "For a client to send a whole request head."),
    TimeLimitRow(
      "keep_alive", \.keepAliveTimeout, own: \TimeLimits.keepAlive,
      "For a client connection with no request on it."),
    TimeLimitRow(
      "connect", \.connectTimeout, own: \TimeLimits.connect, flag: "connect-timeout",
      "To connect to an upstream, over all of its addresses."),
    TimeLimitRow(
      "attempt_delay", \.attemptDelay, "Until the next address is tried beside the last."),
    TimeLimitRow(
      "idle", \.idleTimeout, own: \TimeLimits.idle, flag: "idle-timeout",
      "That a tunnel may stand with nothing moving."),
    TimeLimitRow(
      "lifetime", \.tunnelLifetime, own: \TimeLimits.lifetime, unset: "none",
      "That a tunnel may stand, whatever moves in it."),
    TimeLimitRow(
      "half_close", \.halfCloseTimeout, own: \TimeLimits.halfClose,
      "For a tunnel with one direction ended and no byte the other way."),
    TimeLimitRow(
      "write", \.writeTimeout, own: \TimeLimits.write,
      "For a peer that takes none of the bytes that wait for it."),
    TimeLimitRow(
      "response", \.responseTimeout, own: \TimeLimits.response, flag: "response-timeout",
      "For an upstream to begin its answer to a plain HTTP request."),
    TimeLimitRow(
      "upstream_proxy", \.upstreamProxyTimeout, "For an upstream proxy to answer a CONNECT."),
    TimeLimitRow(
      "body", \.bodyTimeout, own: \TimeLimits.body, "For a body that does not move."),
    TimeLimitRow("linger", \.lingerTimeout, "For a refused client that does not close."),
  ]
}
