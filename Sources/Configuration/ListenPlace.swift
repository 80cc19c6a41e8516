/// Where clients connect, as `--listen` and the file name it.
package enum ListenPlace: Hashable, Sendable, CustomStringConvertible {
  /// `127.0.0.1:3128`: a socket that this process opens.
  case address(Endpoint)
  /// `systemd:NAME`: one that the service manager opened; see ``InheritedSockets``.
  case inherited(String)
  /// `unix:/PATH`: a Unix socket that this process opens.
  case unix(String)

  package var description: String {
    switch self {
    case .address(let endpoint): endpoint.description
    case .inherited(let name): "systemd:\(name)"
    case .unix(let path): "unix:\(path)"
    }
  }

  package static func parse(_ text: SettingText) throws(ConfigurationError) -> ListenPlace {
    if text.text.hasPrefix("unix:") { return .unix(try unixPath(text)) }
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

  /// What a sockaddr_un holds, beside the mark of its end (unix(7)).
  package static let unixPathMax = 107

  private static func unixPath(_ text: SettingText) throws(ConfigurationError) -> String {
    let path = String(text.text.dropFirst(5))
    guard path.hasPrefix("/"), path.utf8.count > 1 else {
      throw text.error(
        "not a path that starts with a slash", remedy: "write it as unix:/run/sluice/proxy.sock")
    }
    guard path.utf8.count <= unixPathMax else {
      throw text.error(
        "a path of \(path.utf8.count) bytes, and the kernel takes \(unixPathMax)",
        remedy: "use a shorter one")
    }
    guard !path.hasSuffix("/"), !path.unicodeScalars.contains(where: PlainText.isHidden) else {
      throw text.error(
        "not a path of a file", remedy: "write it as unix:/run/sluice/proxy.sock")
    }
    return path
  }
}
