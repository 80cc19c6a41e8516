/// How a file of expectations fared, as text and as JSON.
package struct ExpectationReport: Sendable {
  /// What was decided for an expectation.
  package struct Decision: Sendable {
    package let isAllowed: Bool
    package let reason: String
    /// The decision in words.
    package let summary: String
    /// `FILE:LINE` of the rule that decided, if one did.
    package let rule: String?

    package init(isAllowed: Bool, reason: String, summary: String, rule: String?) {
      self.isAllowed = isAllowed
      self.reason = reason
      self.summary = summary
      self.rule = rule
    }
  }

  package let file: String
  package let count: Int
  private let failures: [(Expectations.Expectation, Decision)]

  package init(
    _ expectations: Expectations, decide: (Expectations.Expectation) -> Decision
  ) {
    file = expectations.file
    count = expectations.expectations.count
    failures = expectations.expectations.compactMap { expectation in
      let decision = decide(expectation)
      let holds =
        decision.isAllowed == expectation.isAllowed
        && (expectation.reason.map { $0 == decision.reason } ?? true)
      return holds ? nil : (expectation, decision)
    }
  }

  package var failureCount: Int { failures.count }

  /// A line for each that does not hold, then how many do.
  package var text: String {
    var result = ""
    for (expectation, decision) in failures {
      let wanted = expectation.reason.map { " with reason \($0)" } ?? ""
      let place = decision.rule.map { "  (\($0.printable))" } ?? ""
      result += "\(file.printable):\(expectation.line): expected "
      result += "\(expectation.isAllowed ? "allow" : "deny") \(expectation.target)\(wanted), got "
      result += "\(decision.isAllowed ? "allow" : "deny") (\(decision.reason)): "
      result += "\(decision.summary)\(place)\n"
    }
    let held = count - failures.count
    return result + "\(file.printable): \(held) of \(Counted.text(count, "expectation")) "
      + "\(held == 1 ? "holds" : "hold")\n"
  }

  /// One object on one line.
  package var json: String {
    let failures = failures.map { expectation, decision in
      var members = [
        ("line", String(expectation.line)),
        ("target", JSONText.quoted("\(expectation.target)")),
        ("expected", Self.word(expectation.isAllowed)), ("verdict", Self.word(decision.isAllowed)),
        ("reason", JSONText.quoted(decision.reason)), ("why", JSONText.quoted(decision.summary)),
      ]
      if let reason = expectation.reason {
        members.append(("expected_reason", JSONText.quoted(reason)))
      }
      if let rule = decision.rule { members.append(("rule", JSONText.quoted(rule))) }
      return JSONText.object(members)
    }
    return JSONText.object([
      ("file", JSONText.quoted(file)), ("expectations", String(count)),
      ("failures", JSONText.array(failures)),
    ])
  }

  private static func word(_ isAllowed: Bool) -> String { isAllowed ? "\"allow\"" : "\"deny\"" }
}
