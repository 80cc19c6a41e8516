/// Where clients connect, as `--listen` and the file name it.
package enum ListenPlace: Hashable, Sendable, CustomStringConvertible {
  /// `127.0.0.1:3128`: a socket that this process opens.
  case address(Endpoint)
  /// `systemd:NAME`: one that the service manager opened; see ``InheritedSockets``.
  case inherited(String)

  package var description: String {
    switch self {
    case .address(let endpoint): endpoint.description
    case .inherited(let name): "systemd:\(name)"
    }
  }

  package static func parse(_ text: SettingText) throws(ConfigurationError) -> ListenPlace {
    guard text.text.hasPrefix("systemd:") else { return .address(try Endpoint.listener(text)) }
    let name = text.text.dropFirst(8)
    // FileDescriptorName= of systemd.socket(5).
    guard (1...255).contains(name.utf8.count),
      name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") })
    else {
      throw text.error(
        "not a name of a socket", remedy: "write systemd: and the FileDescriptorName= of its unit")
    }
    return .inherited(String(name))
  }
}
