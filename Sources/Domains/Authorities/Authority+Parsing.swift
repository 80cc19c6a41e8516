/// An authority as the hot path holds it; the host itself is in the ``HostKey`` that was given to
/// ``Authority/parse(_:defaultPort:into:)``.
public struct ParsedAuthority: BitwiseCopyable, Sendable {
  /// The address, if the host is one; the key then holds its canonical text without brackets.
  /// `nil`: the host is a name, and the key holds it.
  public var address: IPAddress?
  /// The port that was written, or the default.
  public var port: Port
  /// Whether the port was written.
  public var hasExplicitPort: Bool
}

/// What became of the bytes of an authority.
public enum AuthorityResult: BitwiseCopyable, Sendable {
  case valid(ParsedAuthority)
  /// The key is empty.
  case invalid(AuthorityError)
}

/// The authority of a CONNECT target, a `Host` field, an absolute URI (RFC 9110 §7.2, RFC 3986 §3.2),
/// taken strictly: what two programs could read as two different hosts is refused.
extension Authority {
  /// The longest authority: a name with its trailing dot, a colon and five digits.
  public static let textLimit = NameNormaliser.nameLimit + 1 + 6

  /// Parses `host`, `host:port`, `[v6]` or `[v6]:port`. A `defaultPort` of `nil` makes the port
  /// required (CONNECT); a colon with nothing behind it is refused always. Allocates nothing.
  public static func parse(
    _ bytes: Span<UInt8>, defaultPort: Port?, into key: inout HostKey
  ) -> AuthorityResult {
    key.clear()
    if bytes.count == 0 { return .invalid(.emptyHost) }
    if bytes.count > textLimit { return .invalid(.hostTooLong) }

    // Where the host ends is decided by bytes that no host holds, before anything else is looked at.
    var colon = bytes.count
    var colons = 0
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "@") { return .invalid(.userinfo) }
      if bytes[index] == UInt8(ascii: ":") {
        if colons == 0 { colon = index }
        colons += 1
      }
    }
    if bytes[0] == UInt8(ascii: "[") {
      return parseBracketed(bytes, defaultPort: defaultPort, into: &key)
    }
    if colons > 1, IPAddress(parsing: bytes) != nil { return .invalid(.badAddress) }

    let host = bytes.extracting(0..<colon)
    var address: IPAddress?
    if let error = key.load(host) {
      guard error == .endsInNumber, let quad = IPAddress(parsing: host) else {
        return .invalid(AuthorityError(error))
      }
      address = quad
    }
    let port = parsePort(bytes, at: colon, defaultPort: defaultPort)
    return finish(address, port, isExplicit: colon < bytes.count, &key)
  }

  /// `[v6]` or `[v6]:port`.
  private static func parseBracketed(
    _ bytes: Span<UInt8>, defaultPort: Port?, into key: inout HostKey
  ) -> AuthorityResult {
    var end = 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "]") { end += 1 }
    guard end < bytes.count, let address = IPAddress(parsing: bytes.extracting(1..<end)),
      address.family == .v6
    else { return .invalid(.badAddress) }
    end += 1
    if end < bytes.count, bytes[end] != UInt8(ascii: ":") { return .invalid(.badAddress) }
    let port = parsePort(bytes, at: end, defaultPort: defaultPort)
    return finish(address, port, isExplicit: end < bytes.count, &key)
  }

  private enum PortResult: BitwiseCopyable {
    case valid(Port)
    case invalid(AuthorityError)
  }

  /// The port behind the colon at `colon`, or the default if the text ends there.
  private static func parsePort(
    _ bytes: Span<UInt8>, at colon: Int, defaultPort: Port?
  ) -> PortResult {
    if colon == bytes.count {
      guard let defaultPort else { return .invalid(.missingPort) }
      return .valid(defaultPort)
    }
    guard let port = Port(parsing: bytes.extracting((colon + 1)..<bytes.count)) else {
      return .invalid(.badPort)
    }
    return .valid(port)
  }

  private static func finish(
    _ address: IPAddress?, _ port: PortResult, isExplicit: Bool, _ key: inout HostKey
  ) -> AuthorityResult {
    switch port {
    case .invalid(let error):
      key.clear()
      return .invalid(error)
    case .valid(let port):
      if let address { key.load(address) }
      return .valid(ParsedAuthority(address: address, port: port, hasExplicitPort: isExplicit))
    }
  }
}
