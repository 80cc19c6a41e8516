/// Where a rule comes from: for audit records, refusals and `sluice check`.
extension Matcher {
  /// Everything that a person needs to find a rule.
  public struct RuleSource: Hashable, Sendable {
    public let listIndex: Int
    /// `name@version` of the list.
    public let listLabel: String
    /// The list's file as it was named when it was read.
    public let file: String
    /// 1-based.
    public let line: Int
    /// The rule as it stands there, without its comment.
    public let text: String
  }

  /// Allocates. Traps on ``RuleIndex/none``.
  public func source(of rule: RuleIndex) -> RuleSource {
    let number = listIndex(of: rule)
    let list = lists[number]
    let row = ruleRows[Int(rule.rawValue)]
    let range = Int(row.start)..<(Int(row.start) + Int(row.length))
    return RuleSource(
      listIndex: number, listLabel: list.label, file: list.file, line: Int(row.line),
      text: String(decoding: list.text[range], as: UTF8.self))
  }

  /// The 1-based line of a rule in its list. Allocates nothing; traps on ``RuleIndex/none``.
  public func line(of rule: RuleIndex) -> UInt32 { ruleRows[Int(rule.rawValue)].line }

  /// The index of a rule's list in ``lists``. Allocates nothing; traps on ``RuleIndex/none``.
  public func listIndex(of rule: RuleIndex) -> Int {
    precondition(Int(rule.rawValue) < ruleCount)
    var number = 0
    while number + 1 < listStarts.count, listStarts[number + 1] <= rule.rawValue { number += 1 }
    return number
  }

  /// The bytes of a list's `name@version`.
  public func label(ofList number: Int) -> [UInt8] { Array(lists[number].label.utf8) }

  /// The bytes of the `name@version` of a rule's list. Allocates nothing; traps on
  /// ``RuleIndex/none``.
  @_lifetime(borrow self)
  public func withLabel(of rule: RuleIndex) -> Span<UInt8> {
    let number = listIndex(of: rule)
    let start = number == 0 ? 0 : Int(labelEnds[number - 1])
    return unsafe _overrideLifetime(
      labels.unownedSpan(start, Int(labelEnds[number])), borrowing: self)
  }
}
