/// What the header fields of one head say, gathered line by line. The rules that requests and responses
/// share live here: framing, connection options, and what may occur once only.
struct MessageFields: BitwiseCopyable {
  enum Role: BitwiseCopyable { case request, response }

  let role: Role
  /// The request is OPTIONS, whose `Max-Forwards` we count down.
  let isOptions: Bool
  /// Lines so far.
  var count = 0
  var host: ByteRange?
  var contentLength: UInt64?
  var isChunked = false
  /// Fields named by `Connection` that are not hop-by-hop by themselves.
  var namesFields = false
  var saysClose = false
  var saysKeepAlive = false
  var expectsContinue = false
  var hasVia = false
  var proxyAuthorization: ByteRange?
  var hasDate = false
  /// Of OPTIONS: how many more proxies may pass the request on.
  var maxForwards: UInt32?
  /// `TE: trailers` (RFC 9110 §10.1.4), and a `Trailer` field (§6.6.2).
  var acceptsTrailers = false
  var announcesTrailers = false
  var webSocket = WebSocketHandshake()
  /// The lines that stay behind.
  var cuts = FieldCuts()
  var taste = AcceptTaste.unsaid
  private var optionCount = 0

  init(_ role: Role, isOptions: Bool = false) {
    self.role = role
    self.isOptions = isOptions
  }

  /// Names in `Connection` fields, together.
  static var maximumOptions: Int { 16 }

  /// Takes one more line into account, or says why the head is refused for it.
  mutating func take(_ line: FieldLine, in bytes: Span<UInt8>) -> RefusalDetail? {
    count &+= 1
    if !line.known.travels(role) || (isOptions && line.known == .maxForwards) {
      cuts.leaveOut(from: line.name.lower, to: line.end)
    } else if !line.isPlain {
      cuts.giveUp()
    }
    switch line.known {
    case .other:
      return nil
    case .host:
      // A response has no use for it; some servers echo it, and it travels on as any field does.
      guard role == .request else { return nil }
      guard host == nil else { return .hostRepeated }
      host = line.value
      return Self.hostFault(line.value.span(in: bytes))
    case .contentLength:
      // RFC 9112 §6.3 would let equal ones pass. No client of ours repeats them, and who checks for
      // equality can be made to disagree with who takes the first.
      guard contentLength == nil else { return .contentLengthRepeated }
      return takeContentLength(line.value.span(in: bytes))
    case .transferEncoding:
      guard !isChunked else { return .transferEncodingRepeated }
      isChunked = true
      return TransferCoding.fault(line.value, in: bytes)
    case .connection:
      return takeOptions(line.value, in: bytes)
    case .expect:
      guard role == .request else { return nil }
      guard !expectsContinue,
        PackedText.lowercased(bytes, line.value) == .continueExpectation
      else { return .expectationUnknown }
      expectsContinue = true
      return nil
    case .via:
      hasVia = true
      return nil
    case .accept:
      taste.take(line.value, in: bytes)
      return nil
    case .date:
      hasDate = true
      return nil
    case .upgrade:
      webSocket.takeUpgrade(line.value.span(in: bytes))
      return nil
    case .webSocketKey:
      webSocket.takeKey(line.value.span(in: bytes))
      return nil
    case .maxForwards:
      return isOptions ? takeMaxForwards(line.value.span(in: bytes)) : nil
    case .imitation:
      return .fieldNameImitation
    case .proxyAuthorization:
      guard role == .request else { return nil }
      // Two of them may name two clients.
      guard proxyAuthorization == nil else { return .proxyAuthorizationRepeated }
      proxyAuthorization = line.value
      return nil
    case .te:
      takeCodings(line.value, in: bytes)
      return nil
    case .trailer:
      announcesTrailers = true
      return nil
    case .keepAlive, .proxyConnection, .http2Settings,
      .proxyAuthenticate, .proxyAuthenticationInfo, .authorization, .cookie, .setCookie,
      .cacheControl, .contentType, .contentEncoding, .contentRange, .range, .proxyStatus, .ours:
      return nil
    }
  }

  /// `1*DIGIT` up to 2^63-1. A leading zero is refused with all else that two parsers may read
  /// differently (octal); nobody sends one.
  private mutating func takeContentLength(_ value: Span<UInt8>) -> RefusalDetail? {
    guard value.count > 0 else { return .contentLengthMalformed }
    for i in value.indices where !value[i].isDigit { return .contentLengthMalformed }
    if value.count > 1, value[0] == Ascii.zero { return .contentLengthMalformed }
    guard value.count <= 19 else { return .contentLengthTooLarge }
    var number: UInt64 = 0
    for i in value.indices { number = number &* 10 &+ UInt64(value[i] &- Ascii.zero) }
    guard number <= UInt64(Int64.max) else { return .contentLengthTooLarge }
    contentLength = number
    return nil
  }

  /// Of `TE` only `trailers` matters: transfer codings other than chunked are not forwarded.
  private mutating func takeCodings(_ value: ByteRange, in bytes: Span<UInt8>) {
    var elements = ListElements(value)
    while let element = elements.next(in: bytes) {
      if PackedText.lowercased(bytes, element) == .trailers { acceptsTrailers = true }
    }
  }

  /// `1*DIGIT` (RFC 9110 §7.6.2), once. A number too large to count is as good as none.
  private mutating func takeMaxForwards(_ value: Span<UInt8>) -> RefusalDetail? {
    guard maxForwards == nil, value.count > 0 else { return .maxForwardsMalformed }
    var number: UInt32 = 0
    for i in value.indices {
      guard value[i].isDigit else { return .maxForwardsMalformed }
      guard number < 100_000_000 else { continue }
      number = number &* 10 &+ UInt32(value[i] &- Ascii.zero)
    }
    maxForwards = number
    return nil
  }

  private mutating func takeOptions(_ value: ByteRange, in bytes: Span<UInt8>) -> RefusalDetail? {
    // What nearly all of them say, and nothing more.
    if optionCount < Self.maximumOptions {
      let whole = PackedText.lowercased(bytes, value)
      if whole == .keepAlive {
        optionCount &+= 1
        saysKeepAlive = true
        return nil
      }
      if whole == .close {
        optionCount &+= 1
        saysClose = true
        return nil
      }
    }
    var elements = ListElements(value)
    while let element = elements.next(in: bytes) {
      optionCount &+= 1
      guard optionCount <= Self.maximumOptions else { return .tooManyConnectionOptions }
      let option = element.span(in: bytes)
      guard option.count <= FieldLines.maximumNameLength else { return .connectionMalformed }
      for i in option.indices where !option[i].isToken { return .connectionMalformed }
      let packed = PackedText.lowercased(option)
      if packed == .close {
        saysClose = true
        continue
      }
      let name = FieldName(packed)
      if name == .keepAlive {
        saysKeepAlive = true
      } else if name == .upgrade {
        webSocket.isConnectionOption = true
      } else if name.isProtected {
        // Some content delivery networks list Transfer-Encoding in the Connection of their responses:
        // there the name is ignored. A client has no such habit.
        if role == .request { return .connectionNamesProtected }
      } else if !name.isHopByHop {
        namesFields = true
      }
    }
    return nil
  }

  /// A Host value that cannot be `host[:port]` at all; ``Domains`` parses the rest.
  private static func hostFault(_ value: Span<UInt8>) -> RefusalDetail? {
    guard value.count > 0 else { return .hostMalformed }
    return value.endOfAuthority == value.count ? nil : .hostMalformed
  }
}

extension PackedText {
  /// `close`
  @inline(__always) static var close: PackedText {
    PackedText(0x0065_736f_6c63, count: 5)
  }
  /// `trailers`
  @inline(__always) static var trailers: PackedText {
    PackedText(0x7372_656c_6961_7274, count: 8)
  }
  /// `100-continue`
  @inline(__always) static var continueExpectation: PackedText {
    PackedText(0x746e_6f63_2d30_3031, 0x6575_6e69, count: 12)
  }
}
