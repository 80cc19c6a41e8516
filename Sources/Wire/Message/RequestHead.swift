/// What kind of target a request names (RFC 9112 §3.2). The other two forms are refused: this is a
/// forward proxy.
package enum TargetForm: UInt8, BitwiseCopyable, Sendable {
  /// `host:port`, of CONNECT.
  case authority
  /// `http://host[:port]/path?query`.
  case absolute
}

/// What became of a request head.
package enum RequestParse: BitwiseCopyable, Sendable {
  /// The bytes do not end with an empty line: there is no head yet.
  case incomplete
  case refused(Refusal, RefusalDetail)
  case complete(RequestHead)
}

/// A request head as parsed: what it means, and where its parts stand in the bytes it came from. It is
/// made by ``parse(_:end:fieldLimit:)`` only, which is strict: what two servers could read differently
/// is refused, and nothing of it is forwarded but through ``RequestWriter``.
package struct RequestHead: BitwiseCopyable, Sendable {
  /// Bytes of the head, with an empty line before it and the one after it.
  package internal(set) var length: Int
  package internal(set) var method: Method
  package internal(set) var methodText: ByteRange
  package internal(set) var form: TargetForm
  /// `host[:port]` of the target as it was written. No userinfo, path or control character; a host that
  /// ``Domains`` must still parse.
  package internal(set) var authority: ByteRange
  /// Of the absolute form: path and query as they were written, visible ASCII. It may be empty, which
  /// means `/`, and it may begin with `?`, which means that `/` stands before it.
  package internal(set) var pathAndQuery: ByteRange
  package internal(set) var version: HTTPVersion
  /// The one Host value; nil only in HTTP/1.0. Like ``authority``, to be parsed by ``Domains``.
  package internal(set) var host: ByteRange?
  package internal(set) var framing: BodyFraming
  /// Whether the client's connection may carry another request after this one (RFC 9112 §9.3). In
  /// HTTP/1.0 never: its keep-alive does not work through proxies (RFC 9112 Appendix C.2.2).
  package internal(set) var isPersistent: Bool
  /// The client holds its body back until `100 Continue` (RFC 9110 §10.1.1): a body announced in
  /// HTTP/1.1 with `Expect: 100-continue`.
  package internal(set) var expectsContinue: Bool
  /// Whether a refusal should be text rather than JSON; see ``AcceptTaste`` for the rule.
  package internal(set) var prefersPlainText: Bool
  /// The field lines, without the empty line.
  package internal(set) var fields: ByteRange
  /// There is a `Via` field, so that ``hasVia(_:in:)`` is worth asking.
  package internal(set) var hasVia: Bool
  /// The value of `Proxy-Authorization` (RFC 9110 §11.7.2), which is for us and never travels on;
  /// ``ProxyAuthorization`` reads it.
  package internal(set) var proxyAuthorization: ByteRange?
  /// `Max-Forwards` of OPTIONS (RFC 9110 §7.6.2): at 0 the request is ours to answer; otherwise it goes
  /// on with one less. Nil without one, and for other methods, which do not heed it.
  package internal(set) var maxForwards: UInt32?
  /// A WebSocket handshake (RFC 6455 §4.1): after `101` the connection is a tunnel. Any other offer of
  /// another protocol is left out and the request an ordinary one.
  package internal(set) var asksWebSocket: Bool
  /// The client takes trailer fields (`TE: trailers`, RFC 9110 §10.1.4); never in HTTP/1.0.
  package internal(set) var acceptsTrailers: Bool
  /// There is a `Trailer` field; ``announceTrailers(from:into:)`` says what of it counts.
  package internal(set) var announcesTrailers: Bool
  /// `Connection` names fields that the writer must leave out.
  var namesFields: Bool
  /// The field lines that do not travel on.
  var cuts: FieldCuts

  /// Lines of a head when the caller sets no other limit.
  package static var defaultFieldLimit: Int { 100 }
  /// Bytes of a target; longer ones are refused.
  package static var maximumTargetLength: Int { 8192 }
}
