import Domains

extension Allowlist {
  /// Whether two lists say the same, whatever their spelling and comments: header, sections and rules
  /// with their conditions and metadata. In any order: inside each section the same rules.
  func hasSameMeaning(as other: Allowlist, inAnyOrder: Bool) -> Bool {
    guard name == other.name, version == other.version, description == other.description,
      rules.count == other.rules.count, sections.count == other.sections.count,
      zip(sections, other.sections).allSatisfy({
        $0.name == $1.name && Self.isSame($0.metadata, $1.metadata)
      })
    else { return false }
    if inAnyOrder { return rulesDigest == other.rulesDigest }
    return zip(rules, other.rules).allSatisfy { $0.hasSameMeaning(as: $1) }
  }

  /// A sum over the rules, which has no order. The hash is seeded anew in each process, so that no
  /// list can be written to deceive it.
  private var rulesDigest: UInt64 {
    rules.reduce(into: 0) { sum, rule in
      var hasher = Hasher()
      rule.hashMeaning(into: &hasher)
      sum &+= UInt64(bitPattern: Int64(hasher.finalize()))
    }
  }

  static func isSame(
    _ left: [(key: String, value: String)], _ right: [(key: String, value: String)]
  ) -> Bool {
    left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
  }
}

extension Rule {
  /// Whether the two say the same in the same section.
  func hasSameMeaning(as other: Rule) -> Bool {
    pattern == other.pattern && verdict == other.verdict && ports == other.ports
      && until == other.until && allowsAnyProtocol == other.allowsAnyProtocol
      && section == other.section
      && Allowlist.isSame(metadata, other.metadata)
  }

  fileprivate func hashMeaning(into hasher: inout Hasher) {
    hasher.combine(pattern)
    hasher.combine(verdict)
    hasher.combine(ports)
    hasher.combine(until)
    hasher.combine(allowsAnyProtocol)
    hasher.combine(section)
    for (key, value) in metadata {
      hasher.combine(key)
      hasher.combine(value)
    }
  }
}
