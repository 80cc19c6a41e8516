package import Domains

/// How a name finds its answer, step by step as docs/allowlists.md says it: from the top-level label
/// towards the name, which rules stand there, which of them are about the name, and which of those
/// decide. Written plainly and apart from the matcher, so that each checks the other.
package struct Walk {
  /// How specific a rule is at its node, the least first; a deeper node goes before any of them.
  package enum Rank: Int, Comparable, Sendable {
    case below
    case glob
    case oneLabel
    /// The name itself; goes before everything but `!!`.
    case exact
    case hardDeny

    package static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
  }

  /// A rule that stands at a node on the way.
  package struct Met: Sendable {
    /// Index into the sources.
    package let source: Int
    package let rule: Rule
    /// `nil`: the rule is not about the name.
    package let rank: Rank?
  }

  package struct Step: Sendable {
    /// The suffix of the name that this step looks at.
    package let name: String
    /// Whether any rule stands at this name or below it.
    package let isKnown: Bool
    /// In the order of lists and lines, at most ``Walk/metLimit``.
    package fileprivate(set) var met: [Met] = []
    /// Rules that stand here and are not in ``met``.
    package fileprivate(set) var unmentioned = 0
  }

  package let host: Hostname
  package let port: Port
  package let day: Day
  package let sources: [NamedSource]
  /// What allow rules without ports are for.
  package let openPorts: PortSet
  /// From the top-level label to the name itself.
  package private(set) var steps: [Step] = []
  /// The rules that decide together, in the order of lists and lines; empty: none covers the name.
  package private(set) var group: [Met] = []
  /// How specific they are, and how many labels their name has.
  package private(set) var rank: (rank: Rank, depth: Int)?
  package private(set) var outcome = Matcher.Outcome.unlisted
  /// The rule that the answer names.
  package private(set) var deciding: Met?

  /// The most rules that a step mentions which are not about the name.
  package static let metLimit = 20

  package init(_ host: Hostname, port: Port, on day: Day, in sources: [Matcher.Source]) {
    self.init(host, port: port, on: day, in: sources.map { NamedSource($0) })
  }

  /// `openPorts`: what allow rules without ports are for.
  package init(
    _ host: Hostname, port: Port, on day: Day, in sources: [NamedSource],
    openPorts: PortSet = .standard
  ) {
    self.openPorts = openPorts
    self.host = host
    self.port = port
    self.day = day
    self.sources = sources
    let bytes = Array(host.text.utf8)
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: ".") {
      starts.append(index + 1)
    }
    starts.reverse()
    var known = 0
    var met: [[Met]] = Array(repeating: [], count: starts.count)
    var unmentioned = Array(repeating: 0, count: starts.count)
    for (number, source) in sources.enumerated() {
      for rule in source.list.rules where Composition.takesPart(rule, source.use) {
        let (shared, isCovered) = Self.shared(Array(rule.pattern.node.text.utf8), bytes)
        known = max(known, shared)
        guard isCovered else { continue }
        let rank = Self.rank(
          rule, bytes[..<max(0, starts[shared - 1] - 1)], isWhole: shared == starts.count)
        if rank == nil, met[shared - 1].count(where: { $0.rank == nil }) >= Self.metLimit {
          unmentioned[shared - 1] += 1
        } else {
          met[shared - 1].append(Met(source: number, rule: rule, rank: rank))
        }
      }
    }
    for (depth, start) in starts.enumerated() {
      steps.append(
        Step(
          name: String(decoding: bytes[start...], as: UTF8.self), isKnown: depth < known,
          met: met[depth], unmentioned: unmentioned[depth]))
    }
    decide()
  }

  /// How many labels at the end two names share, and whether these are all of `name`.
  private static func shared(_ name: [UInt8], _ host: [UInt8]) -> (labels: Int, isWhole: Bool) {
    var labels = 0
    var (left, right) = (name.count, host.count)
    while left > 0, right > 0, name[left - 1] == host[right - 1] {
      left -= 1
      right -= 1
      let leftEnds = left == 0 || name[left - 1] == UInt8(ascii: ".")
      let rightEnds = right == 0 || host[right - 1] == UInt8(ascii: ".")
      if leftEnds, rightEnds, name[left] != UInt8(ascii: ".") { labels += 1 }
    }
    let ends = left == 0 && (right == 0 || host[right - 1] == UInt8(ascii: "."))
    return (labels, ends)
  }

  /// How specific a rule is for a host that ends in its name; `front` is what stands before, without
  /// the dot.
  private static func rank(_ rule: Rule, _ front: ArraySlice<UInt8>, isWhole: Bool) -> Rank? {
    if rule.verdict == .denyAlways { return .hardDeny }
    let isChild = !isWhole && !front.contains(UInt8(ascii: "."))
    switch rule.pattern {
    case .exact: return isWhole ? .exact : nil
    case .apexAndBelow: return isWhole ? .exact : .below
    case .below: return isWhole ? nil : .below
    case .oneLabel: return isChild ? .oneLabel : nil
    case .glob(let label, _):
      guard isChild else { return nil }
      let glob = GlobAutomaton([(Array(label.utf8), true)], longest: ComparisonWalk.labelLimit)
      return !glob.matches(front).isEmpty ? .glob : nil
    }
  }

  private mutating func decide() {
    for (index, step) in steps.enumerated() {
      let depth = index + 1
      let hard = step.met.filter { $0.rank == .hardDeny }
      if let first = hard.first {
        (group, rank, outcome, deciding) = (hard, (.hardDeny, depth), .denyAlways, first)
        return
      }
      guard let best = step.met.compactMap(\.rank).max() else { continue }
      rank = (best, depth)
      group = step.met.filter { $0.rank == best }
    }
    if let (outcome, met) = answer { (self.outcome, deciding) = (outcome, met) }
  }

  /// What the group amounts to, and the first of its rules that says so.
  private var answer: (Matcher.Outcome, Met)? {
    if let met = group.first(where: { isDeny($0) && holdsPort($0) }) { return (.deny, met) }
    let allows = group.filter { !isDeny($0) }
    if let met = allows.first(where: { holdsPort($0) && holdsDay($0) }) { return (.allow, met) }
    if let met = allows.first(where: { !holdsPort($0) }) { return (.portNotAllowed, met) }
    if let met = allows.first { return (.expired, met) }
    return group.first.map { (.deny, $0) }
  }

  func isDeny(_ met: Met) -> Bool { met.rule.verdict != .allow }
  func holdsPort(_ met: Met) -> Bool {
    let isPlain = met.rule.verdict == .allow && met.rule.ports == .standard
    return (isPlain ? openPorts : met.rule.ports).contains(port)
  }
  func holdsDay(_ met: Met) -> Bool { met.rule.until.map { day <= $0 } ?? true }

  /// Whether the matcher of the same sources gave the same answer by the same rule.
  package func agrees(with match: Matcher.Match, of matcher: Matcher) -> Bool {
    guard match.outcome == outcome else { return false }
    guard match.rule != .none, let deciding else { return match.rule == .none && deciding == nil }
    return matcher.listIndex(of: match.rule) == deciding.source
      && Int(matcher.line(of: match.rule)) == deciding.rule.line
  }
}

extension Walk {
  /// The rule that decides as records name it, `default@2026.11.22-1:31`; `nil`: none does.
  package var decidingName: String? {
    deciding.map { met in
      let source = sources[met.source]
      return "\(source.label):\(source.line(of: met.rule))"
    }
  }
}

extension Pattern {
  /// The name whose node the pattern stands at.
  var node: Hostname {
    switch self {
    case .exact(let name), .oneLabel(let name), .below(let name), .apexAndBelow(let name),
      .glob(_, let name):
      name
    }
  }
}
