package import Domains

/// What a list answers, found the plain way: a dictionary of the names that rules are about, and the
/// order of precedence of docs/allowlists.md spelled out. Every answer that is timed is compared with
/// this first. It shares no code with ``Matcher``.
package struct Reference: Sendable {
  /// What a rule has to say on the port and the day that are asked for; the first has precedence.
  private enum Standing: UInt8 {
    case deny, allow, otherPort, expired, otherDeny
  }

  private struct Line {
    var kind: Kind
    var standing: Standing
    /// The form of the first label, of a glob.
    var glob: String?
    /// The next rule about the same name; -1 if there is none.
    var next: Int32
    /// As the matcher of this list alone numbers it.
    var index: UInt32
  }

  private enum Kind: UInt8 {
    case exact, oneLabel, glob, below, apexAndBelow, hardDeny
  }

  private var lines: [Line] = []
  /// The last rule about a name.
  private var heads: [String: Int32] = [:]

  /// - Parameters:
  ///   - port: the port that all questions are about.
  ///   - day: the day on which they are asked.
  package init(_ list: Allowlist, port: Port, day: Day) {
    lines.reserveCapacity(list.rules.count)
    heads.reserveCapacity(list.rules.count)
    for rule in list.rules {
      var kind: Kind
      let name: Hostname
      var glob: String?
      switch rule.pattern {
      case .exact(let base): (kind, name) = (.exact, base)
      case .oneLabel(let base): (kind, name) = (.oneLabel, base)
      case .below(let base): (kind, name) = (.below, base)
      case .apexAndBelow(let base): (kind, name) = (.apexAndBelow, base)
      case .glob(let label, let parent): (kind, name, glob) = (.glob, parent, label)
      }
      if rule.verdict == .denyAlways { kind = .hardDeny }
      let number = Int32(lines.count)
      lines.append(
        Line(
          kind: kind, standing: Self.standing(rule, port, day), glob: glob,
          next: heads.updateValue(number, forKey: name.text) ?? -1, index: UInt32(rule.line - 1)))
    }
  }

  private static func standing(_ rule: Rule, _ port: Port, _ day: Day) -> Standing {
    let holdsPort = rule.ports.contains(port)
    if rule.verdict != .allow { return holdsPort ? .deny : .otherDeny }
    if !holdsPort { return .otherPort }
    if let until = rule.until, day > until { return .expired }
    return .allow
  }

  /// The answer for a name in canonical form.
  package func answer(_ name: String) -> Matcher.Match {
    let bytes = Array(name.utf8)
    // Where the name's suffixes start, the name itself first.
    var starts = [0]
    for index in bytes.indices where bytes[index] == UInt8(ascii: ".") { starts.append(index + 1) }
    let suffixes = starts.map { String(decoding: bytes[$0...], as: UTF8.self) }
    for suffix in suffixes.reversed() {
      if let rule = best(suffix, { $0.kind == .hardDeny }) {
        return Matcher.Match(outcome: .denyAlways, rule: rule.index)
      }
    }
    for (depth, suffix) in suffixes.enumerated() {
      for rank in ranks(depth, suffixes) {
        if let rule = best(suffix, rank) {
          return Matcher.Match(outcome: rule.outcome, rule: rule.index)
        }
      }
    }
    return Matcher.Match(outcome: .unlisted, rule: .none)
  }

  /// The kinds of rules about the suffix at `depth` that cover the name, most specific first.
  private func ranks(_ depth: Int, _ suffixes: [String]) -> [(Line) -> Bool] {
    if depth == 0 { return [{ $0.kind == .exact || $0.kind == .apexAndBelow }] }
    var ranks: [(Line) -> Bool] = []
    if depth == 1 {
      let label = Array(suffixes[0].utf8.prefix { $0 != UInt8(ascii: ".") })
      ranks.append { $0.kind == .oneLabel }
      ranks.append { line in
        guard let glob = line.glob else { return false }
        return Self.matches(label[...], Array(glob.utf8)[...])
      }
    }
    ranks.append { $0.kind == .below || $0.kind == .apexAndBelow }
    return ranks
  }

  /// Of the rules about `name` that `belongs` takes, the one that decides.
  private func best(
    _ name: String, _ belongs: (Line) -> Bool
  ) -> (index: Matcher.RuleIndex, outcome: Matcher.Outcome)? {
    var best: (standing: Standing, index: Int32)?
    var next = heads[name] ?? -1
    while next >= 0 {
      let line = lines[Int(next)]
      if belongs(line) {
        // The chain goes from the last rule to the first: of two equal ones the later met counts.
        if best.map({ line.standing.rawValue <= $0.standing.rawValue }) ?? true {
          best = (line.standing, next)
        }
      }
      next = line.next
    }
    guard let best else { return nil }
    let outcome: Matcher.Outcome =
      switch best.standing {
      case .deny, .otherDeny: .deny
      case .allow: .allow
      case .otherPort: .portNotAllowed
      case .expired: .expired
      }
    return (Matcher.RuleIndex(rawValue: lines[Int(best.index)].index), outcome)
  }

  /// Whether a label has the form of a glob, in which each `*` stands for one byte or more.
  private static func matches(_ label: ArraySlice<UInt8>, _ glob: ArraySlice<UInt8>) -> Bool {
    guard let first = glob.first else { return label.isEmpty }
    guard let byte = label.first else { return false }
    if first != UInt8(ascii: "*") {
      return byte == first && matches(label.dropFirst(), glob.dropFirst())
    }
    return matches(label.dropFirst(), glob.dropFirst()) || matches(label.dropFirst(), glob)
  }
}
