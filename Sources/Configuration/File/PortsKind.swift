import Domains

extension TextKind<PortSet> {
  /// One port, or two with a hyphen between.
  static var portRange: TextKind {
    TextKind(
      .text("a port or `FIRST-LAST`", pattern: "^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard !text.text.contains(","), text.text != "*", let ports = PortSet(text.text) else {
          throw text.error(
            "neither a port nor a range of ports", remedy: "write 1 to 65535, as 443 or 8000-8100")
        }
        return ports
      }, text: \.description)
  }
}

extension ValueKind where Value == [Placed<PortSet>] {
  /// Ports and ranges of them, at least one, none of them twice.
  static var ports: ValueKind {
    let list = ValueKind.list(.portRange, max: PortSet.partLimit)
    return ValueKind(
      shape: list.shape,
      read: { node, name, reader in
        guard let parts = list.read(node, name, &reader) else { return nil }
        if case .sequence(let items) = node.content, items.isEmpty {
          reader.complain(
            node.position, "\(name): no port", remedy: "write at least one, or remove the key")
          return nil
        }
        for (index, part) in parts.enumerated() {
          guard
            let other = parts[..<index].first(where: {
              PortSet("\($0.value),\(part.value)") == nil
            })
          else { continue }
          reader.complain(
            part.position, "\(name): \(part.value) holds what \(other.value) holds too",
            remedy: "write each port once")
        }
        return parts
      },
      written: list.written, isList: false, parse: nil)
  }
}

extension [Placed<PortSet>] {
  /// All of them together; `nil` if there is none, which nothing that was read says.
  var joined: PortSet? { PortSet(map(\.value.description).joined(separator: ",")) }
}
