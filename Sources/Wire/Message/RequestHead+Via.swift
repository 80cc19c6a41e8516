/// Loop detection (RFC 9110 §7.6.3).
extension RequestHead {
  /// Whether a `Via` field of this head names `pseudonym`, which must be a token: as a whole word,
  /// wherever in the value it stands and in any case. `bytes` are those that the head was parsed from.
  package func hasVia(_ pseudonym: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
    guard hasVia, pseudonym.count > 0 else { return false }
    var lines = FieldLines(fields)
    while case .line(let line) = lines.next(in: bytes) {
      if line.known == .via, Self.hasWord(pseudonym, in: line.value.span(in: bytes)) { return true }
    }
    return false
  }

  private static func hasWord(_ word: Span<UInt8>, in value: Span<UInt8>) -> Bool {
    var start = 0
    while start < value.count {
      var end = start
      while end < value.count, value[end].isToken { end &+= 1 }
      if end &- start == word.count {
        var same = 0
        while same < word.count, value[start &+ same] | 0x20 == word[same] | 0x20 { same &+= 1 }
        if same == word.count { return true }
      }
      start = end &+ 1
    }
    return false
  }
}
