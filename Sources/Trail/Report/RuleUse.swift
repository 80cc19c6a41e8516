internal import Audit

/// Which rules decided anything, of lists whose rules are known.
package struct RuleUse: Sendable {
  /// Some rules that records may name.
  package struct Source: Sendable {
    /// As records name it: `default@2026.11.22-1`, `env/vm-7/deny`.
    package let label: String
    /// The rules in the order of their lines.
    package let rules: [(line: Int, text: String)]

    package init(label: String, rules: [(line: Int, text: String)]) {
      self.label = label
      self.rules = rules
    }
  }

  /// What is known of one source at the end.
  package struct Outcome: Sendable {
    package let label: String
    package let ruleCount: Int
    package let unusedCount: Int
    /// The first of the unused rules.
    package let unused: [(line: Int, text: String)]
  }

  private let sources: [Source]
  private let labels: [[UInt8]]
  /// Of each source, by line.
  private var counts: [[Int32]]
  private var latest = 0
  /// Decisions by rules of sources that were not given.
  package private(set) var others = FrequentItems(capacity: 64)

  package init(_ sources: [Source]) {
    self.sources = sources
    labels = sources.map { Array($0.label.utf8) }
    counts = sources.map { [Int32](repeating: 0, count: ($0.rules.last?.line ?? 0) + 1) }
  }

  package var isEmpty: Bool { sources.isEmpty }

  mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    let rule = line.extracting(fields.rule.range)
    var colon = rule.count - 1
    while colon >= 0, rule[colon] != UInt8(ascii: ":") { colon -= 1 }
    guard colon > 0 else { return }
    let label = rule.extracting(0..<colon)
    var number = 0
    for index in colon + 1..<rule.count {
      let digit = rule[index] &- 0x30
      guard digit < 10, number < 1 << 32 else { return }
      number = number * 10 + Int(digit)
    }
    guard let found = find(label) else {
      others.add(label)
      return
    }
    latest = found
    guard number < counts[latest].count else { return }
    counts[latest][number] = counts[latest][number] &+ 1
  }

  /// The source of a label; most often that of the record before.
  private func find(_ label: Span<UInt8>) -> Int? {
    for offset in 0..<labels.count {
      let index = latest + offset < labels.count ? latest + offset : latest + offset - labels.count
      let text = labels[index]
      if label.equals(text.span) { return index }
    }
    return nil
  }

  /// - Parameter limit: how many unused rules of each source are named.
  package func outcomes(limit: Int) -> [Outcome] {
    sources.indices.map { index in
      let unused = sources[index].rules.lazy.filter { counts[index][$0.line] == 0 }
      return Outcome(
        label: sources[index].label, ruleCount: sources[index].rules.count,
        unusedCount: unused.count, unused: Array(unused.prefix(limit)))
    }
  }
}
