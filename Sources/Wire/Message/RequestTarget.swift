/// The target of a request, in the two forms that a forward proxy serves (RFC 9112 §3.2.2, §3.2.3).
struct RequestTarget: BitwiseCopyable {
  var form: TargetForm
  var authority: ByteRange
  var pathAndQuery: ByteRange

  enum Parse: BitwiseCopyable {
    case refused(RefusalDetail)
    case target(RequestTarget)
  }

  /// Parses `text`, which is visible ASCII and not empty.
  static func parse(_ text: ByteRange, of method: Method, in bytes: Span<UInt8>) -> Parse {
    let target = text.span(in: bytes)
    // A backslash is a slash to some and part of the host to others; a fragment never goes on the
    // wire, and what stands behind it has passed for the host before.
    let fault = target.firstIndex(of: Ascii.backslash, or: Ascii.hash)
    if fault < target.count {
      return .refused(target[fault] == Ascii.hash ? .targetFragment : .targetBackslash)
    }
    return method == .connect ? parseAuthority(text, in: bytes) : parseAbsolute(text, in: bytes)
  }

  private static func parseAuthority(_ text: ByteRange, in bytes: Span<UInt8>) -> Parse {
    let target = text.span(in: bytes)
    if target.firstIndex(of: Ascii.slash, or: Ascii.question) < target.count {
      return .refused(.connectTargetNotAuthority)
    }
    if let fault = authorityFault(target) { return .refused(fault) }
    return .target(RequestTarget(form: .authority, authority: text, pathAndQuery: .empty))
  }

  private static func parseAbsolute(_ text: ByteRange, in bytes: Span<UInt8>) -> Parse {
    if bytes[text.lower] == Ascii.slash { return .refused(.originForm) }
    if text.count == 1, bytes[text.lower] == UInt8(ascii: "*") { return .refused(.asteriskForm) }
    // Nearly always `http://`, seen by one word; anything else is looked at byte by byte.
    if text.count > 8, bytes.word(at: text.lower) & 0x00ff_ffff_ffff_ffff == PackedText.httpScheme {
      return parseHierarchy(text, from: text.lower &+ 7, in: bytes)
    }
    var scheme = PackedText()
    var at = text.lower
    while at < text.upper, isScheme(bytes[at]) {
      scheme.append(bytes[at] | 0x20)
      at &+= 1
    }
    guard at &+ 2 < text.upper, bytes[at] == Ascii.colon, bytes[at &+ 1] == Ascii.slash,
      bytes[at &+ 2] == Ascii.slash, bytes[text.lower].isLetter
    else {
      return .refused(
        namesPort(text.span(in: bytes)) ? .authorityFormWithoutConnect : .schemeMalformed)
    }
    if scheme == .https { return .refused(.schemeHTTPS) }
    guard scheme == .http else { return .refused(.schemeUnknown) }
    return parseHierarchy(text, from: at &+ 3, in: bytes)
  }

  /// Authority, path and query, from `start` on.
  private static func parseHierarchy(
    _ text: ByteRange, from start: Int, in bytes: Span<UInt8>
  ) -> Parse {
    let rest = bytes.extracting(start..<text.upper)
    let at = start &+ rest.firstIndex(of: Ascii.slash, or: Ascii.question)
    let authority = ByteRange(start, at)
    if let fault = authorityFault(authority.span(in: bytes)) { return .refused(fault) }
    let path = ByteRange(at, text.upper)
    if let fault = pathFault(path.span(in: bytes)) { return .refused(fault) }
    return .target(RequestTarget(form: .absolute, authority: authority, pathAndQuery: path))
  }

  private static func authorityFault(_ authority: Span<UInt8>) -> RefusalDetail? {
    guard authority.count > 0 else { return .authorityEmpty }
    let end = authority.endOfAuthority
    guard end < authority.count else { return nil }
    return authority[end] == Ascii.at ? .authorityUserinfo : .authorityCharacter
  }

  /// Escapes in the path must be `%` and two hexadecimal digits, and not NUL, which ends the path for
  /// some servers. The query is opaque: clients put bare `%` and binary data there.
  private static func pathFault(_ rest: Span<UInt8>) -> RefusalDetail? {
    var at = rest.firstIndex(of: Ascii.percent, or: Ascii.question)
    while at < rest.count, rest[at] != Ascii.question {
      if rest[at] == Ascii.percent {
        guard at &+ 2 < rest.count, let high = rest[at &+ 1].hexValue,
          let low = rest[at &+ 2].hexValue
        else { return .targetEscape }
        if high == 0, low == 0 { return .targetEscapedNull }
        at &+= 2
      }
      at &+= 1
    }
    return nil
  }

  /// `scheme` of RFC 3986 §3.1, but for its first character.
  private static func isScheme(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == UInt8(ascii: "+") || byte == Ascii.dash
      || byte == Ascii.dot
  }

  /// Whether it reads like `host:port`: it ends in a colon and digits.
  private static func namesPort(_ target: Span<UInt8>) -> Bool {
    var at = target.count
    while at > 0, target[at &- 1].isDigit { at &-= 1 }
    return at > 1 && at < target.count && target[at &- 1] == Ascii.colon
  }
}

extension PackedText {
  /// `http`
  @inline(__always) static var http: PackedText {
    PackedText(0x7074_7468, count: 4)
  }
  /// `http://`, in the lowest seven places of a word.
  @inline(__always) static var httpScheme: UInt64 { 0x002f_2f3a_7074_7468 }
  /// `https`
  @inline(__always) static var https: PackedText {
    PackedText(0x0073_7074_7468, count: 5)
  }
}
