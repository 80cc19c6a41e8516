package import Domains

/// The proxy by which the requests of an environment leave, and what goes past it. Every request is
/// decided before; the name of an allowed host is then resolved by that proxy and not here.
package struct UpstreamProxy: Sendable, Hashable {
  /// Where it is reached: plain HTTP/1.1.
  package let authority: Authority
  /// What it is shown; `nil`: nothing.
  package let credentials: ProxyCredentials?
  /// Rules of one list; a name that one of them is about is reached without the proxy. `nil`: no name.
  package let directNames: Matcher?
  /// As ``directNames`` was made from.
  package let directPatterns: [String]
  /// Addresses that are written as such in a request and are reached without the proxy.
  package let directRanges: [AddressRange]

  /// `directNames` is compiled from `directPatterns`.
  package init(
    _ authority: Authority, credentials: ProxyCredentials? = nil, directNames: Matcher? = nil,
    directPatterns: [String] = [], directRanges: [AddressRange] = []
  ) {
    self.authority = authority
    self.credentials = credentials
    self.directNames = directNames
    self.directPatterns = directPatterns
    self.directRanges = directRanges
  }

  package static func == (left: UpstreamProxy, right: UpstreamProxy) -> Bool {
    left.key == right.key && left.directPatterns == right.directPatterns
      && left.directRanges == right.directRanges
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(directPatterns)
    hasher.combine(directRanges)
  }

  /// Where requests go and as whom: what makes two ways the same for a request that takes either.
  struct Key: Hashable {
    let authority: Authority
    let credentials: ProxyCredentials?
  }

  var key: Key { Key(authority: authority, credentials: credentials) }
}

/// What an upstream proxy is shown: the whole value of `Proxy-Authorization` (RFC 7617). It never shows
/// itself in a text.
package struct ProxyCredentials: Sendable, Hashable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  let field: [UInt8]

  /// The longest `user:password`.
  package static let lengthMax = 1024

  /// Takes `user:password`: a user without a colon, no control characters, 2 to ``lengthMax`` bytes.
  package init?(_ text: [UInt8]) {
    guard text.count >= 2, text.count <= Self.lengthMax,
      let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 0,
      text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { return nil }
    field = Array("Basic ".utf8) + Self.base64(text)
  }

  package var description: String { "(credentials)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  /// RFC 4648 §4.
  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = group.reduce(0) { $0 << 8 | UInt32($1) }
      word <<= UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        let digit = Int(word >> UInt32(18 - 6 * place) & 63)
        text.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
      }
    }
    return text
  }
}

/// A name server of an environment.
package struct NameServerAddress: Sendable, Hashable {
  package let address: IPAddress
  package let port: Port

  package init(_ address: IPAddress, _ port: Port) {
    self.address = address
    self.port = port
  }
}
