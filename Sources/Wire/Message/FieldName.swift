/// The field names that mean something to this target, recognised without regard to case.
enum FieldName: UInt8, CaseIterable, BitwiseCopyable {
  // What decides framing and routing.
  case host, connection, contentLength, transferEncoding, expect
  // Hop-by-hop beside `Connection` (RFC 9110 §7.6.1 and the habits of old clients).
  case keepAlive, proxyConnection, te, trailer, upgrade, http2Settings
  case proxyAuthorization, proxyAuthenticate, proxyAuthenticationInfo
  // What every recipient must see.
  case authorization, cookie, setCookie, cacheControl, date, via, maxForwards
  case contentType, contentEncoding, contentRange, range, webSocketKey
  // What we read for ourselves, or write ourselves.
  case accept, proxyStatus
  /// Begins with `x-sluice-`: ours to write, nobody else's.
  case ours
  /// `transfer_encoding`, `content_length`, `proxy_connection`…: a server that maps `_` to `-`, as CGI
  /// does, would take it for a name that decides framing, routing or credentials.
  case imitation
  /// Everything else.
  case other

  /// The meaning of `name`, a token in lower case; `hasUnderscore`: it holds one, folded.
  @inline(__always) init(_ name: PackedText, hasUnderscore: Bool) {
    self = Self.known(name)
    guard self == .other else { return }
    if hasUnderscore && Self.known(name.dashed).isImitable {
      self = .imitation
    } else if name.beginsLike(.ourPrefix) {
      self = .ours
    }
  }

  /// The meaning of `name`, a token in lower case.
  init(_ name: PackedText) { self.init(name, hasUnderscore: name.hasUnderscore) }

  private static func known(_ name: PackedText) -> FieldName {
    switch name.count {
    case 2:
      if name == .te { return .te }
    case 3:
      if name == .via { return .via }
    case 4:
      if name == .host { return .host }
      if name == .date { return .date }
    case 5:
      if name == .range { return .range }
    case 6:
      if name == .expect { return .expect }
      if name == .accept { return .accept }
      if name == .cookie { return .cookie }
    case 7:
      if name == .trailer { return .trailer }
      if name == .upgrade { return .upgrade }
    case 10:
      if name == .connection { return .connection }
      if name == .keepAlive { return .keepAlive }
      if name == .setCookie { return .setCookie }
    case 12:
      if name == .contentType { return .contentType }
      if name == .maxForwards { return .maxForwards }
      if name == .proxyStatus { return .proxyStatus }
    case 13:
      if name == .authorization { return .authorization }
      if name == .cacheControl { return .cacheControl }
      if name == .contentRange { return .contentRange }
    case 14:
      if name == .http2Settings { return .http2Settings }
      if name == .contentLength { return .contentLength }
    case 16:
      if name == .proxyConnection { return .proxyConnection }
      if name == .contentEncoding { return .contentEncoding }
    case 17:
      if name == .transferEncoding { return .transferEncoding }
      if name == .webSocketKey { return .webSocketKey }
    case 18:
      if name == .proxyAuthenticate { return .proxyAuthenticate }
    case 19:
      if name == .proxyAuthorization { return .proxyAuthorization }
    case 25:
      if name == .proxyAuthenticationInfo { return .proxyAuthenticationInfo }
    default: break
    }
    return .other
  }

  /// Whether the field belongs to one connection and never travels on.
  var isHopByHop: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade,
      .http2Settings, .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo:
      true
    case .host, .contentLength, .expect, .authorization, .cookie, .setCookie, .cacheControl, .date,
      .via, .maxForwards, .contentType, .contentEncoding, .contentRange, .range, .webSocketKey,
      .accept, .proxyStatus, .ours, .imitation, .other:
      false
    }
  }

  /// Whether `Connection` may not name it. RFC 9110 §7.6.1 forbids to list a field that is meant for
  /// every recipient; who does so wants us to drop what frames, authorises or describes the message,
  /// so that the next server reads it otherwise than we did.
  var isProtected: Bool {
    switch self {
    case .host, .contentLength, .transferEncoding, .expect, .authorization, .cookie, .setCookie,
      .cacheControl, .date, .via, .maxForwards, .contentType, .contentEncoding, .contentRange,
      .range, .webSocketKey:
      true
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .http2Settings,
      .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo, .accept, .proxyStatus,
      .ours,
      .imitation, .other:
      false
    }
  }

  /// Whether a line of that name goes on to the next hop as it is. What does not is hop-by-hop, or is
  /// written anew from what was understood.
  func travels(_ role: MessageFields.Role) -> Bool {
    switch self {
    case .other, .accept, .authorization, .cookie, .setCookie, .cacheControl, .date, .via,
      .maxForwards, .contentType, .contentEncoding, .contentRange, .range, .webSocketKey:
      true
    // A response may echo its host; the Host of a request comes from its target.
    case .host: role == .response
    // RFC 9209 §2 lets each proxy append to Proxy-Status, but a client must be able to tell our word
    // from an upstream's: what comes from beyond is dropped, like anything named X-Sluice-.
    case .proxyStatus, .ours: false
    // Expectation and lengths are written anew.
    case .expect, .contentLength, .transferEncoding: false
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .http2Settings,
      .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo, .imitation:
      false
    }
  }

  /// Whether a spelling with `_` is refused.
  private var isImitable: Bool {
    switch self {
    case .host, .contentLength, .transferEncoding, .connection, .proxyConnection,
      .proxyAuthorization, .http2Settings:
      true
    default: false
    }
  }
}
