package import Domains

// Names and rules for audit records and answers, and the one call into the matcher: everything that goes
// through an unmanaged reference or hands out a part of a table.
extension PolicySnapshot {
  @inline(__always)
  func match(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> Matcher.Match {
    unsafe rows[environment].matcher._withUnsafeGuaranteedRef {
      $0.match(host, port: port, on: day)
    }
  }

  /// The name of an environment, for audit records; allocates nothing.
  @_lifetime(borrow self)
  package borrowing func environmentName(_ environment: Int) -> Span<UInt8> {
    text(rows[environment].name)
  }

  /// The labels of the environment's lists for answers, `default@2026.11.22-1, team@7`: up to four of
  /// them, with more the first and how many others; empty if there are none.
  @_lifetime(borrow self)
  package borrowing func listLabels(of environment: Int) -> Span<UInt8> {
    text(rows[environment].labelText)
  }

  /// The label of the list that holds `rule`, `default@2026.11.22-1`; empty for no rule. Allocates
  /// nothing.
  @_lifetime(borrow self)
  package borrowing func listLabel(of rule: Matcher.RuleIndex, environment: Int) -> Span<UInt8> {
    guard rule != .none else { return text(Slice(start: 0, count: 0)) }
    let row = rows[environment]
    let list = unsafe row.matcher._withUnsafeGuaranteedRef { $0.listIndex(of: rule) }
    precondition(list >= 0 && list < row.labels.count)
    return text(labels[row.labels.start + list])
  }

  /// The line of `rule` in its list, from 1; 0 for no rule.
  package func ruleLine(of rule: Matcher.RuleIndex, environment: Int) -> UInt32 {
    guard rule != .none else { return 0 }
    return unsafe rows[environment].matcher._withUnsafeGuaranteedRef { $0.line(of: rule) }
  }

  /// What follows a host's name when no rule names it, from ` is not on …` to the lists' labels, made
  /// beforehand because it is the answer that is given most; ASCII, allocates nothing.
  @_lifetime(borrow self)
  package borrowing func unlistedPhrase(_ environment: Int) -> Span<UInt8> {
    text(rows[environment].unlisted)
  }

  @_lifetime(borrow self)
  private borrowing func text(_ slice: Slice) -> Span<UInt8> {
    let start = unsafe texts.checkedStart(slice.start, slice.count)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: start, count: slice.count), borrowing: self)
  }
}
