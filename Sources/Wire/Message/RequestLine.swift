/// The first line of a request: method, target and version with one space between (RFC 9112 §3).
struct RequestLine: BitwiseCopyable {
  var method: Method
  var methodText: ByteRange
  var form: TargetForm
  var authority: ByteRange
  var pathAndQuery: ByteRange
  var version: HTTPVersion
  /// After its CR LF.
  var end: Int

  enum Parse: BitwiseCopyable {
    case refused(RefusalDetail)
    case line(RequestLine)
  }

  /// Parses the line at `start`. `bytes` is a whole head, so a line end comes before the last byte.
  static func parse(_ bytes: Span<UInt8>, from start: Int) -> Parse {
    var at = bytes.endOfToken(from: start)
    guard bytes[at] == Ascii.space else {
      return .refused(bytes[at] == Ascii.tab ? .requestLineSpacing : .methodCharacter)
    }
    guard at > start else { return .refused(.requestLineSpacing) }
    guard at &- start <= Method.maximumLength else { return .refused(.methodTooLong) }
    let methodText = ByteRange(start, at)
    let name = PackedText(methodText.span(in: bytes))
    let targetStart = at &+ 1
    at = targetStart
    at = bytes.endOfVisible(from: at)
    let targetText = ByteRange(targetStart, at)
    if let fault = targetEndFault(bytes, targetText) { return .refused(fault) }

    let (spoken, isWellFormed) = HTTPVersion.parse(bytes, at: at &+ 1)
    guard isWellFormed else {
      return .refused(bytes[at &+ 1].isBlank ? .requestLineSpacing : .versionMalformed)
    }
    at &+= 9
    guard bytes[at] == Ascii.carriageReturn, bytes[at &+ 1] == Ascii.lineFeed else {
      return .refused(versionEndFault(bytes, at: at))
    }
    guard let version = spoken else { return .refused(.versionNotSupported) }
    guard name != .trace else { return .refused(.traceRefused) }
    let method = Method(name)
    let target: RequestTarget
    switch RequestTarget.parse(targetText, of: method, in: bytes) {
    case .refused(let fault): return .refused(fault)
    case .target(let parsed): target = parsed
    }
    return .line(
      RequestLine(
        method: method, methodText: methodText, form: target.form, authority: target.authority,
        pathAndQuery: target.pathAndQuery, version: version, end: at &+ 2))
  }

  /// Nil when the target has a length that we take and one space follows it.
  private static func targetEndFault(_ bytes: Span<UInt8>, _ target: ByteRange) -> RefusalDetail? {
    let at = target.upper
    switch bytes[at] {
    case Ascii.space:
      if target.isEmpty { return .requestLineSpacing }
    case Ascii.tab:
      return .requestLineSpacing
    case Ascii.carriageReturn:
      // `GET /` with its line end is all of HTTP/0.9.
      guard bytes[at &+ 1] == Ascii.lineFeed else { return .bareCarriageReturn }
      return target.isEmpty ? .requestLineSpacing : .versionMissing
    case Ascii.lineFeed:
      return .bareLineFeed
    default:
      return .targetCharacter
    }
    return target.count <= RequestHead.maximumTargetLength ? nil : .targetTooLong
  }

  private static func versionEndFault(_ bytes: Span<UInt8>, at: Int) -> RefusalDetail {
    switch bytes[at] {
    case Ascii.carriageReturn: .bareCarriageReturn
    case Ascii.lineFeed: .bareLineFeed
    case Ascii.space, Ascii.tab: .requestLineSpacing
    default: .versionMalformed
    }
  }
}
