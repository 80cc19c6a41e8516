package import Domains

/// What audit logs say about a list: the requests that were refused because no rule names them, and,
/// against lists that are given, the rules that nothing was asked of. Takes decisions one by one;
/// `Suggestion+Text.swift` writes the list.
///
/// Suggested are exact names with the ports that were asked for: the least that would have let the
/// traffic through. What a list denies by a rule is never suggested, nor addresses, nor names outside
/// the public DNS; what looks random is shown and not suggested.
package struct Suggestion {
  package struct Options {
    /// Suggest `*.parent` for this many names or more below one parent; `nil`: never.
    package var wildcardAt: Int?
    /// For every suggested rule.
    package var until: Day?
    package var ticket: String?
    /// Of the list that is written.
    package var name = "suggested"
    package var version: String

    package init(version: String) { self.version = version }
  }

  /// What was asked of one host on one port, and refused.
  struct Denials {
    var count = 0
    var first: String
    var last: String
    /// Names of reason codes, each once.
    var reasons: [String] = []
  }

  /// How many different hosts and ports are remembered. Clients choose the names.
  package static let pairLimit = 200_000

  /// Denied requests that count.
  package private(set) var denials = 0
  /// Those beyond ``pairLimit``.
  package private(set) var untold = 0

  let lists: [Allowlist]
  let options: Options
  let suffixes: PublicSuffixes
  let isSpecial: (Hostname) -> Bool
  let matcher: Matcher?
  /// Every set of ports that a rule of the lists has.
  let portSets: Set<PortSet>
  private(set) var asked: [Hostname: [Port: Denials]] = [:]
  /// The rules that a request met.
  private(set) var used: Set<Matcher.RuleIndex> = []
  private var pairs = 0

  private static let reasons: Set<String> = [
    "not_allowlisted", "port_not_allowed", "rule_expired",
  ]

  /// - Parameters:
  ///   - lists: those in force; empty if they are not known.
  ///   - seed: of the matcher's hash.
  ///   - isSpecial: whether a name is outside the public DNS.
  package init(
    lists: [Allowlist], options: Options, seed: UInt64, suffixes: PublicSuffixes = PublicSuffixes(),
    isSpecial: @escaping (Hostname) -> Bool
  ) {
    self.lists = lists
    self.options = options
    self.suffixes = suffixes
    self.isSpecial = isSpecial
    matcher = lists.isEmpty ? nil : Matcher(lists.map { Matcher.Source(list: $0) }, seed: seed)
    portSets = Set(lists.lazy.flatMap { $0.rules.lazy.map(\.ports) })
  }

  /// What the lists say; `nil` without lists.
  func match(_ host: Hostname, _ port: Port, on day: Day) -> Matcher.Match? {
    matcher?.match(host, port: port, on: day)
  }

  /// The rule of ``match(_:_:on:)``.
  func rule(_ index: Matcher.RuleIndex) -> Rule? {
    guard let matcher, index != .none else { return nil }
    let rules = lists[matcher.listIndex(of: index)].rules
    let line = Int(matcher.line(of: index))
    // Rules stand in the order of their lines.
    var (low, high) = (0, rules.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if rules[rules.index(rules.startIndex, offsetBy: middle)].line < line {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return rules[rules.index(rules.startIndex, offsetBy: low)]
  }

  package mutating func add(_ entry: AuditEntry) {
    guard case .decision(let decision) = entry, let port = decision.port,
      let host = try? Hostname(decision.host)
    else { return }
    if let match = match(host, port, on: decision.day), match.rule != .none {
      used.insert(match.rule)
    }
    guard !decision.isAllowed, Self.reasons.contains(decision.reason) else { return }
    denials += 1
    if asked[host]?[port] == nil {
      guard pairs < Self.pairLimit else {
        untold += 1
        return
      }
      pairs += 1
    }
    var entry =
      asked[host]?[port] ?? Denials(first: decision.time, last: decision.time)
    entry.count += 1
    entry.first = min(entry.first, decision.time)
    entry.last = max(entry.last, decision.time)
    if !entry.reasons.contains(decision.reason) { entry.reasons.append(decision.reason) }
    asked[host, default: [:]][port] = entry
  }
}
