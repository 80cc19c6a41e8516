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
    case .conditions: "with other ports or dates"
    case .denies: "with other denies"
    case .notCompared: "not compared"
    }
  }

  static func heading(_ kind: ListChange.Kind) -> String {
    switch kind {
    case .allowed: "Allowed now"
    case .denied: "No longer allowed"
    case .conditions: "Other ports or dates"
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
  private func changes(_ kind: ListChange.Kind) -> some Sequence<ListChange> {
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
    case .allowed(nil): "allowed"
    case .allowed(let day?): "allowed until \(day)"
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

// MARK: - For a review comment

extension ComparisonReport {
  package func writeMarkdown(to output: inout some TextOutputStream) {
    output.write("**Allowlist change: \(headline)**\n")
    guard !comparison.isEqual else { return }
    output.write("\n| | names | ports | before | after | rule |\n|---|---|---|---|---|---|\n")
    for kind in ListChange.Kind.allCases {
      for change in changes(kind) { output.write(Self.rows(change)) }
    }
    for kind in ListChange.Kind.allCases {
      guard let count = counts[kind], count > limit else { continue }
      output.write("\n\(Self.heading(kind)): \(count - limit) more are not shown.\n")
    }
    output.write("\n`+` allowed now, `-` no longer allowed, `~` other conditions or denies. ")
    output.write("Compared from \(comparison.day) on.\n")
  }

  private static func rows(_ change: ListChange) -> String {
    var names = "`\(change.pattern)`"
    if let witness = change.witness, witness.host != change.pattern {
      names += "<br>for example `\(witness.host)`"
    }
    if !change.exceptions.isEmpty {
      names +=
        "<br>except "
        + change.exceptions.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
      if change.exceptions.count > 3 { names += " and \(change.exceptions.count - 3) more" }
    }
    let rules = change.newRules.isEmpty ? change.oldRules : change.newRules
    let places = rules.map { "\(cell($0.file)):\($0.line)" }.joined(separator: "<br>")
    guard !change.steps.isEmpty else {
      return "| ~ | \(names) | | | not compared: too many globs | |\n"
    }
    return change.steps.enumerated().map { number, step in
      let mark =
        change.kind == .conditions || change.kind == .denies
        ? step.isWider ? "~ wider" : "~ narrower" : mark(change.kind)
      return
        "| \(mark) | \(number == 0 ? names : "") | \(step.ports == "*" ? "all" : step.isRest ? "others" : step.ports)"
        + " | \(words(step.old)) | \(words(step.new)) | \(number == 0 ? places : "") |\n"
    }.joined()
  }

  /// A text from outside as the content of a cell.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text.printable {
      if "|`<>&*_[]\\".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}

// MARK: - JSON

extension ComparisonReport {
  /// One object; the changes one a line.
  package func writeJSON(to output: inout some TextOutputStream) {
    let counts = ListChange.Kind.allCases.map { kind in
      (kind.rawValue, String(self.counts[kind] ?? 0))
    }
    output.write("{\"result\":\(JSONText.quoted(result)),")
    output.write("\"wider\":\(isWider),\"narrower\":\(isNarrower),")
    output.write("\"day\":\"\(comparison.day)\",")
    output.write("\"old\":\(Self.lists(comparison.sides.old)),")
    output.write("\"new\":\(Self.lists(comparison.sides.new)),")
    output.write("\"counts\":\(JSONText.object(counts)),\"changes\":[")
    for number in 0..<comparison.count {
      output.write(number == 0 ? "\n" : ",\n")
      output.write(Self.object(comparison.change(number)))
    }
    output.write(comparison.isEqual ? "]}\n" : "\n]}\n")
  }

  private static func lists(_ lists: [Allowlist]) -> String {
    JSONText.array(
      lists.map {
        JSONText.object([
          ("list", JSONText.quoted($0.label)), ("file", JSONText.quoted($0.file)),
          ("sha256", JSONText.quoted($0.digest)), ("rules", String($0.rules.count)),
        ])
      })
  }

  private static func object(_ change: ListChange) -> String {
    var members = [
      ("change", "\"\(change.kind.rawValue)\""), ("pattern", JSONText.quoted(change.pattern)),
      ("wider", String(change.isWider)), ("narrower", String(change.isNarrower)),
    ]
    if let witness = change.witness {
      members.append(
        (
          "witness",
          JSONText.object([
            ("host", JSONText.quoted(witness.host)), ("port", witness.port.description),
            ("day", "\"\(witness.day)\""),
          ])
        ))
    }
    members.append(("steps", JSONText.array(change.steps.map(object))))
    members.append(("old", JSONText.array(change.oldRules.map(object))))
    members.append(("new", JSONText.array(change.newRules.map(object))))
    members.append(("except", JSONText.array(change.exceptions.map(JSONText.quoted))))
    return JSONText.object(members)
  }

  private static func object(_ step: ListChange.Step) -> String {
    JSONText.object([
      ("ports", "\"\(step.ports)\""), ("wider", String(step.isWider)),
      ("old", object(step.old)), ("new", object(step.new)),
    ])
  }

  private static func object(_ answer: PortAnswer) -> String {
    switch answer {
    case .refused: "{\"answer\":\"not_allowed\"}"
    case .denied: "{\"answer\":\"denied\"}"
    case .deniedAlways: "{\"answer\":\"denied_always\"}"
    case .allowed(nil): "{\"answer\":\"allowed\"}"
    case .allowed(let day?): "{\"answer\":\"allowed\",\"until\":\"\(day)\"}"
    }
  }

  private static func object(_ place: Sides.Place) -> String {
    JSONText.object([
      ("rule", JSONText.quoted(place.text)), ("list", JSONText.quoted(place.list)),
      ("file", JSONText.quoted(place.file)), ("line", String(place.line)),
    ])
  }
}
