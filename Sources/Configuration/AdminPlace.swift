package import Policy

/// Where the administration is reached.
package enum AdminPlace: Hashable, Sendable, CustomStringConvertible {
  /// A Unix socket at this path, which only its owner and root can open.
  case unix(String)
  /// An address and a port. All but what is open there needs a token.
  case address(Endpoint)
  /// Nowhere; stands alone.
  case nowhere

  package var description: String {
    switch self {
    case .unix(let path): path
    case .address(let endpoint): endpoint.description
    case .nowhere: "none"
    }
  }

  /// `none`, `ADDRESS:PORT`, or a path with or without `unix:` before it.
  package static func parse(_ text: SettingText) throws(ConfigurationError) -> AdminPlace {
    let bytes = text.text.utf8
    if text.text == "none" { return .nowhere }
    if text.text.hasPrefix("unix:") {
      return .unix(try path(String(text.text.dropFirst(5)), text))
    }
    let isAddress =
      bytes.first == UInt8(ascii: "[") || bytes.first == UInt8(ascii: ":")
      || (!bytes.contains(UInt8(ascii: "/")) && bytes.contains(UInt8(ascii: ":")))
    return isAddress ? .address(try Endpoint.listener(text)) : .unix(try path(text.text, text))
  }

  private static func path(
    _ path: String, _ text: SettingText
  ) throws(ConfigurationError) -> String {
    guard !path.isEmpty, path.utf8.count <= 4096,
      !path.unicodeScalars.contains(where: PlainText.isHidden)
    else {
      throw text.error(
        "not a path", remedy: "write the path of a Unix socket, 127.0.0.1:9090, or none")
    }
    return path
  }
}

/// A token that opens the administration on its TCP listeners, by the name that records give it.
package struct AdminToken: Hashable, Sendable {
  /// Written as names of environments are.
  package let name: String
  package let credential: Credential

  package init(name: String, credential: Credential) {
    self.name = name
    self.credential = credential
  }
}

extension Settings {
  /// The most ``admin``, and of them those with an address.
  package static let adminPlacesMax = 5
  package static let adminAddressesMax = 4
  package static let adminTokensMax = 64
  package static let adminNamesMax = 16

  /// The administration's listeners that have an address.
  package var adminEndpoints: [Endpoint] {
    admin.compactMap { if case .address(let endpoint) = $0 { endpoint } else { nil } }
  }

  /// What no place of the administration can say alone.
  func validateAdmin() throws(ConfigurationError) {
    func problem(_ text: String, _ remedy: String) -> ConfigurationError {
      ConfigurationError("--admin", text, remedy: remedy)
    }
    if admin.contains(.nowhere), admin.count > 1 {
      throw problem("none beside other places", "write none alone, or the places")
    }
    let paths = admin.filter { if case .unix = $0 { true } else { false } }
    if paths.count > 1 { throw problem("more than one Unix socket", "name one") }
    let endpoints = adminEndpoints
    guard endpoints.count <= Self.adminAddressesMax else {
      throw problem("\(endpoints.count) addresses", "name at most \(Self.adminAddressesMax)")
    }
    for (index, endpoint) in endpoints.enumerated() {
      if endpoints[..<index].contains(endpoint) {
        throw problem("\(endpoint) twice", "write each place once")
      }
      if listen.contains(endpoint) {
        throw problem("\(endpoint) is a listener of the proxy", "give each an address of its own")
      }
    }
    guard adminTokens.count <= Self.adminTokensMax else {
      throw ConfigurationError(
        "admin_tokens", "more than \(Self.adminTokensMax)", remedy: "remove those not in use")
    }
    for (index, token) in adminTokens.enumerated() {
      let others = adminTokens[..<index]
      if others.contains(where: { $0.name == token.name }) {
        throw ConfigurationError(
          "admin_tokens", "two of the name '\(token.name)'", remedy: "give each its own name")
      }
      if others.contains(where: { $0.credential.id == token.credential.id }) {
        throw ConfigurationError(
          "admin_tokens", "'\(token.name)' is the token of another name too",
          remedy: "make one for each with `sluice token new --admin NAME`")
      }
    }
  }
}
