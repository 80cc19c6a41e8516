/// The formats that can be imported; docs/importing.md says how each is read.
package enum ImportFormat: String, CaseIterable, Sendable {
  /// One name a line, `*.name` for what is below it.
  case plain
  /// `ADDRESS NAME…` as in /etc/hosts.
  case hosts
  /// A file of Squid's `dstdomain` entries, or the `acl NAME dstdomain …` lines of a squid.conf.
  case squid
  /// `server=`, `local=` and `address=` of a dnsmasq configuration.
  case dnsmasq
  /// A list of v2fly/domain-list-community, with the lists that it includes.
  case v2fly
  /// Host rules of an AdGuard or Adblock filter.
  case adguard
  /// The YAML of Stripe's Smokescreen.
  case smokescreen

  /// Whether a list of this format does not itself say what its names are for, so that
  /// ``ImportDirection`` must be given.
  package var needsDirection: Bool {
    switch self {
    case .plain, .hosts, .squid, .v2fly: true
    case .dnsmasq, .adguard, .smokescreen: false
    }
  }
}

/// What the names of a list are for, where the list does not say.
package enum ImportDirection: String, CaseIterable, Sendable {
  /// They become allow rules. What cannot be said is left out.
  case allow
  /// They become denies that no rule of another list lifts. What cannot be said is denied more
  /// broadly, or refuses the whole import.
  case deny
}

/// A condition on the attributes of v2fly entries: `ads`, or `-cn` for those without.
package struct AttributeFilter: Hashable, Sendable {
  package let attribute: String
  package let isWanted: Bool

  /// From `ads` or `-ads`; `nil` if it is no attribute.
  package init?(_ text: some StringProtocol) {
    isWanted = !text.hasPrefix("-")
    attribute = (isWanted ? String(text) : String(text.dropFirst())).lowercased()
    let isWord = attribute.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "!"):
        true
      default: false
      }
    }
    guard !attribute.isEmpty, attribute.utf8.count <= 64, isWord else { return nil }
  }

  func admits(_ attributes: [String]) -> Bool { attributes.contains(attribute) == isWanted }
}
