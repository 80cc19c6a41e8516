/// Early refusal: what can be seen to be no request before its head is complete.
extension RequestHead {
  /// What rules out that `bytes`, the first of a connection or after a request, begin a request for us;
  /// nil while they may. It looks at the first 256 bytes at most, so it is cheap to ask again after each
  /// read.
  package static func plausibleStart(_ bytes: Span<UInt8>) -> RefusalDetail? {
    guard bytes.count > 0 else { return nil }
    if let fault = foreignStart(bytes) { return fault }
    let end = min(bytes.count, 256)
    var at = 0
    if bytes[0] == Ascii.carriageReturn {
      guard end > 1 else { return nil }
      guard bytes[1] == Ascii.lineFeed else { return .bareCarriageReturn }
      at = 2
      if at < end, bytes[at] == Ascii.carriageReturn { return .emptyLinesBeforeRequest }
    }
    let start = at
    while at < end, bytes[at].isToken { at &+= 1 }
    if at &- start > Method.maximumLength { return .methodTooLong }
    guard at < end else { return nil }
    guard bytes[at] == Ascii.space else {
      if bytes[at] == Ascii.lineFeed { return .bareLineFeed }
      if bytes[at].isBlank { return at == start ? .foldedLine : .requestLineSpacing }
      return at == start ? .notHTTP : .methodCharacter
    }
    if at == start { return .requestLineSpacing }
    if at &- start == 3, isPreface(bytes, at: start) { return .http2Preface }
    return lineFault(bytes.extracting(at &+ 1..<end))
  }

  /// The first bytes of protocols that end up on a proxy's port by mistake.
  private static func foreignStart(_ bytes: Span<UInt8>) -> RefusalDetail? {
    switch bytes[0] {
    // A TLS handshake record; or the two-byte length and message type 1 of an SSLv2 hello.
    case 0x16: .tlsOnPlainPort
    case 0x80...0xff: bytes.count > 2 && bytes[2] == 1 ? .tlsOnPlainPort : .notHTTP
    case 0x04, 0x05: .socksNotSupported
    default: nil
    }
  }

  /// `PRI`, the method of the HTTP/2 connection preface (RFC 9113 §3.4) and of nothing else.
  private static func isPreface(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    bytes[start] == UInt8(ascii: "P") && bytes[start &+ 1] == UInt8(ascii: "R")
      && bytes[start &+ 2] == UInt8(ascii: "I")
  }

  /// What is wrong with the target and version as far as `rest` shows them.
  private static func lineFault(_ rest: Span<UInt8>) -> RefusalDetail? {
    var spaces = 0
    for i in rest.indices {
      let byte = rest[i]
      if byte.isVisible { continue }
      switch byte {
      case Ascii.space:
        spaces += 1
        if i == 0 || spaces > 1 { return .requestLineSpacing }
      case Ascii.tab: return .requestLineSpacing
      case Ascii.lineFeed: return .bareLineFeed
      case Ascii.carriageReturn:
        guard i &+ 1 < rest.count else { return nil }
        guard rest[i &+ 1] == Ascii.lineFeed else { return .bareCarriageReturn }
        return spaces == 0 ? (i == 0 ? .requestLineSpacing : .versionMissing) : nil
      default: return spaces == 0 ? .targetCharacter : .versionMalformed
      }
    }
    return nil
  }
}
