/// The field by which a plain HTTP request tells the origin the address of its client.
package enum ForwardedField: String, CaseIterable, Sendable, BitwiseCopyable {
  /// None; what the client says of itself goes on as it came.
  case off
  /// `X-Forwarded-For: ADDRESS`, and nothing where the client has no address.
  case xForwardedFor = "x-forwarded-for"
  /// `Forwarded: for=ADDRESS` (RFC 7239 §4), and `for=unknown` (§6.2) where the client has none.
  case forwarded
}
