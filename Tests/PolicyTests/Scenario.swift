import Domains
import Policy
import Testing

/// A snapshot of one environment for tests.
func snapshot(
  _ access: AccessLevel, lists: [String] = [], opened: [AddressRule] = [],
  own: OwnAddresses = OwnAddresses(), generation: UInt64 = 1
) throws -> PolicySnapshot {
  let essential = try list("essential", ["api.anthropic.com"])
  let sources = Environment.sources(
    access: access,
    lists: try lists.enumerated().map { index, rules in
      try list("list\(index + 1)", rules.split(separator: "\n").map(String.init))
    }, essential: essential)
  let environment = try #require(
    Environment(
      name: "vm-7", access: access, addressRules: opened, matcher: Matcher(sources, seed: 7)))
  return PolicySnapshot(generation: generation, environments: [environment], ownAddresses: own)
}

/// A list of these rules, the first on line 5.
func list(_ name: String, _ rules: [String]) throws -> Allowlist {
  let text =
    "sluice-allowlist 1\nname: \(name)\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
  return try Allowlist.parse(Array(text.utf8), file: "\(name).allow")
}

func opened(_ range: String, _ ports: String? = nil) throws -> AddressRule {
  AddressRule(
    range: try #require(AddressRange(range)),
    ports: try ports.map { try #require(PortSet($0)) })
}

func port(_ number: UInt16) throws -> Port { try #require(Port(number)) }

extension PolicySnapshot {
  /// Decides for a name, or for an address where `target` is one.
  func decide(_ target: String, _ number: UInt16, on day: String = "2026-11-22") throws -> Decision
  {
    if let address = IPAddress(target) {
      return decide(address, port: try port(number), environment: 0)
    }
    var key = HostKey()
    let error = key.load(Array(target.utf8).span)
    try #require(error == nil, "\(target) is not a name")
    return decide(
      key, port: try port(number), environment: 0, on: try #require(Day(day)))
  }

  func text(_ decision: Decision, _ target: String, _ number: UInt16) throws -> Explanation {
    if let address = IPAddress(target) {
      return explain(decision, address: address, port: try port(number), environment: 0)
    }
    return explain(decision, host: target, port: try port(number), environment: 0)
  }
}
