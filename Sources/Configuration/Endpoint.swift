package import Domains

/// An address and a port as settings name them: `127.0.0.1:3128`, `[::1]:3128`.
package struct Endpoint: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
  package let address: IPAddress
  package let port: Port

  package init(_ address: IPAddress, _ port: Port) {
    self.address = address
    self.port = port
  }

  package var description: String {
    address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  /// What `--listen` takes: always an address and a port. Which address a service listens on decides
  /// who can reach it, so it is never left to a default.
  package static func listener(_ text: SettingText) throws(ConfigurationError) -> Endpoint {
    if text.text.first == ":", text.text.dropFirst().allSatisfy({ $0 != ":" }) {
      throw text.error(
        "no address",
        remedy:
          "write 127.0.0.1\(text.text) for this machine only, or 0.0.0.0\(text.text) for every "
          + "IPv4 interface")
    }
    return try parse(text, defaultPort: nil, example: "127.0.0.1:3128 or [::1]:3128")
  }

  /// What `--dns` takes: an address, and a port other than 53 if need be.
  package static func nameServer(_ text: SettingText) throws(ConfigurationError) -> Endpoint {
    let endpoint = try parse(
      text, defaultPort: .dns, example: "9.9.9.9, 127.0.0.1:5353 or [::1]:5353")
    guard endpoint.address.high != 0 || endpoint.address.low != 0 else {
      throw text.error(
        "the unspecified address is no name server", remedy: "write the server's own address")
    }
    return endpoint
  }

  private static func parse(
    _ text: SettingText, defaultPort: Port?, example: String
  ) throws(ConfigurationError) -> Endpoint {
    let bytes = Array(text.text.utf8)
    let (host, digits) = try split(text, bytes, example: example)
    guard let address = IPAddress(parsing: bytes.span.extracting(host)) else {
      throw text.error(
        "not an IP address", remedy: "write an address, not a name, as in \(example)")
    }
    guard let digits else {
      guard let defaultPort else {
        throw text.error("no port", remedy: "write one, as in \(example)")
      }
      return Endpoint(address, defaultPort)
    }
    guard let port = Port(parsing: bytes.span.extracting(digits)) else {
      throw text.error(
        "not a port", remedy: "write a number from 1 to 65535 without sign or leading zeros")
    }
    return Endpoint(address, port)
  }

  /// Where the address and the port stand in `bytes`, without brackets and colon.
  private static func split(
    _ text: SettingText, _ bytes: [UInt8], example: String
  ) throws(ConfigurationError) -> (host: Range<Int>, port: Range<Int>?) {
    let colon = UInt8(ascii: ":")
    if bytes.first == UInt8(ascii: "[") {
      guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else {
        throw text.error("a bracket that is not closed", remedy: "write it as in \(example)")
      }
      let inside = 1..<end
      guard bytes[inside].contains(colon) else {
        throw text.error("brackets around what is not IPv6", remedy: "write it without brackets")
      }
      if end + 1 == bytes.count { return (inside, nil) }
      guard bytes[end + 1] == colon else {
        throw text.error("something behind the bracket", remedy: "write it as in \(example)")
      }
      return (inside, (end + 2)..<bytes.count)
    }
    let colons = bytes.indices.filter { bytes[$0] == colon }
    guard colons.count <= 1 else {
      throw text.error(
        "an IPv6 address without brackets", remedy: "write [ADDRESS]:PORT, as in [::1]:3128")
    }
    guard let only = colons.first else { return (0..<bytes.count, nil) }
    return (0..<only, (only + 1)..<bytes.count)
  }
}

extension Port {
  /// RFC 1035 §4.2.
  static let dns = Port(53) ?? .https
}
