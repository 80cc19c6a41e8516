package import Domains

/// A change as people read it: the names as the smallest pattern, an example that shows it, what both
/// sides say, and by which rules.
package struct ListChange: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// The names were refused on every port; now a port is allowed.
    case allowed
    /// A port was allowed; now none is.
    case denied
    /// Other ports, or another end.
    case conditions
    /// What is denied was not allowed before either, or is not now: it matters in access level
    /// `full`, and where the rules of another list allow.
    case denies
    /// More globs than are compared: what they mean may have changed.
    case notCompared
  }

  /// What happened to some ports.
  package struct Step: Sendable {
    package let ports: String
    package let old: PortAnswer
    package let new: PortAnswer
    /// Whether these are all ports that no other step names.
    package let isRest: Bool

    package var isWider: Bool { new.isWider(than: old) }
  }

  /// One question whose answers differ.
  package struct Witness: Hashable, Sendable {
    package let host: String
    package let port: Port
    package let day: Day
  }

  package let kind: Kind
  /// `+.example.com`, `api-*.example.com`; `a*.example.com & *b.example.com` for names that match
  /// both.
  package let pattern: String
  /// `nil` only of ``Kind/notCompared``.
  package let witness: Witness?
  /// Empty only of ``Kind/notCompared``.
  package let steps: [Step]
  /// The rules that decide for those ports, at most ``ruleLimit`` of each side; empty: unlisted.
  package let oldRules: [Sides.Place]
  package let newRules: [Sides.Place]
  /// Patterns inside ``pattern`` that did not change in this way, in the order of their names. What
  /// changed in another way has a change of its own.
  package let exceptions: [String]

  package static let ruleLimit = 4

  /// Whether something is let through that was not, or a deny is lost.
  package var isWider: Bool { kind == .notCompared || steps.contains { $0.isWider } }
  package var isNarrower: Bool { kind == .notCompared || steps.contains { !$0.isWider } }
}

extension ListComparison {
  /// The change of a number below ``count``, in the order of reversed labels.
  package func change(_ number: Int) -> ListChange {
    let record = records[number]
    let pairs = [record.transition] + (record.second.map { [$0] } ?? [])
    let segments = differing(record.transition)
    let isCompared = !record.shape.isNotCompared
    return ListChange(
      kind: kind(of: record), pattern: pattern(record.shape, Int(record.node)),
      witness: isCompared ? witness(of: record, segments) : nil,
      steps: isCompared ? steps(segments) : [],
      oldRules: isCompared ? rules(pairs.map(\.old), segments.map(\.ports.lowerBound)) : [],
      newRules: isCompared ? rules(pairs.map(\.new), segments.map(\.ports.lowerBound)) : [],
      exceptions: exceptions(of: record))
  }

  /// The kind of a change and its direction, without the rest.
  package func summary(_ number: Int) -> (kind: ListChange.Kind, isWider: Bool, isNarrower: Bool) {
    let record = records[number]
    let kind = kind(of: record)
    if kind == .notCompared { return (kind, true, true) }
    let segments = differing(record.transition)
    return (
      kind, segments.contains { $0.new.isWider(than: $0.old) },
      segments.contains { $0.old.isWider(than: $0.new) }
    )
  }

  /// Ports on which the two sides differ, and how.
  typealias Segment = (ports: ClosedRange<UInt16>, old: PortAnswer, new: PortAnswer)

  private func differing(_ transition: Transition) -> [Segment] {
    let old = verdicts[Int(transition.old.verdict)].segments
    let new = verdicts[Int(transition.new.verdict)].segments
    var result: [Segment] = []
    var (left, right) = (0, 0)
    while left < old.count, right < new.count {
      if old[left].answer != new[right].answer {
        let ports = old[left].ports.clamped(to: new[right].ports)
        result.append((ports, old[left].answer, new[right].answer))
      }
      let end = min(old[left].ports.upperBound, new[right].ports.upperBound)
      if old[left].ports.upperBound == end { left += 1 }
      if new[right].ports.upperBound == end { right += 1 }
    }
    return result
  }

  private func kind(of record: Record) -> ListChange.Kind {
    if record.shape.isNotCompared { return .notCompared }
    let segments = differing(record.transition)
    guard segments.contains(where: { $0.old.isAllowed || $0.new.isAllowed }) else {
      return .denies
    }
    guard verdicts[Int(record.transition.old.verdict)].allowsSomething else { return .allowed }
    guard verdicts[Int(record.transition.new.verdict)].allowsSomething else { return .denied }
    return .conditions
  }

  private func steps(_ segments: [Segment]) -> [ListChange.Step] {
    struct Pair: Hashable {
      let old: PortAnswer
      let new: PortAnswer
    }
    var order: [Pair] = []
    var ports: [Pair: [ClosedRange<UInt16>]] = [:]
    for segment in segments {
      let pair = Pair(old: segment.old, new: segment.new)
      if ports[pair] == nil { order.append(pair) }
      ports[pair, default: []].append(segment.ports)
    }
    let isAllowed = { (pair: Pair) in pair.old.isAllowed || pair.new.isAllowed }
    let sorted = order.filter(isAllowed) + order.filter { !isAllowed($0) }
    let isEveryPort = segments.reduce(0) { $0 + $1.ports.count } == 65535
    return sorted.enumerated().map { number, pair in
      ListChange.Step(
        ports: Self.text(ports[pair] ?? []), old: pair.old, new: pair.new,
        isRest: isEveryPort && number > 0 && number == sorted.count - 1)
    }
  }

  /// `443,8000-8010`; `*` for every port.
  private static func text(_ ranges: [ClosedRange<UInt16>]) -> String {
    if ranges == [1...65535] { return "*" }
    return ranges.map {
      $0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }

  // MARK: - Names

  func pattern(_ shape: Shape, _ node: Int) -> String {
    let name = trie.name(of: node)
    switch shape {
    case .exact: return name
    case .oneLabel, .notCompared: return "?.\(name)"
    case .below, .nothingCompared: return "*.\(name)"
    case .apexAndBelow: return "+.\(name)"
    case .glob(let number):
      let area = areas[Int(number)]
      let globs = partitions[Int(area.partition)].globs
      return Self.narrowest(area.required.map { globs[Int($0)].label })
        .map { "\(String(decoding: $0, as: UTF8.self)).\(name)" }
        .joined(separator: " & ")
    }
  }

  /// Of globs that a label has to match all, those that another one does not say already: `a*b` also
  /// says `a*`.
  static func narrowest(_ globs: [[UInt8]]) -> [[UInt8]] {
    globs.enumerated().filter { place, glob in
      !globs.enumerated().contains { other, narrower in
        // Of two that say the same the first one stays.
        other != place && GlobForm.covers(glob, narrower)
          && (other < place || !GlobForm.covers(narrower, glob))
      }
    }.map(\.element)
  }

  private func exceptions(of record: Record) -> [String] {
    var result: [String] = []
    var next = record.firstCut
    while next >= 0 {
      let cut = cuts[Int(next)]
      result.append(pattern(cut.shape, Int(cut.node)))
      next = cut.next
    }
    return result.reversed()
  }

  private func witness(of record: Record, _ segments: [Segment]) -> ListChange.Witness {
    var host = trie.name(of: Int(record.node))
    if !record.witness.isEmpty {
      host =
        "\(record.isDeep ? "a." : "")\(String(decoding: record.witness, as: UTF8.self)).\(host)"
    }
    let isAllowChange = { (segment: Segment) in segment.old.isAllowed || segment.new.isAllowed }
    let candidates =
      segments.contains(where: isAllowChange)
      ? segments.filter(isAllowChange) : segments
    for port in [Port.https, .http] {
      if let segment = candidates.first(where: { $0.ports.contains(port.number) }) {
        return ListChange.Witness(host: host, port: port, day: firstDay(segment))
      }
    }
    guard let segment = candidates.first, let port = Port(segment.ports.lowerBound) else {
      preconditionFailure("a change has a port")
    }
    return ListChange.Witness(host: host, port: port, day: firstDay(segment))
  }

  /// The first day on which the answers differ.
  private func firstDay(_ segment: Segment) -> Day {
    var days = [day]
    for case .allowed(let until, let anyProtocol) in [segment.old, segment.new] {
      if let until { days.append(Day(daysSince1970: until.daysSince1970 + 1)) }
      if case .until(let end?) = anyProtocol {
        days.append(Day(daysSince1970: end.daysSince1970 + 1))
      }
    }
    return days.sorted().first { $0 >= day && segment.old.on($0) != segment.new.on($0) } ?? day
  }

  // MARK: - Rules

  /// The rules that decide on these ports.
  private func rules(_ grounds: [Ground], _ ports: [UInt16]) -> [Sides.Place] {
    var numbers: [UInt32] = []
    for ground in grounds {
      let members = members(of: ground.source)
      for number in ports {
        guard let port = Port(number), let rule = decidingRule(members, port),
          !numbers.contains(rule)
        else { continue }
        numbers.append(rule)
        if numbers.count == ListChange.ruleLimit { return numbers.map(sides.place) }
      }
    }
    return numbers.map(sides.place)
  }

  private func members(of source: Int32) -> [LabelTrie.Member] {
    let chains = source < LabelTrie.none ? unions[-2 - Int(source)] : [source]
    var result: [LabelTrie.Member] = []
    for chain in chains {
      var next = chain
      while next != LabelTrie.none {
        result.append(trie.members[Int(next)])
        next = result[result.count - 1].next
      }
    }
    return result.sorted { $0.rule < $1.rule }
  }

  /// As the matcher names it, but of several allows that hold the one that holds longest.
  private func decidingRule(_ members: [LabelTrie.Member], _ port: Port) -> UInt32? {
    var best: (rule: UInt32, answer: PortAnswer)?
    for member in members {
      let condition = conditions[Int(member.condition)]
      guard condition.ports.contains(port) else { continue }
      if condition.isDeny { return member.rule }
      if condition.until.map({ $0 < day }) ?? false { continue }
      let answer = condition.answer
      if best.map({ answer.isWider(than: $0.answer) }) ?? true { best = (member.rule, answer) }
    }
    if let best { return best.rule }
    let otherPort = members.first {
      let condition = conditions[Int($0.condition)]
      return !condition.isDeny && !condition.ports.contains(port)
    }
    let expired = members.first { !conditions[Int($0.condition)].isDeny }
    return (otherPort ?? expired ?? members.first)?.rule
  }
}
