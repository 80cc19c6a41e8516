import Domains

/// A comparison as text: for a terminal, as JSON, or as a table for a review comment. Nothing is
/// gathered: each change is written as it is made, since there can be a million.
package struct ComparisonReport {
  package let comparison: ListComparison
  /// How many changes are printed of each kind; JSON always has all.
  package let limit: Int

  package init(_ comparison: ListComparison, limit: Int) {
    self.comparison = comparison
    self.limit = limit
    var counts: [ListChange.Kind: Int] = [:]
    var shown: [ListChange.Kind: [Int]] = [:]
    var (isWider, isNarrower) = (false, false)
    for number in 0..<comparison.count {
      let summary = comparison.summary(number)
      counts[summary.kind, default: 0] += 1
      if counts[summary.kind, default: 0] <= limit {
        shown[summary.kind, default: []].append(number)
      }
      if summary.isWider { isWider = true }
      if summary.isNarrower { isNarrower = true }
    }
    self.counts = counts
    self.shown = shown
    self.isWider = isWider
    self.isNarrower = isNarrower
  }

  let counts: [ListChange.Kind: Int]
  /// The numbers of those that are printed.
  private let shown: [ListChange.Kind: [Int]]
  /// Whether the new side lets something through that the old one did not, or has lost a deny.
  package let isWider: Bool
  package let isNarrower: Bool

  /// `equal`, `narrower`, `wider`, or `wider and narrower`.
  package var result: String {
    switch (isWider, isNarrower) {
    case (false, false): "equal"
    case (false, true): "narrower"
    case (true, false): "wider"
    case (true, true): "wider and narrower"
    }
  }

  /// `wider: 2 allowed, 1 denied`.
  var headline: String {
    guard !comparison.isEqual else { return "equal: both sides mean the same" }
    let parts = ListChange.Kind.allCases.compactMap { kind in
      counts[kind].map { "\($0) \(Self.words(kind, $0))" }
    }
    return "\(result): \(parts.joined(separator: ", "))"
  }

  private static func words(_ kind: ListChange.Kind, _ count: Int) -> String {
    switch kind {
    case .allowed: "allowed"
    case .denied: "no longer allowed"
    case .conditions: "with other ports, dates or protocols"
    case .denies: "with other denies"
    case .notCompared: "not compared"
    }
  }

  static func heading(_ kind: ListChange.Kind) -> String {
    switch kind {
    case .allowed: "Allowed now"
    case .denied: "No longer allowed"
    case .conditions: "Other ports, dates or protocols"
    case .denies:
      "Other denies (allowed by no rule before or after; they matter in access level full)"
    case .notCompared: "Not compared: more globs below one name than are compared; take it as wider"
    }
  }

  static func mark(_ kind: ListChange.Kind) -> String {
    switch kind {
    case .allowed: "+"
    case .denied: "-"
    case .conditions, .denies, .notCompared: "~"
    }
  }

  /// The changes of one kind, up to the limit.
  func changes(_ kind: ListChange.Kind) -> some Sequence<ListChange> {
    shown[kind, default: []].lazy.map { comparison.change($0) }
  }

  // MARK: - For a terminal

  package func write(to output: inout some TextOutputStream) {
    output.write("\(headline)\n")
    for kind in ListChange.Kind.allCases {
      guard let count = counts[kind] else { continue }
      output.write("\n\(Self.heading(kind))\n")
      for change in changes(kind) { output.write(Self.lines(change)) }
      if count > limit {
        output.write("  and \(count - limit) more (--limit, or --json for all)\n")
      }
    }
  }

  private static func lines(_ change: ListChange) -> String {
    var text = "\(mark(change.kind)) \(change.pattern)"
    if let witness = change.witness, witness.host != change.pattern {
      text += "   for example \(witness.host)"
    }
    text += "\n"
    for step in change.steps {
      text += "    \(ports(step)): \(words(step.old)) -> \(words(step.new))"
      text +=
        change.kind == .conditions || change.kind == .denies
        ? step.isWider ? "  (wider)\n" : "  (narrower)\n" : "\n"
    }
    if change.kind != .notCompared {
      text += "    old: \(places(change.oldRules))\n    new: \(places(change.newRules))\n"
    }
    if !change.exceptions.isEmpty { text += "    except \(exceptions(change, limit: 3))\n" }
    return text
  }

  static func ports(_ step: ListChange.Step) -> String {
    if step.ports == "*" { return "every port" }
    if step.isRest { return "every other port" }
    return step.ports.contains { $0 == "," || $0 == "-" }
      ? "ports \(step.ports)" : "port \(step.ports)"
  }

  static func words(_ answer: PortAnswer) -> String {
    switch answer {
    case .refused: "not allowed"
    case .denied: "denied"
    case .deniedAlways: "denied always"
    case .allowed(let day, let anyProtocol):
      "allowed\(day.map { " until \($0)" } ?? "")\(words(anyProtocol, day))"
    }
  }

  private static func words(_ anyProtocol: PortAnswer.AnyProtocol, _ day: Day?) -> String {
    switch anyProtocol {
    case .never: ""
    case .until(day): ", any protocol"
    case .until(let end): ", any protocol\(end.map { " until \($0)" } ?? "")"
    }
  }

  private static func places(_ rules: [Sides.Place]) -> String {
    if rules.isEmpty { return "no rule" }
    return rules.map { "\($0.text)  (\($0.file.printable):\($0.line))" }.joined(separator: "; ")
  }

  static func exceptions(_ change: ListChange, limit: Int) -> String {
    let more = change.exceptions.count - limit
    return change.exceptions.prefix(limit).joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
  }
}
