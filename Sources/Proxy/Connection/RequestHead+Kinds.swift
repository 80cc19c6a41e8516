internal import Wire

extension RequestHead {
  /// Nothing follows the head.
  var hasNoBody: Bool { framing == .none || framing == .length(0) }

  /// Asks for nothing to be changed, so that it may be sent twice (RFC 9110 §9.2.1).
  var isSafe: Bool {
    switch method {
    case .get, .head, .options: true
    case .connect, .post, .put, .delete, .patch, .other: false
    }
  }
}
