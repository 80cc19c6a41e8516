import Domains
import Review
import Testing

@Suite("Lint: what to write instead")
struct LintRemedyTests {
  private static let patterns = [
    "*.com", "com", "a*.com", "*-*.example.com", "a*.example.com", "?.example.com", "+.example.com",
    "*.example.com", "example.com", "!example.com", "!*.example.com", "!!example.com", "+.internal",
    "Example.COM", "b\u{FC}cher.example", "*.b\u{FC}cher.example.", "xn--a.example",
    "x_y.example.com",
    "*b*.com", "*.github.io", "+.amazonaws.com", "?.sharepoint.com", "a..b", "*.gcr.io",
  ]
  private static let ends = [
    "", " :22", " :*", " :80", " :80,443", " until=2020-01-01", " review=x",
  ]

  /// The parts of a remedy in backquotes that are patterns of rules.
  private func patterns(in remedy: String) -> [String] {
    let parts = remedy.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }.filter {
      $0.contains(".") && !$0.contains("=") && !["*.", "+.", "?."].contains($0)
    }
  }

  @Test("a remedy that names a rule names one that the format has")
  func taken() {
    var random = SeededGenerator(seed: 0x5EED)
    var count = 0
    for round in 0..<1_500 {
      let rules = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Self.patterns.randomElement(using: &random)! + Self.ends.randomElement(using: &random)!
      }
      for finding in Linted.run([("t.allow", Linted.text(rules))]).report.findings {
        for pattern in patterns(in: finding.remedy) {
          count += 1
          let text = Linted.text([pattern])
          #expect(
            throws: Never.self, "round \(round), \(rules): \(finding.line)",
            performing: { _ = try Allowlist.parse(text, file: "t.allow") })
        }
      }
    }
    #expect(count > 500, "only \(count) remedies name a rule")
  }
}
