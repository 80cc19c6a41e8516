/// Who asks something of the administration, once that is known.
package enum AdminIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The user at the other end of the Unix socket.
  case user(UInt32)
  /// The name of a token.
  case token(String)
  /// Nobody in particular: only what is open may be had.
  case anyone

  /// As records name them: `uid:0`, `token:ops`.
  package var description: String {
    switch self {
    case .user(let user): "uid:\(user)"
    case .token(let name): "token:\(name)"
    case .anyone: "anyone"
    }
  }
}
