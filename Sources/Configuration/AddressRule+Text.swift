import Domains
package import Policy

extension AddressRule {
  /// What `--allow-address` takes: a range, and ports behind a colon.
  ///
  ///     10.1.0.0/16            10.1.2.3              10.1.0.0/16:8080,9000-9003
  ///     fd00:1::/32            ::1                   [fd00:1::/32]:8080          [::1]:*
  ///
  /// An IPv6 range with ports stands in brackets, prefix length included, so that the colon before
  /// the ports is the only one outside them.
  package static func parse(_ text: SettingText) throws(ConfigurationError) -> AddressRule {
    let example = "10.1.0.0/16, 10.1.0.0/16:8080 or [fd00:1::/32]:8080"
    var range = Substring(text.text)
    var ports: Substring?
    if text.text.first == "[" {
      guard let end = text.text.firstIndex(of: "]") else {
        throw text.error("a bracket that is not closed", remedy: "write it as in \(example)")
      }
      range = text.text[text.text.index(after: text.text.startIndex)..<end]
      let rest = text.text[text.text.index(after: end)...]
      if rest.first == "/" {
        let length = rest.prefix { $0 != ":" }
        throw text.error(
          "the prefix length stands behind the bracket",
          remedy: "write it inside: [\(range)\(length)]\(rest.dropFirst(length.count))")
      }
      guard rest.isEmpty || rest.first == ":" else {
        throw text.error("something behind the bracket", remedy: "write it as in \(example)")
      }
      guard range.contains(":") else {
        throw text.error("brackets around what is not IPv6", remedy: "write it without brackets")
      }
      ports = rest.isEmpty ? nil : rest.dropFirst()
    } else if text.text.count(where: { $0 == ":" }) == 1, let colon = text.text.firstIndex(of: ":")
    {
      range = text.text[..<colon]
      ports = text.text[text.text.index(after: colon)...]
    }
    guard let parsed = AddressRange(String(range)) else {
      throw text.error(
        "not a range of addresses",
        remedy:
          "write an address, or a network with a prefix length and no bits behind the prefix, "
          + "as in \(example)")
    }
    guard let ports else { return AddressRule(range: parsed) }
    guard let set = PortSet(String(ports)) else {
      throw text.error(
        "not a set of ports", remedy: "write :443, :443,8443, :9000-9003 or :* behind the range")
    }
    return AddressRule(range: parsed, ports: set)
  }
}

extension AddressRule {
  /// What ``parse(_:)`` reads.
  package var text: String {
    guard let ports else { return range.description }
    return range.base.family == .v6 ? "[\(range)]:\(ports)" : "\(range):\(ports)"
  }
}
