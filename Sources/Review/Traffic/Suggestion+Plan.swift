internal import Domains

/// From what was asked to rules: what may be suggested, and what else a new rule has to say so that it
/// takes nothing away.
extension Suggestion {
  /// A rule to suggest.
  struct Proposal {
    var pattern: Pattern
    var ports: [Port]
    /// The hosts that it is for, with what was asked of them.
    var count = 0
    var first = ""
    var last = ""
    var reasons: [String] = []
    var hosts = 1
    /// What the host may reach today by less specific rules, which the new one would take away: ports
    /// and the last day.
    var kept: [(ports: [ClosedRange<UInt16>], until: Day?)] = []
  }

  /// Everything that goes into the text, ordered.
  struct Plan {
    /// By registrable domain.
    var groups: [(domain: String, proposals: [Proposal])] = []
    /// Shown and not suggested.
    var withheld: [(host: Hostname, proposal: Proposal, why: String)] = []
    /// Names that no list can help: special-use, or denied or allowed by the lists already.
    var skipped = 0
  }

  /// From this many names below one registrable domain on, they are taken for data.
  private static let crowd = 200

  /// - Parameter today: the day on which rules must hold to count.
  func plan(on today: Day) -> Plan {
    var plan = Plan()
    var byDomain: [String: [Proposal]] = [:]
    var unlisted: Set<Hostname> = []
    let ranges = portRanges()
    for (host, ports) in asked {
      guard !isSpecial(host), let domain = suffixes.registrableDomain(of: host.text) else {
        plan.skipped += 1
        continue
      }
      guard let proposal = proposal(host, ports, on: today, ranges, &unlisted) else {
        plan.skipped += 1
        continue
      }
      if RandomName.isLikely(host.text) {
        plan.withheld.append((host, proposal, "looks random"))
      } else {
        byDomain[domain, default: []].append(proposal)
      }
    }
    let avoided = Set(plan.withheld.flatMap { RuleTiers.ancestors(of: $0.host.text) })
    for (domain, proposals) in byDomain.sorted(by: { $0.key < $1.key }) {
      if proposals.count >= Self.crowd {
        for proposal in proposals {
          plan.withheld.append(
            (proposal.pattern.base, proposal, "one of \(proposals.count) names below \(domain)"))
        }
        continue
      }
      let grouped = grouped(proposals, unlisted, avoiding: avoided)
      plan.groups.append((domain, grouped.sorted { Self.isBefore($0, $1) }))
    }
    plan.withheld.sort { $0.host.text < $1.host.text }
    return plan
  }

  private static func isBefore(_ left: Proposal, _ right: Proposal) -> Bool {
    left.pattern.description < right.pattern.description
  }

  /// What to add for one host; `nil` if the lists deny it by a rule or allow all that was asked for.
  private func proposal(
    _ host: Hostname, _ asked: [Port: Denials], on today: Day, _ ranges: [ClosedRange<UInt16>],
    _ unlisted: inout Set<Hostname>
  ) -> Proposal? {
    var proposal = Proposal(pattern: .exact(host), ports: [])
    var isUnlisted = true
    for (port, denials) in asked.sorted(by: { $0.key < $1.key }) {
      switch match(host, port, on: today)?.outcome {
      case .allow, .deny, .denyAlways:
        isUnlisted = false
        continue
      case .portNotAllowed, .expired: isUnlisted = false
      case .unlisted, nil: break
      }
      proposal.ports.append(port)
      proposal.count += denials.count
      proposal.first = proposal.first.isEmpty ? denials.first : min(proposal.first, denials.first)
      proposal.last = max(proposal.last, denials.last)
      for reason in denials.reasons where !proposal.reasons.contains(reason) {
        proposal.reasons.append(reason)
      }
    }
    guard !proposal.ports.isEmpty else { return nil }
    if isUnlisted { unlisted.insert(host) } else { proposal.kept = kept(host, on: today, ranges) }
    return proposal
  }

  /// The ports on which the lists allow a host today by rules that an exact one would hide. Rules
  /// change their mind only where a range of some rule begins or ends, so those ports are asked for.
  private func kept(
    _ host: Hostname, on today: Day, _ ranges: [ClosedRange<UInt16>]
  ) -> [(ports: [ClosedRange<UInt16>], until: Day?)] {

    var byEnd: [Day?: [ClosedRange<UInt16>]] = [:]
    for range in ranges {
      guard let port = Port(range.lowerBound), let match = match(host, port, on: today),
        match.outcome == .allow, let rule = rule(match.rule)
      else { continue }
      // A rule of the same rank stays in force beside the new one.
      if rule.pattern == .exact(host) || rule.pattern == .apexAndBelow(host) { continue }
      var found = byEnd[rule.until] ?? []
      if let last = found.last, Int(last.upperBound) + 1 == Int(range.lowerBound) {
        found[found.count - 1] = last.lowerBound...range.upperBound
      } else {
        found.append(range)
      }
      byEnd[rule.until] = found
    }
    return byEnd.sorted { ($0.key?.daysSince1970 ?? .max) < ($1.key?.daysSince1970 ?? .max) }
      .map { ($0.value, $0.key) }
  }

  /// All ports, cut wherever a set of ports of some rule begins or ends.
  private func portRanges() -> [ClosedRange<UInt16>] {
    var cuts: Set<Int> = [1, 65536]
    for set in portSets {
      for part in set.description.split(separator: ",") where part != "*" {
        let ends = part.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last else { continue }
        cuts.formUnion([first, last + 1])
      }
    }
    let sorted = cuts.sorted()
    return zip(sorted, sorted.dropFirst()).map { UInt16($0)...UInt16($1 - 1) }
  }

  /// Names that no list knows become `*.parent` where that was asked for: not above what one party
  /// registered, not where strangers have names below, with the same ports for all, and not where a
  /// withheld name lies below.
  private func grouped(
    _ proposals: [Proposal], _ unlisted: Set<Hostname>, avoiding avoided: Set<String>
  ) -> [Proposal] {
    guard let least = options.wildcardAt else { return proposals }
    var byParent: [String: [Int]] = [:]
    for (index, proposal) in proposals.enumerated() {
      let name = proposal.pattern.base
      guard unlisted.contains(name), let dot = name.text.firstIndex(of: ".") else { continue }
      let parent = String(name.text[name.text.index(after: dot)...])
      guard suffixes.registrableDomain(of: parent) != nil, !suffixes.hasStrangers(below: parent)
      else { continue }
      byParent[parent, default: []].append(index)
    }
    var result: [Proposal] = []
    var isGone = [Bool](repeating: false, count: proposals.count)
    for (parent, members) in byParent {
      let ports = proposals[members[0]].ports
      guard members.count >= least, let name = try? Hostname(parent),
        members.allSatisfy({ proposals[$0].ports == ports }),
        !avoided.contains(parent),
        !proposals.indices.contains(where: { index in
          let text = proposals[index].pattern.base.text
          return !members.contains(index) && text.hasSuffix(".\(parent)")
        })
      else { continue }
      var wildcard = proposals[members[0]]
      wildcard.pattern = .below(name)
      wildcard.hosts = members.count
      for index in members {
        isGone[index] = true
        guard index != members[0] else { continue }
        wildcard.count += proposals[index].count
        wildcard.first = min(wildcard.first, proposals[index].first)
        wildcard.last = max(wildcard.last, proposals[index].last)
      }
      result.append(wildcard)
    }
    return result + proposals.indices.filter { !isGone[$0] }.map { proposals[$0] }
  }
}
