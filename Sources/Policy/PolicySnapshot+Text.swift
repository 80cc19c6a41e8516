import Domains

// Names and rules for audit records and answers, and the one call into the matcher: everything that
// goes through an unmanaged reference or hands out a part of a table.
extension PolicySnapshot {
  @inline(__always)
  func match(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> RuleAnswer {
    let asked = AskedPort(port, isOpen: isOpen(port, environment))
    let row = rows[environment]
    if let ownRules = unsafe row.ownRules {
      return unsafe match(host, port: asked, on: day, lists: row.matcher, ownRules: ownRules)
    }
    return unsafe RuleAnswer(
      match: row.matcher._withUnsafeGuaranteedRef { $0.match(host, port: asked, on: day) })
  }

  /// The few rules first: mostly none is about the name, and the lists alone answer.
  private func match(
    _ host: borrowing HostKey, port: AskedPort, on day: Day, lists: Unmanaged<Matcher>,
    ownRules: Unmanaged<Matcher>
  ) -> RuleAnswer {
    let near = unsafe ownRules._withUnsafeGuaranteedRef { $0.match(host, port: port, on: day) }
    if near.outcome == .unlisted {
      return unsafe RuleAnswer(
        match: lists._withUnsafeGuaranteedRef { $0.match(host, port: port, on: day) })
    }
    let own = unsafe ownRules._withUnsafeGuaranteedRef {
      $0.standing(host, port: port, on: day)
    }
    let far = unsafe lists._withUnsafeGuaranteedRef { $0.standing(host, port: port, on: day) }
    return far.prevails(over: own)
      ? RuleAnswer(match: far.match(beside: own))
      : RuleAnswer(match: own.match(beside: far), isOwn: true)
  }

  /// The name of an environment, for audit records; empty for ``noEnvironment``. Allocates nothing.
  @_lifetime(borrow self)
  package borrowing func environmentName(_ environment: Int) -> Span<UInt8> {
    text(environment == Self.noEnvironment ? .empty : rows[environment].name)
  }

  /// The labels of the environment's lists for answers, `default@2026.11.22-1, team@7`: up to four of
  /// them, with more the first and how many others; empty if there are none.
  @_lifetime(borrow self)
  package borrowing func listLabels(of environment: Int) -> Span<UInt8> {
    text(environment == Self.noEnvironment ? .empty : rows[environment].labelText)
  }

  /// The label of the list that holds the rule of a decision, `default@2026.11.22-1`, or
  /// `env/vm-7/deny` of the environment's own rules; empty for no rule. Allocates nothing.
  @_lifetime(borrow self)
  package borrowing func listLabel(of decision: Decision, environment: Int) -> Span<UInt8> {
    guard decision.rule != .none else { return text(.empty) }
    return text(labelRow(of: decision, environment).text)
  }

  /// The line of a decision's rule in its list, from 1; of rules that stand in the configuration their
  /// number there; 0 for no rule.
  package func ruleLine(of decision: Decision, environment: Int) -> UInt32 {
    guard decision.rule != .none else { return 0 }
    let line = unsafe matcher(of: decision, environment)._withUnsafeGuaranteedRef {
      $0.line(of: decision.rule)
    }
    return line - labelRow(of: decision, environment).skippedLines
  }

  /// As audit records name the rule of a decision: `default@2026.11.22-1:31`, `env/vm-7/deny:2`; empty
  /// for no rule.
  package func ruleName(of decision: Decision, environment: Int) -> String {
    guard decision.rule != .none else { return "" }
    let label = listLabel(of: decision, environment: environment)
    let bytes = label.indices.map { label[$0] }
    let line = ruleLine(of: decision, environment: environment)
    return "\(String(decoding: bytes, as: UTF8.self)):\(line)"
  }

  private func labelRow(of decision: Decision, _ environment: Int) -> LabelRow {
    let row = rows[environment]
    let slice = decision.isOwnRule ? row.ownLabels : row.labels
    let list = unsafe matcher(of: decision, environment)._withUnsafeGuaranteedRef {
      $0.listIndex(of: decision.rule)
    }
    precondition(list >= 0 && list < slice.count)
    return labels[slice.start + list]
  }

  @unsafe private func matcher(of decision: Decision, _ environment: Int) -> Unmanaged<Matcher> {
    let row = rows[environment]
    guard decision.isOwnRule else { return unsafe row.matcher }
    guard let ownRules = unsafe row.ownRules else {
      preconditionFailure("a rule of an environment that has none of its own")
    }
    return unsafe ownRules
  }

  /// The ports that are open where no rule names any, as `80, 443`, if they are not those; else empty.
  @_lifetime(borrow self)
  package borrowing func openPorts(of environment: Int) -> Span<UInt8> {
    text(environment == Self.noEnvironment ? .empty : rows[environment].openPortsText)
  }

  /// The fields that the environment adds to responses, a line each; empty for none.
  @_lifetime(borrow self)
  package borrowing func responseFields(of environment: Int) -> Span<UInt8> {
    text(environment == Self.noEnvironment ? .empty : rows[environment].responseFields)
  }

  /// What follows a host's name when no rule names it, from ` is not on …` to the lists' labels,
  /// made beforehand because it is the answer that is given most; ASCII, allocates nothing.
  @_lifetime(borrow self)
  package borrowing func unlistedPhrase(_ environment: Int) -> Span<UInt8> {
    text(rows[environment].unlisted)
  }

  @_lifetime(borrow self)
  borrowing func text(_ slice: Slice) -> Span<UInt8> {
    let start = unsafe texts.checkedStart(slice.start, slice.count)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: start, count: slice.count), borrowing: self)
  }
}
