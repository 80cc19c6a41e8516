package import Domains

/// Names in the order in which they are asked for, and the right answers.
package struct QueryStream: Sendable {
  /// Which names a stream holds. The raw value is its name in tables, files and on the command line.
  package enum Kind: String, Sendable, CaseIterable {
    /// Names that a rule drawn at random covers.
    case hit
    /// Names that are nearly covered: a letter more or other, a label more behind or in front.
    case near
    /// Names that have nothing to do with the rules.
    case uniform
    /// Half ``near``, half ``uniform``.
    case miss
    /// Half ``hit``, half ``miss``.
    case mix
    /// 100,000 names, the nth as often as 1/n of the first.
    case zipf
    /// Few names that come again soon, as a proxy sees them.
    case replay
    /// One name all the time.
    case same
    /// ``mix``, each question waiting for the answer of the one before.
    case latency
    /// A user's own hosts in their order.
    case recorded
  }

  package let kind: Kind
  /// As a client might spell them: some with capitals, some with a trailing dot.
  package private(set) var raw = PackedNames()
  /// The same in canonical form, for those who are given it for nothing.
  package private(set) var clean = PackedNames()
  /// The number of the rule that decides, for each query; `UInt32.max`: none.
  package private(set) var rules: [UInt32] = []
  package private(set) var outcomes: [Matcher.Outcome] = []

  init(kind: Kind) { self.kind = kind }

  package var count: Int { rules.count }

  /// The share of queries that a rule decides.
  package var hitShare: Double {
    count == 0 ? 0 : Double(rules.count { $0 != .max }) / Double(count)
  }

  mutating func append(_ name: [UInt8], spelled raw: [UInt8], _ answer: Matcher.Match) {
    clean.append(name)
    self.raw.append(raw)
    rules.append(answer.rule.rawValue)
    outcomes.append(answer.outcome)
  }
}
