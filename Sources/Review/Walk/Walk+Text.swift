import Domains

/// A walk in words.
extension Walk {
  /// One block a step, then what decides and why, without the verdict itself.
  package func write(to output: inout some TextOutputStream) {
    output.write("\(host):\(port) on \(day)\n")
    for (index, step) in steps.enumerated() {
      output.write("\(index + 1). \(step.name)\(step.isKnown ? "" : "  no rule here or below")\n")
      if step.isKnown, step.met.isEmpty { output.write("     no rule here\n") }
      for met in step.met {
        output.write("     \(place(met))  \(met.rule.text)\n")
        output.write("       \(meaning(met, at: index + 1))\n")
      }
      if step.unmentioned > 0 {
        output.write(
          "     and \(Counted.text(step.unmentioned, "more that is", "more that are")) not about this name\n"
        )
      }
    }
    output.write("\(conclusion)\n")
    guard rank?.rank != .hardDeny else { return }
    for met in group { output.write("     \(place(met))  \(met.rule.text): \(holding(met))\n") }
  }

  private func place(_ met: Met) -> String {
    sources[met.source].place(of: met.rule)
  }

  /// What a rule is to the name.
  func meaning(_ met: Met, at depth: Int) -> String {
    guard let rank = met.rank else { return unrelated(met.rule.pattern) }
    let candidate =
      switch rank {
      case .hardDeny: "denies this name and everything below, whatever other rules say"
      case .exact: "is about exactly this name"
      case .oneLabel: "is about names with one label more"
      case .glob: "is about names with one label more, of this form"
      case .below: "is about everything below"
      }
    guard let best = self.rank else { return candidate }
    if best.rank == .hardDeny { return rank == .hardDeny ? candidate : "\(candidate); overridden" }
    if best.rank == rank, best.depth == depth { return "\(candidate); the most specific" }
    return "\(candidate); a more specific rule decides"
  }

  private func unrelated(_ pattern: Pattern) -> String {
    switch pattern {
    case .exact: "is about that name only"
    case .below: "is about what is below it, not the name itself"
    case .oneLabel: "is about names with exactly one label more"
    case .glob: "is about names with one label more, of another form"
    case .apexAndBelow: "is not about this name"
    }
  }

  private var conclusion: String {
    guard let rank else { return "No rule covers the name: it is not listed." }
    let name = steps[rank.depth - 1].name
    switch rank.rank {
    case .hardDeny: return "A `!!` rule on \(name) decides before all others."
    case .exact: return "The rules for exactly this name decide; nothing is more specific."
    case .oneLabel:
      return "The `?` rules on \(name) decide: the deepest rules, and `?` before globs."
    case .glob: return "The globs on \(name) that match decide together, before `*` and `+`."
    case .below:
      return "The `*` and `+` rules on \(name) decide: no deeper name has a rule for this one."
    }
  }

  /// Whether a rule of the deciding group holds, and what it does.
  func holding(_ met: Met) -> String {
    if isDeny(met) {
      if holdsPort(met) { return "denies port \(port), and deny wins among equals" }
      return outcome == .deny
        ? "denies other ports; there is no fall-through to less specific rules"
        : "denies other ports"
    }
    if !holdsPort(met) {
      return "does not allow port \(port); there is no fall-through to less specific rules"
    }
    if !holdsDay(met) {
      return "has expired; there is no fall-through to less specific rules"
    }
    return outcome == .deny
      ? "would allow port \(port), but a deny holds"
      : met.rule.allowsAnyProtocol
        ? "allows port \(port), for any protocol" : "allows port \(port)"
  }

  // MARK: - JSON

  /// The members of a JSON object, without the verdict.
  package var json: [(key: String, value: String)] {
    let steps = steps.enumerated().map { index, step in
      JSONText.object([
        ("name", JSONText.quoted(step.name)), ("known", String(step.isKnown)),
        ("rules", JSONText.array(step.met.map { object($0, at: index + 1) })),
        ("more", String(step.unmentioned)),
      ])
    }
    return [
      ("host", JSONText.quoted(host.text)), ("port", "\(port)"), ("day", "\"\(day)\""),
      ("steps", JSONText.array(steps)), ("conclusion", JSONText.quoted(conclusion)),
      ("decides", JSONText.array(group.map { object($0, holding($0)) })),
    ]
  }

  private func object(_ met: Met, at depth: Int) -> String { object(met, meaning(met, at: depth)) }

  private func object(_ met: Met, _ meaning: String) -> String {
    JSONText.object(
      [("rule", JSONText.quoted(met.rule.text))] + sources[met.source].members(of: met.rule)
        + [("covers", String(met.rank != nil)), ("meaning", JSONText.quoted(meaning))])
  }
}
