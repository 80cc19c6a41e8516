package import Domains

/// A request to decide again.
package struct ReplayRequest: Sendable {
  package let host: Hostname
  package let port: Port
  package let day: Day
  /// `none`, `limited`, `full` or what a later version calls its levels.
  package let access: String
  package let decision: AuditDecision
}

/// What is decided about it now.
package struct ReplayAnswer: Hashable, Sendable {
  package let isAllowed: Bool
  /// The reason code's name.
  package let reason: String
  /// `list@version:line`, empty if no rule decided.
  package let rule: String

  package init(isAllowed: Bool, reason: String, rule: String) {
    self.isAllowed = isAllowed
    self.reason = reason
    self.rule = rule
  }
}

/// Real traffic under other lists: takes the decisions of audit logs, has each decided again as of its
/// own day and access level, and gathers those that come out differently. What lists do not decide is
/// counted and left alone: addresses, requests that were malformed, names that the address guard
/// refused (it would again).
package struct Replay {
  /// All decisions about one host and port that changed in the same way.
  package struct Difference: Sendable {
    package let host: String
    package let port: Port
    package let old: ReplayAnswer
    package let new: ReplayAnswer
    package internal(set) var count = 0
    /// Of the first and the last of them, as in the records.
    package internal(set) var first: String
    package internal(set) var last: String
  }

  private struct Key: Hashable {
    let host: String
    let port: Port
    let old: ReplayAnswer
    let new: ReplayAnswer
  }

  /// How many requests are decided in one go.
  package static let batch = 4096
  /// How many kinds of differences are told apart. Clients choose the names.
  package static let differenceLimit = 100_000

  /// Decisions that were decided again.
  package private(set) var decided = 0
  package private(set) var changed = 0
  /// Decisions that lists have no part in.
  package private(set) var undecidable = 0
  /// Changed decisions beyond ``differenceLimit``.
  package private(set) var untold = 0

  private let access: String?
  private let decide: ([ReplayRequest]) -> [ReplayAnswer]
  private var history = AccessHistory()
  private var waiting: [ReplayRequest] = []
  private var differences: [Key: Difference] = [:]

  /// Reasons that lists and the access level decide.
  private static let reasons: Set<String> = [
    "allowlisted", "public_host", "not_allowlisted", "not_essential", "denied_by_rule",
    "denied_always", "port_not_allowed", "rule_expired", "special_use_name",
  ]

  /// - Parameters:
  ///   - access: the level for all decisions, instead of their own.
  ///   - decide: decides requests, in their order; the one place where lists are asked.
  package init(access: String? = nil, decide: @escaping ([ReplayRequest]) -> [ReplayAnswer]) {
    self.access = access
    self.decide = decide
  }

  package mutating func add(_ entry: AuditEntry) {
    history.note(entry)
    guard case .decision(let decision) = entry else { return }
    guard Self.reasons.contains(decision.reason), let port = decision.port,
      let host = try? Hostname(decision.host)
    else {
      undecidable += 1
      return
    }
    waiting.append(
      ReplayRequest(
        host: host, port: port, day: decision.day,
        access: access ?? history.access(of: decision), decision: decision))
    if waiting.count == Self.batch { flush() }
  }

  /// Decides what still waits; call it at the end.
  package mutating func flush() {
    guard !waiting.isEmpty else { return }
    let answers = decide(waiting)
    precondition(answers.count == waiting.count, "one answer for each request")
    for (request, answer) in zip(waiting, answers) { compare(request, answer) }
    waiting.removeAll(keepingCapacity: true)
  }

  private mutating func compare(_ request: ReplayRequest, _ new: ReplayAnswer) {
    decided += 1
    let decision = request.decision
    guard decision.isAllowed != new.isAllowed else { return }
    changed += 1
    let old = ReplayAnswer(
      isAllowed: decision.isAllowed, reason: decision.reason, rule: decision.rule)
    let key = Key(host: request.host.text, port: request.port, old: old, new: new)
    guard var difference = differences[key] else {
      guard differences.count < Self.differenceLimit else {
        untold += 1
        return
      }
      differences[key] = Difference(
        host: key.host, port: key.port, old: old, new: new, count: 1, first: decision.time,
        last: decision.time)
      return
    }
    difference.count += 1
    difference.first = min(difference.first, decision.time)
    difference.last = max(difference.last, decision.time)
    differences[key] = difference
  }

  /// What would now be let through first, then what would be refused; the most frequent first.
  package func sortedDifferences() -> [Difference] {
    differences.values.sorted { left, right in
      if left.new.isAllowed != right.new.isAllowed { return left.new.isAllowed }
      if left.count != right.count { return left.count > right.count }
      if left.host != right.host { return left.host < right.host }
      if left.port != right.port { return left.port < right.port }
      return (left.old.rule, left.new.rule) < (right.old.rule, right.new.rule)
    }
  }
}

extension Replay {
  /// For people.
  package func text() -> String {
    var lines: [String] = []
    var isAllowed: Bool?
    for difference in sortedDifferences() {
      if difference.new.isAllowed != isAllowed {
        isAllowed = difference.new.isAllowed
        lines.append(difference.new.isAllowed ? "would be allowed:" : "would be denied:")
      }
      lines.append(
        "  \(difference.host):\(difference.port)  \(difference.count) ×, "
          + "\(PrintableText.line(difference.first)) to \(PrintableText.line(difference.last))")
      lines.append("    was: \(Self.text(difference.old))")
      lines.append("    now: \(Self.text(difference.new))")
    }
    if untold > 0 { lines.append("and \(Counted.text(untold, "more decision")) of other kinds") }
    lines.append(
      "\(changed) of \(Counted.text(decided, "decision")) \(changed == 1 ? "differs" : "differ"); "
        + "\(Counted.text(undecidable, "was", "were")) not for lists to decide")
    return lines.joined(separator: "\n")
  }

  private static func text(_ answer: ReplayAnswer) -> String {
    let verdict = answer.isAllowed ? "allow" : "deny"
    let rule = answer.rule.isEmpty ? "" : " by \(PrintableText.line(answer.rule))"
    return "\(verdict) \(PrintableText.line(answer.reason))\(rule)"
  }

  /// For programs: one JSON object.
  package func json() -> String {
    let items = sortedDifferences().map { difference in
      JSONText.object([
        ("host", JSONText.quoted(difference.host)), ("port", "\(difference.port)"),
        ("count", "\(difference.count)"), ("first", JSONText.quoted(difference.first)),
        ("last", JSONText.quoted(difference.last)), ("old", Self.json(difference.old)),
        ("new", Self.json(difference.new)),
      ])
    }
    return JSONText.object([
      ("decided", "\(decided)"), ("changed", "\(changed)"), ("undecidable", "\(undecidable)"),
      ("untold", "\(untold)"), ("differences", JSONText.array(items)),
    ])
  }

  private static func json(_ answer: ReplayAnswer) -> String {
    JSONText.object([
      ("verdict", JSONText.quoted(answer.isAllowed ? "allow" : "deny")),
      ("reason", JSONText.quoted(answer.reason)), ("rule", JSONText.quoted(answer.rule)),
    ])
  }
}
