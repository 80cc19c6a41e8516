/// What became of a response head.
package enum ResponseParse: BitwiseCopyable, Sendable {
  /// The bytes do not end with an empty line: there is no head yet.
  case incomplete
  case refused(RefusalDetail)
  case complete(ResponseHead)
}

/// A response head as parsed from an upstream, which is trusted no more than a client: made by
/// ``parse(_:end:requestMethod:asksWebSocket:fieldLimit:)`` only, and as strict as ``RequestHead``.
package struct ResponseHead: BitwiseCopyable, Sendable {
  /// Bytes of the head with its empty line.
  package internal(set) var length: Int
  /// 100 to 599; 101 only where it was asked for.
  package internal(set) var status: UInt16
  package internal(set) var version: HTTPVersion
  /// The reason phrase; may be empty, may hold bytes from 0x80 on.
  package internal(set) var reason: ByteRange
  package internal(set) var framing: ResponseFraming
  /// `Content-Length` of a response that has no body by its nature (HEAD, 304): it tells the client
  /// what GET would return, and is written again. Nil where ``framing`` says all.
  package internal(set) var declaredLength: UInt64?
  /// Whether the upstream's connection may carry another exchange after this one (RFC 9112 §9.3).
  package internal(set) var isPersistent: Bool
  /// An interim response (1xx, but not 101): the final one is still to come. Never send it to a client of HTTP/1.0.
  package internal(set) var isInterim: Bool
  /// The field lines, without the empty line.
  package internal(set) var fields: ByteRange
  /// `101` to a WebSocket handshake: what follows on both connections is no HTTP.
  package var switchesProtocols: Bool { status == 101 }
  /// There is a `Trailer` field; ``announceTrailers(from:into:)`` says what of it counts.
  package internal(set) var announcesTrailers: Bool
  /// There is a `Date` field.
  var hasDate: Bool
  /// `Connection` names fields that the writer must leave out.
  var namesFields: Bool
  /// The field lines that do not travel on.
  var cuts: FieldCuts

  /// Lines of a head when the caller sets no other limit.
  package static var defaultFieldLimit: Int { 100 }

  /// The framing towards a client of `version`: HTTP/1.0 knows no chunks, so there the decoded body ends
  /// with the connection.
  package func framing(for version: HTTPVersion) -> ResponseFraming {
    framing == .chunked && version == .http10 ? .untilClose : framing
  }
}
