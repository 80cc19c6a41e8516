package import Audit

/// What a report for a reviewer is made of: counts, what is new, what is not used. `TrafficReport+HTML`
/// writes it.
package struct TrafficReport: Sendable {
  package private(set) var statistics = LogStatistics()
  package private(set) var destinations: KnownDestinations?
  package private(set) var rules: RuleUse

  /// Heads the page.
  package var title = "Egress report"
  /// What was read, as messages call it, and what was left out of it.
  package var sources: [String] = []
  package var problems: [String] = []
  /// The conditions that records had to fit, in words; empty: all records.
  package var conditions = ""
  /// When the report was made, a `time`.
  package var made = ""

  /// - Parameters:
  ///   - rules: whose use is looked at.
  ///   - destinations: those of earlier reports; `nil`: what is new is not asked.
  package init(rules: [RuleUse.Source], destinations: KnownDestinations?) {
    self.rules = RuleUse(rules)
    self.destinations = destinations
  }

  package mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    statistics.add(line, fields)
    guard line.extracting(fields.event.range).equals("decision") else { return }
    if !rules.isEmpty, !fields.rule.isEmpty { rules.add(line, fields) }
    if destinations != nil, line.extracting(fields.verdict.range).equals("allow") {
      destinations?.add(line, fields)
    }
  }
}
