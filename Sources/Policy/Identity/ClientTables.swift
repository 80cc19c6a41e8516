import Domains

/// ``ClientRules`` as lookups read them: flat and sorted. A lookup in 10,000 rows looks at 14 of them.
struct ClientTables: ~Copyable, Sendable {
  let listeners: FixedTable<Int32>
  private let v4: FixedTable<IntervalRow<UInt32>>
  private let v6: FixedTable<IntervalRow<UInt128>>
  private let users: FixedTable<PeerRow>
  private let groups: FixedTable<PeerRow>
  let cgroups: CgroupTable
  let headerPeers: HeaderPeerTable
  private let tokens: FixedTable<TokenRow>
  let fallback: Int32

  struct PeerRow: BitwiseCopyable, Sendable {
    var id: UInt32
    var environment: Int32
  }

  struct TokenRow: BitwiseCopyable, Sendable {
    var credential: Credential
    var environment: Int32
  }

  init(_ rules: ClientRules, environments: Int) {
    let all =
      rules.listeners.compactMap(\.self) + rules.networks.map(\.environment)
      + (rules.users + rules.groups).map(\.environment) + rules.tokens.map(\.environment)
      + rules.cgroups.map(\.environment)
      + [rules.fallback].compactMap(\.self)
    precondition(all.allSatisfy { (0..<environments).contains($0) }, "an environment that is none")
    listeners = FixedTable(rules.listeners.map { Int32($0 ?? PolicySnapshot.noEnvironment) })
    v4 = FixedTable(
      IntervalTable<UInt32>(
        rules.networks.filter { $0.range.base.family == .v4 }.map { network in
          let base = UInt32(truncatingIfNeeded: network.range.base.low)
          let rest = UInt32.max >> UInt32(network.range.prefixLength)
          return .init(start: base, end: base | rest, environment: network.environment)
        }
      ).rows)
    v6 = FixedTable(
      IntervalTable<UInt128>(
        rules.networks.filter { $0.range.base.family == .v6 }.map { network in
          let base = Self.key(network.range.base)
          let rest = UInt128.max >> UInt128(network.range.prefixLength)
          return .init(start: base, end: base | rest, environment: network.environment)
        }
      ).rows)
    users = Self.peers(rules.users)
    groups = Self.peers(rules.groups)
    cgroups = CgroupTable(rules.cgroups)
    headerPeers = HeaderPeerTable(rules.headerPeers)
    let sorted = rules.tokens.sorted { $0.credential.id < $1.credential.id }
    precondition(!Self.repeats(sorted.map(\.credential.id)), "a credential of two environments")
    tokens = FixedTable(
      sorted.map { TokenRow(credential: $0.credential, environment: Int32($0.environment)) })
    fallback = Int32(rules.fallback ?? PolicySnapshot.noEnvironment)
  }

  private static func peers(_ peers: [ClientRules.Peer]) -> FixedTable<PeerRow> {
    let sorted = peers.sorted { $0.id < $1.id }
    precondition(!repeats(sorted.map(\.id)), "a process of two environments")
    return FixedTable(sorted.map { PeerRow(id: $0.id, environment: Int32($0.environment)) })
  }

  private static func repeats<Key: Equatable>(_ sorted: [Key]) -> Bool {
    zip(sorted, sorted.dropFirst()).contains { $0 == $1 }
  }

  private static func key(_ address: IPAddress) -> UInt128 {
    UInt128(address.high) << 64 | UInt128(address.low)
  }

  var hasTokens: Bool { tokens.count > 0 }
  var tokenCount: Int { tokens.count }

  /// The environment of the longest network that holds `address`, or -1.
  func network(of address: IPAddress) -> Int32 {
    switch address.family {
    case .v4: find(UInt32(truncatingIfNeeded: address.low), v4)
    case .v6 where address.high == 0 && address.low >> 32 == 0xFFFF:
      find(UInt32(truncatingIfNeeded: address.low), v4)
    case .v6: find(Self.key(address), v6)
    }
  }

  private func find<Key>(_ key: Key, _ rows: borrowing FixedTable<IntervalRow<Key>>) -> Int32 {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].start <= key { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? -1 : rows[low - 1].environment
  }

  /// The environment of a user, else of a group, or -1.
  func peer(user: UInt32, group: UInt32) -> Int32 {
    let environment = find(user, users)
    return environment < 0 ? find(group, groups) : environment
  }

  private func find(_ id: UInt32, _ rows: borrowing FixedTable<PeerRow>) -> Int32 {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low].id == id ? rows[low].environment : -1
  }

  /// The place of the token of this name, or -1.
  func token(_ id: UInt64) -> Int {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].credential.id < id { low = middle + 1 } else { high = middle }
    }
    return low < tokens.count && tokens[low].credential.id == id ? low : -1
  }

  func token(at place: Int) -> TokenRow { tokens[place] }
}
