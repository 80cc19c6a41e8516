import Domains

/// What groups of rules answer, over all ports and days at once.
extension RuleTable {
  /// The answers of docs/allowlists.md, where a group decides.
  enum Outcome: UInt8 {
    case allow, allowAnyProtocol, deny, portNotAllowed, expired, unlisted

    var isAllow: Bool { self == .allow || self == .allowAnyProtocol }
  }

  /// What a group answers for a port on a day.
  func outcome(_ group: [Int32], _ port: UInt16, _ day: Int32) -> Outcome {
    var isDenied = false
    var holds = false
    var holdsForAny = false
    var hasOtherPort = false
    var hasAllow = false
    for number in group {
      let row = rows[Int(number)]
      let isHere = ports[Int(row.ports)].ranges.contains { $0.contains(port) }
      if row.isDeny {
        if isHere { isDenied = true }
        continue
      }
      hasAllow = true
      if !isHere {
        hasOtherPort = true
      } else if day <= row.until {
        holds = true
        if row.allowsAnyProtocol { holdsForAny = true }
      }
    }
    if isDenied { return .deny }
    if holds { return holdsForAny ? .allowAnyProtocol : .allow }
    if hasOtherPort { return .portNotAllowed }
    if hasAllow { return .expired }
    return group.isEmpty ? .unlisted : .deny
  }

  /// The most steps of one comparison.
  private static let workLimit = 50_000

  /// Whether a pair of groups answers, for every port and day, as `agrees` wants; `nil` if that would
  /// be too much work to say.
  func holdsEverywhere(
    _ left: [Int32], _ right: [Int32], _ agrees: (Outcome, Outcome) -> Bool
  ) -> Bool? {
    var starts: Set<UInt16> = [1]
    var days: Set<Int32> = [0]
    var rangeCount = 0
    for number in left + right {
      let row = rows[Int(number)]
      rangeCount += ports[Int(row.ports)].ranges.count
      for range in ports[Int(row.ports)].ranges {
        starts.insert(range.lowerBound)
        if range.upperBound < .max { starts.insert(range.upperBound + 1) }
      }
      days.insert(row.until)
      if row.until < Self.noEnd { days.insert(row.until + 1) }
    }
    guard starts.count * days.count * rangeCount <= Self.workLimit else { return nil }
    for port in starts {
      for day in days where !agrees(outcome(left, port, day), outcome(right, port, day)) {
        return false
      }
    }
    return true
  }

  /// Whether two groups are known to give every port and day the same answer.
  func areSame(_ left: [Int32], _ right: [Int32]) -> Bool {
    if left.count == 1, right.count == 1 {
      let (one, other) = (rows[Int(left[0])], rows[Int(right[0])])
      guard one.isDeny == other.isDeny else { return false }
      // Denies alone deny every port, whichever they name.
      return one.isDeny
        || (one.ports == other.ports && one.until == other.until
          && one.allowsAnyProtocol == other.allowsAnyProtocol)
    }
    guard left.isEmpty == right.isEmpty else { return false }
    return holdsEverywhere(left, right) { $0 == $1 } == true
  }

  /// Whether `row` adds nothing to any group that `other` is in.
  func adds(_ row: Int32, nothingTo other: Int32) -> Bool {
    let (one, two) = (rows[Int(row)], rows[Int(other)])
    if two.isDeny {
      if one.isDeny { return contains(two.ports, one.ports) }
      return ports[Int(two.ports)] == .all
    }
    guard !one.isDeny, contains(two.ports, one.ports),
      !one.allowsAnyProtocol || two.allowsAnyProtocol
    else { return false }
    return two.until == Self.noEnd || (two.ports == one.ports && one.until <= two.until)
  }

  private func contains(_ whole: Int32, _ part: Int32) -> Bool {
    if whole == part { return true }
    let ranges = ports[Int(whole)].ranges
    return ports[Int(part)].ranges.allSatisfy { inner in
      ranges.contains { $0.lowerBound <= inner.lowerBound && inner.upperBound <= $0.upperBound }
    }
  }
}
