package import Domains

/// A decision in words: one ASCII line each, for reason phrases, JSON answers and `sluice check`.
package struct Explanation: Hashable, Sendable {
  /// What was decided and why: `evil.example is not on allowlist default@2026.11.22-1`.
  package let summary: String
  /// What the reader can do; empty when the request is allowed.
  package let next: String

  init(_ summary: String, next: String) {
    self.summary = summary
    self.next = next
  }
}

extension PolicySnapshot {
  /// Explains a decision about a name. `host` is its canonical text.
  package func explain(
    _ decision: Decision, host: String, port: Port, environment: Int
  ) -> Explanation {
    let place = place(of: decision, environment)
    let summary =
      switch decision.wouldDeny ?? decision.reason {
      case .allowlisted: "\(host):\(port) is allowed by \(place)"
      case .publicHost: "\(host):\(port) is a public host"
      case .notAllowlisted, .notEssential: host + unlisted(environment)
      case .deniedByRule: "\(host) is denied by \(place)"
      case .deniedAlways: "\(host) is denied always by \(place)"
      case .portNotAllowed where decision.rule == .none:
        "port \(port) of \(host) is not allowed without a rule"
      case .portNotAllowed: "port \(port) of \(host) is not among the ports of \(place)"
      case .ruleExpired: "\(place) for \(host) has expired"
      case .specialUseName: "\(host) is not a name of the public DNS"
      default: "\(host): \(decision.reason.title)"
      }
    return Explanation(summary, next: next(decision, host: host, port: port, environment))
  }

  /// Explains a decision about a target that is written as an address.
  package func explain(
    _ decision: Decision, address: IPAddress, port: Port, environment: Int
  ) -> Explanation {
    let summary =
      switch decision.wouldDeny ?? decision.reason {
      case .addressAllowed: "\(target(address, port)) is in an address range that is opened"
      case .publicHost: "\(target(address, port)) is a public address"
      case .addressLiteralDenied:
        "\(address) is an address, and access level \(access(of: environment).rawValue) takes names"
      case .addressForbidden: forbidden(address, port)
      case .portNotAllowed: "port \(port) of \(address) is not allowed"
      default: "\(address): \(decision.reason.title)"
      }
    return Explanation(
      summary, next: next(decision, host: address.description, port: port, environment))
  }

  /// Explains why no address of an allowed name was dialled, with one of those the guard refused.
  package func explainResolved(host: String, to address: IPAddress, port: Port) -> Explanation {
    Explanation(
      "\(host) resolves to an address that may not be dialled: \(forbidden(address, port))",
      next: text(ReasonCode.addressForbidden.nextStep))
  }

  private func forbidden(_ address: IPAddress, _ port: Port) -> String {
    if isOwn(address, port: port) { return "\(target(address, port)) is this proxy itself" }
    guard let category = AddressGuard.forbiddenCategory(address) else {
      return "\(address) may not be dialled"
    }
    return "\(address) is \(category.title)"
  }

  private func target(_ address: IPAddress, _ port: Port) -> String {
    address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  /// ` is not on allowlist default@2026.11.22-1`.
  func unlisted(_ environment: Int) -> String { Self.unlisted(environments[environment]) }

  static func unlisted(_ environment: Environment) -> String {
    if environment.access == .none { return " is not on the essential list" }
    let labels = environment.listLabels
    return switch labels.count {
    case 0 where environment.ownRules != nil: " is not allowed by a rule of this environment"
    case 0: " is not on an allowlist, because this environment has none"
    case 1: " is not on allowlist \(labels[0])"
    case 2...4: " is not on allowlists \(labels.joined(separator: ", "))"
    default: " is not on any of \(labels.count) allowlists, \(labels[0]) and others"
    }
  }

  /// `default@2026.11.22-1:31`, which names a rule for good.
  private func place(of decision: Decision, _ environment: Int) -> String {
    guard decision.rule != .none else { return "no rule" }
    return ruleName(of: decision, environment: environment)
  }

  /// Where the rule of a decision stands, for people: `team.allow:12`; of a rule in the configuration
  /// its name, as `env/vm-7/deny:2`. `nil` for no rule. Allocates.
  package func rulePlace(of decision: Decision, environment: Int) -> String? {
    guard decision.rule != .none else { return nil }
    let matcher = environments[environment].matcher
    if !decision.isOwnRule {
      let list = matcher.lists[matcher.listIndex(of: decision.rule)]
      if !list.isInline { return "\(list.file):\(matcher.line(of: decision.rule))" }
    }
    return ruleName(of: decision, environment: environment)
  }

  /// The index of an environment; `nil` if none has that name.
  package func environment(named name: String) -> Int? {
    environments.firstIndex { $0.name == name }
  }

  private func next(
    _ decision: Decision, host: String, port: Port, _ environment: Int
  ) -> String {
    if decision.isAllowed { return "" }
    let lists = environments[environment].matcher.lists.filter { !$0.isInline }
    switch decision.reason {
    case .notAllowlisted where lists.count == 1:
      return "Ask for \(host) to be added to allowlist \(lists[0].name)."
    case .notAllowlisted:
      return "Ask for \(host) to be added to an allowlist of this environment."
    case .portNotAllowed where decision.rule != .none:
      return "Ask for port \(port) to be added to the rule for \(host)."
    case .portNotAllowed where environments[environment].ports != nil:
      return "Use port \(openPortsText(environment)), or ask for a rule with this port."
    default: return text(decision.reason.nextStep)
    }
  }

  private func openPortsText(_ environment: Int) -> String {
    let ports = openPorts(of: environment)
    return String(decoding: ports.indices.map { ports[$0] }, as: UTF8.self)
  }

  private func text(_ text: StaticString) -> String { text.description }
}

extension ForbiddenAddress {
  /// As the end of a sentence: `127.0.0.1 is a loopback address`.
  var title: StaticString {
    switch self {
    case .unspecified: "an address of this host, not of another"
    case .loopback: "a loopback address"
    case .privateUse: "a private address"
    case .carrierGradeNAT: "a carrier-grade NAT address"
    case .linkLocal: "a link-local address"
    case .uniqueLocal: "a unique local address"
    case .siteLocal: "a site-local address"
    case .cloudMetadata: "a cloud's metadata service"
    case .benchmarking: "an address for benchmarks"
    case .documentation: "an address for documentation"
    case .multicast: "a multicast address"
    case .broadcast: "the broadcast address"
    case .reserved: "a reserved address"
    case .discardOnly: "a discard-only address"
    case .orchid: "an identifier and no address"
    case .segmentRouting: "a segment routing identifier"
    case .mappedIPv4: "an IPv4 address in IPv6 form"
    case .compatibleIPv4: "an IPv4 address in IPv6 form"
    case .nat64: "a NAT64 form of an address that is not public"
    case .sixToFour: "a 6to4 address"
    case .teredo: "a Teredo address"
    case .isatap: "an ISATAP address"
    }
  }
}
