/// The first line of a response: version, three digits, reason (RFC 9112 §4).
struct StatusLine: BitwiseCopyable {
  var version: HTTPVersion
  var status: UInt16
  var reason: ByteRange
  /// After its CR LF.
  var end: Int

  enum Parse: BitwiseCopyable {
    case refused(RefusalDetail)
    case line(StatusLine)
  }

  /// Parses the line at the start of `bytes`, which is a whole head.
  static func parse(_ bytes: Span<UInt8>) -> Parse {
    let (spoken, isWellFormed) = HTTPVersion.parse(bytes, at: 0)
    guard isWellFormed else { return .refused(.statusLineMalformed) }
    guard let version = spoken else { return .refused(.versionNotSupported) }
    // Eight bytes of version, a space, three digits; the head's end lies behind them or the digits fail.
    guard bytes.count >= 16, bytes[8] == Ascii.space, bytes[9].isDigit, bytes[10].isDigit,
      bytes[11].isDigit
    else { return .refused(.statusLineMalformed) }
    let status =
      UInt16(bytes[9] &- Ascii.zero) &* 100 &+ UInt16(bytes[10] &- Ascii.zero) &* 10
      &+ UInt16(bytes[11] &- Ascii.zero)
    guard (100...599).contains(status) else { return .refused(.statusOutOfRange) }
    var at = 12
    if bytes[at] == Ascii.space {
      at = 13
    } else if bytes[at] != Ascii.carriageReturn {
      // Servers that leave out the reason often leave out the space before it; nothing else may follow.
      return .refused(bytes[at] == Ascii.lineFeed ? .bareLineFeed : .statusLineMalformed)
    }
    let start = at
    while bytes[at].isFieldContent { at &+= 1 }
    if let fault = FieldLines.lineFault(bytes, at: at) { return .refused(fault) }
    return .line(
      StatusLine(
        version: version, status: status, reason: ByteRange(start, at), end: at &+ 2))
  }
}
