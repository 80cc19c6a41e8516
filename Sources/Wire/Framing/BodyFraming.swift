/// How a request says where its body ends (RFC 9112 §6.3).
package enum BodyFraming: BitwiseCopyable, Hashable, Sendable {
  /// No body, and no field about it.
  case none
  /// `Content-Length`, 0 to 2^63-1.
  case length(UInt64)
  /// `Transfer-Encoding: chunked`.
  case chunked
}

/// How a response says where its body ends (RFC 9112 §6.3).
package enum ResponseFraming: BitwiseCopyable, Hashable, Sendable {
  /// No body: the answer to HEAD, 1xx, 204, 304, or 2xx to CONNECT.
  case none
  /// `Content-Length`, 0 to 2^63-1.
  case length(UInt64)
  /// `Transfer-Encoding: chunked`.
  case chunked
  /// Everything until the upstream closes the connection.
  case untilClose
}
