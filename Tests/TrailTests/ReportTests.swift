import Testing
import Trail

@testable import Audit

@Suite("The report")
struct ReportTests {
  private func report(
    _ lines: [String], rules: [RuleUse.Source] = [], known: KnownDestinations? = nil
  ) throws -> TrafficReport {
    var report = TrafficReport(rules: rules, destinations: known)
    for line in lines {
      let bytes = Array(line.utf8)
      report.add(bytes.span, try fields(line))
    }
    return report
  }

  @Test("nothing of a record becomes markup, and the page may load and run nothing")
  func escaping() throws {
    let evil = #"<script>alert(1)</script>&\"'"#
    var report = try report([
      record(evil, environment: evil), record(evil, verdict: "deny", reason: evil),
    ])
    report.title = "<b>\""
    report.sources = ["<i>"]
    report.problems = ["<u>"]
    let html = report.html
    for mark in ["<script", "<b>\"", "<i>", "<u>", "alert(1)</"] { #expect(!html.contains(mark)) }
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(html.contains("default-src 'none'; style-src 'sha256-"))
    #expect(!html.contains(" style=") && !html.contains("http:") && !html.contains("https:"))
  }

  @Test("rules that decided nothing are named, those of other versions count for themselves")
  func unused() throws {
    let source = RuleUse.Source(
      label: "team@2", rules: [(5, "a.com"), (6, "*.b.com"), (9, "<c>.com")])
    let report = try report(
      [
        record("a.com", rule: "team@2:5"), record("x.b.com", rule: "team@1:6"),
        record("q", rule: "x"),
      ],
      rules: [source])
    let outcome = try #require(report.rules.outcomes(limit: 1).first)
    #expect(outcome.unusedCount == 2)
    #expect(outcome.unused.map(\.line) == [6])
    #expect(report.rules.others.top(5).map(\.text) == ["team@1"])
    #expect(report.html.contains("2 of 3 rules not used"))
  }

  @Test("what no report before had is new, once")
  func new() throws {
    let first = try report([record("a.com"), record("b.com")], known: KnownDestinations())
    #expect(first.destinations?.new.map(\.host) == ["a.com", "b.com"])
    let text = try #require(first.destinations?.text)
    let known = try KnownDestinations(text, name: "seen")
    let second = try report(
      [
        record("a.com"), record("c.com"), record("c.com"),
        record("d", verdict: "deny", reason: "x"),
      ],
      known: known)
    let new = try #require(second.destinations?.new)
    #expect(new.map(\.host) == ["c.com"])
    #expect(new.first?.count == 2)
    #expect(
      try #require(second.destinations?.text).contains("2026-11-22 a.com\n2026-11-22 b.com\n"))
  }

  @Test(
    "a file of destinations that is none is refused with its place",
    arguments: [
      "", "x\n", "sluice-audit-destinations 1\nx\n", "sluice-audit-destinations 1\na b c\n",
    ])
  func badState(_ text: String) {
    #expect(throws: LogFailure.self) { _ = try KnownDestinations(text, name: "seen") }
  }

  @Test("a report without records is a page, too")
  func empty() throws {
    #expect(try report([]).html.contains("no records"))
  }
}
