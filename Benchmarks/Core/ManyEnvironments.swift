import Domains
import Policy

/// Ten thousand environments, each with a network and a token, that share one compiled form of their
/// lists.
enum ManyEnvironments {
  static let count = 10_000

  /// All share their own rules too.
  static func snapshot(sharing lists: Matcher) throws -> PolicySnapshot {
    let own = try ownRules(0)
    return try snapshot(sharing: lists) { _ in own }
  }

  /// Each has five rules that are its own alone.
  static func snapshotOfDistinctRules(sharing lists: Matcher) throws -> PolicySnapshot {
    try snapshot(sharing: lists) { try ownRules($0) }
  }

  private static func snapshot(
    sharing lists: Matcher, own: (Int) throws -> Matcher
  ) throws -> PolicySnapshot {
    var clients = ClientRules()
    var environments: [Environment] = []
    for number in 0..<count {
      guard
        let environment = Environment(
          name: "environment-\(number)", access: .limited, addressRules: [], matcher: lists,
          ownRules: try own(number), credentialUse: .optional)
      else { throw Problem(text: "no environment name") }
      environments.append(environment)
      clients.networks.append(
        ClientRules.Network(
          AddressRange(IPAddress(v4: 0x0A00_0000 + UInt32(number))), environment: number))
      clients.tokens.append(
        ClientRules.Token(
          Credential(
            id: UInt64(number), saltHigh: 1, saltLow: 2, digest: Digest(1, 2, 3, UInt64(number))),
          environment: number))
    }
    return PolicySnapshot(generation: 1, environments: environments, clients: clients)
  }

  private static func ownRules(_ number: Int) throws -> Matcher {
    let allow = (0..<4).map { "own\($0)-\(number).example.net" }
    return Matcher(
      [
        Matcher.Source(list: try InlineList.list(name: "allow", rules: allow)),
        Matcher.Source(list: try InlineList.list(name: "deny", rules: ["!evil.example.net"])),
      ], seed: 0x5117_CE5E_ED00_0001)
  }
}
