internal import Policy
internal import Reactor
internal import Wire

/// Checks what `Proxy-Authorization` presents. The text of a token is in memory of its own for as long
/// as the check takes, and nowhere else: no record, answer or message ever holds it.
struct CredentialCheck: ~Copyable {
  private let text = ByteBuffer(count: 4096)
  private let digest = TokenDigest()

  /// The place of the token that a field's value presents, as the snapshot counts them; -1: it is none
  /// that is stored. It takes the same time wherever a wrong secret differs from the right one; whether
  /// a token of that name exists is no secret.
  borrowing func check(_ value: Span<UInt8>, against snapshot: PolicyInForce) -> Int {
    var output = text.mutableSpan(0, ProxyAuthorization.maximumLength)
    let count = ProxyAuthorization.credential(of: value, into: &output)
    var result = -1
    if let count {
      let token = text.span(0, count)
      let place = TokenText.id(of: token).map { snapshot.token(named: $0) } ?? -1
      if place >= 0 {
        let stored = snapshot.token(at: place).credential
        let made = digest.digest(of: token, saltHigh: stored.saltHigh, saltLow: stored.saltLow)
        if made.isSame(as: stored.digest) { result = place }
      }
    }
    wipe(value.count)
    return result
  }

  private borrowing func wipe(_ count: Int) {
    var index = 0
    while index < min(count, text.count) {
      text[index] = 0
      index += 1
    }
  }

  /// A mark by which the same value is known again on one connection, without keeping it: a keyed hash
  /// (SipHash) of the value. Never 0.
  static func mark(of value: Span<UInt8>) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(value.count)
    var word: UInt64 = 0
    for index in value.indices {
      word = word << 8 | UInt64(value[index])
      if index % 8 == 7 { hasher.combine(word) }
    }
    hasher.combine(word)
    return UInt64(bitPattern: Int64(hasher.finalize())) | 1
  }
}
