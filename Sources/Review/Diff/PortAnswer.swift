package import Domains

/// What a side says of a name on one port, from the day of judgement on.
package enum PortAnswer: Hashable, Sendable {
  /// No rule allows or denies it: the name is unlisted, or the rules that decide are for other
  /// ports or no longer hold.
  case refused
  /// By a `!` rule.
  case denied
  /// By a `!!` rule.
  case deniedAlways
  /// To the end of that day; `nil`: for ever. `anyProtocol`: how long of that it is by a rule with
  /// `protocol=any`.
  case allowed(until: Day?, anyProtocol: AnyProtocol = .never)

  /// How long what a tunnel carries is not looked at.
  package enum AnyProtocol: Hashable, Sendable {
    case never
    /// To the end of that day; `nil`: for ever.
    case until(Day?)
  }

  package var isAllowed: Bool {
    if case .allowed = self { return true }
    return false
  }

  /// Whether this lets more through than `other`: an allow more than no allow, a later end more than
  /// an earlier one; `protocol=any` more than TLS that is checked; and the absence of a deny more than a deny, which holds in access level `full`
  /// and against the rules of other lists.
  package func isWider(than other: PortAnswer) -> Bool {
    strength > other.strength || protocolStrength > other.protocolStrength
  }

  private var strength: Int64 {
    switch self {
    case .deniedAlways: -3
    case .denied: -2
    case .refused: -1
    case .allowed(let until, _): until.map { max(0, Int64($0.daysSince1970)) } ?? .max
    }
  }

  private var protocolStrength: Int64 {
    guard case .allowed(_, .until(let end)) = self else { return -1 }
    return end.map { max(0, Int64($0.daysSince1970)) } ?? .max
  }

  /// What two allows give together.
  func joined(with other: PortAnswer) -> PortAnswer {
    guard case .allowed(_, let mine) = self, case .allowed(_, let theirs) = other else {
      return other.strength > strength ? other : self
    }
    let longer = other.strength > strength ? other : self
    guard case .allowed(let until, _) = longer else { return longer }
    return .allowed(
      until: until, anyProtocol: other.protocolStrength > protocolStrength ? theirs : mine)
  }
}

/// What a side says of a name, for every port. Two that say the same are equal: the segments are in
/// order, without a gap from 1 to 65535, and neighbours differ.
package struct PortVerdict: Hashable, Sendable {
  package struct Segment: Hashable, Sendable {
    package let ports: ClosedRange<UInt16>
    package let answer: PortAnswer
  }

  package let segments: [Segment]

  /// One answer on every port.
  init(_ answer: PortAnswer) { segments = [Segment(ports: 1...65535, answer: answer)] }

  /// What rules of equal rank say together, from `day` on: a deny for the port, else an allow for the
  /// port, the longest; else nothing, unless there are denies alone. `rules` is not empty.
  init(_ rules: [RuleCondition], from day: Day) {
    var starts: [UInt16] = [1]
    for rule in rules {
      for range in rule.ports.ranges {
        starts.append(range.lowerBound)
        if range.upperBound < .max { starts.append(range.upperBound + 1) }
      }
    }
    starts.sort()
    var merged: [Segment] = []
    for (index, start) in starts.enumerated() {
      let isLast = index == starts.count - 1
      if !isLast, starts[index + 1] == start { continue }
      guard let port = Port(start) else { continue }
      let end = isLast ? UInt16.max : starts[index + 1] - 1
      let answer = Self.answer(rules, on: port, from: day)
      if let last = merged.last, last.answer == answer {
        merged[merged.count - 1] = Segment(ports: last.ports.lowerBound...end, answer: answer)
      } else {
        merged.append(Segment(ports: start...end, answer: answer))
      }
    }
    segments = merged
  }

  private static func answer(
    _ rules: [RuleCondition], on port: Port, from day: Day
  ) -> PortAnswer {
    var hasAllow = false
    var best: PortAnswer?
    for rule in rules {
      guard !rule.isDeny else {
        if rule.ports.contains(port) { return .denied }
        continue
      }
      hasAllow = true
      guard rule.ports.contains(port), rule.until.map({ $0 >= day }) ?? true else { continue }
      best = best.map { $0.joined(with: rule.answer) } ?? rule.answer
    }
    return best ?? (hasAllow ? .refused : .denied)
  }

  package func answer(on port: Port) -> PortAnswer {
    for segment in segments where segment.ports.contains(port.number) { return segment.answer }
    preconditionFailure("the segments cover every port")
  }

  var allowsSomething: Bool { segments.contains { $0.answer.isAllowed } }
}

/// What a rule says, without the names that it says it of.
struct RuleCondition: Hashable {
  let verdict: Rule.Verdict
  let ports: PortSet
  let until: Day?
  let allowsAnyProtocol: Bool

  var isDeny: Bool { verdict != .allow }

  /// Of an allow that holds.
  var answer: PortAnswer {
    .allowed(until: until, anyProtocol: allowsAnyProtocol ? .until(until) : .never)
  }
}

/// All verdicts that a comparison meets, each once, so that two are equal exactly when their numbers
/// are.
struct VerdictTable {
  let day: Day
  private(set) var verdicts: [PortVerdict] = [
    PortVerdict(.refused), PortVerdict(.deniedAlways),
  ]
  private var numbers: [PortVerdict: UInt32] = [:]
  private(set) var conditions: [RuleCondition] = []
  private var conditionNumbers: [RuleCondition: UInt32] = [:]
  /// The verdict of a condition that stands alone.
  private var alone: [UInt32] = []
  private var together: [[UInt32]: UInt32] = [:]

  /// No rule covers the name.
  static let unlisted: UInt32 = 0
  static let always: UInt32 = 1

  init(from day: Day) {
    self.day = day
    for (number, verdict) in verdicts.enumerated() { numbers[verdict] = UInt32(number) }
  }

  /// The number of what a rule says.
  mutating func condition(of rule: Rule) -> UInt32 {
    let condition = RuleCondition(
      verdict: rule.verdict, ports: rule.ports, until: rule.until,
      allowsAnyProtocol: rule.allowsAnyProtocol)
    if let number = conditionNumbers[condition] { return number }
    let number = UInt32(conditions.count)
    conditions.append(condition)
    conditionNumbers[condition] = number
    alone.append(
      condition.verdict == .denyAlways
        ? Self.always : intern(PortVerdict([condition], from: day)))
    return number
  }

  /// The verdict of one rule that decides alone.
  func verdict(of condition: UInt32) -> UInt32 { alone[Int(condition)] }

  /// The verdict of rules of equal rank, in any order and with repetitions; not empty.
  mutating func verdict(ofAll list: [UInt32]) -> UInt32 {
    let key = Set(list).sorted()
    if key.count == 1 { return alone[Int(key[0])] }
    if let number = together[key] { return number }
    let number = intern(PortVerdict(key.map { conditions[Int($0)] }, from: day))
    together[key] = number
    return number
  }

  private mutating func intern(_ verdict: PortVerdict) -> UInt32 {
    if let number = numbers[verdict] { return number }
    let number = UInt32(verdicts.count)
    verdicts.append(verdict)
    numbers[verdict] = number
    return number
  }
}
