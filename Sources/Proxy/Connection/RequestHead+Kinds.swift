internal import Wire

extension RequestHead {
  /// Nothing follows the head.
  var hasNoBody: Bool { framing == .none || framing == .length(0) }

  /// May be sent twice: what two of them do, one does (RFC 9110 §9.2.2), and no body is gone with the
  /// first. A WebSocket handshake begins something that has to be begun once.
  var isRepeatable: Bool {
    guard hasNoBody, !asksWebSocket else { return false }
    switch method {
    case .get, .head, .options, .put, .delete: return true
    case .connect, .post, .patch, .other: return false
    }
  }
}
