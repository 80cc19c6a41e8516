/// How the numbers of one snapshot read in the next one: made off the workers, so that none of them
/// ever compares names.
package struct Succession: Sendable {
  /// By the number of an environment in the old snapshot: that of the one with its name in the new
  /// snapshot, or -1.
  private let environments: [Int32]
  /// By the place of a token in the old snapshot: the place of the very same credential, or -1.
  private let tokens: [Int32]
  /// By the number of an environment in the old snapshot: where its upstream proxy is in the new one, as
  /// ``PolicySnapshot/upstream(of:)`` counts; 0: it had none; -1: no environment has that one any more.
  private let upstreams: [Int32]
  /// By the slot of an environment in the old snapshot: whether the new one has it too.
  private let keptSlots: [Bool]

  package init(from old: PolicySnapshot, to new: PolicySnapshot) {
    var numbers: [String: Int32] = [:]
    for (index, environment) in new.environments.enumerated() {
      numbers[environment.name] = Int32(index)
    }
    environments = old.environments.map { numbers[$0.name] ?? -1 }
    let slots = old.environments.indices.map { old.slot(of: $0) }
    var kept = Array(repeating: false, count: (slots.max() ?? -1) + 1)
    for (index, slot) in slots.enumerated() { kept[slot] = environments[index] >= 0 }
    keptSlots = kept
    var ways: [UpstreamProxy.Key: Int32] = [:]
    for (index, environment) in new.environments.enumerated() {
      if let proxy = environment.upstreamProxy { ways[proxy.key] = new.upstream(of: index) }
    }
    upstreams = old.environments.map { environment in
      environment.upstreamProxy.map { ways[$0.key] ?? -1 } ?? 0
    }
    tokens = (0..<old.tokenCount).map { place in
      let credential = old.token(at: place).credential
      let found = new.token(named: credential.id)
      return found >= 0 && new.token(at: found).credential == credential ? Int32(found) : -1
    }
  }

  /// The number of the environment that was `old`; -1: there is none of its name any more.
  package func environment(_ old: Int32) -> Int32 {
    old < 0 || Int(old) >= environments.count ? -1 : environments[Int(old)]
  }

  /// Whether the environment that had this slot (``PolicySnapshot/slot(of:)``) is still there, and has it.
  package func keepsSlot(_ slot: Int) -> Bool { slot < keptSlots.count && keptSlots[slot] }

  /// The upstream proxy of the environment that was `old`, as ``PolicySnapshot/upstream(of:)`` of the new
  /// snapshot counts; 0: it had none; -1: it is nobody's any more.
  package func upstream(_ old: Int32) -> Int32 {
    old < 0 || Int(old) >= upstreams.count ? -1 : upstreams[Int(old)]
  }

  /// The place of the credential that was at `old`; -1: it was withdrawn or changed.
  package func token(_ old: Int32) -> Int32 {
    old < 0 || Int(old) >= tokens.count ? -1 : tokens[Int(old)]
  }
}

extension PolicySnapshot {
  package var tokenCount: Int { clients.tokenCount }

  /// The place of the token of this name, or -1.
  package func token(named id: UInt64) -> Int { clients.token(id) }

  /// What is stored of the token at a place, and the environment that it leads to.
  package func token(at place: Int) -> (credential: Credential, environment: Int) {
    let row = clients.token(at: place)
    return (row.credential, Int(row.environment))
  }
}
