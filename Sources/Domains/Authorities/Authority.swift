/// Who is asked for: a host and a port, in canonical form. If you hold one, it is valid.
public struct Authority: Hashable, Sendable, CustomStringConvertible {
  public let host: Host
  public let port: Port

  public init(host: Host, port: Port) {
    self.host = host
    self.port = port
  }

  /// Takes `host:port`, `address:port` or `[v6]:port`; without a port, `defaultPort` stands in, and if
  /// that is `nil` the port is required.
  public init(_ text: String, defaultPort: Port? = nil) throws(AuthorityError) {
    var key = HostKey()
    switch Self.parse(Array(text.utf8).span, defaultPort: defaultPort, into: &key) {
    case .invalid(let error):
      throw error
    case .valid(let parsed):
      port = parsed.port
      if let address = parsed.address {
        host = .address(address)
        return
      }
      do throws(HostnameError) {
        host = .name(try Hostname(bytes: key.bytes))
      } catch {
        throw AuthorityError(error)
      }
    }
  }

  /// `host:port`, with IPv6 in brackets (RFC 3986 §3.2.2).
  public var description: String {
    if case .address(let address) = host, address.family == .v6 { return "[\(address)]:\(port)" }
    return "\(host):\(port)"
  }
}
