import Domains
import Testing

@testable import Review

@Suite("Reports of a comparison")
struct ComparisonReportTests {
  private func report(_ limit: Int = 10) throws -> ComparisonReport {
    ComparisonReport(
      try ComparisonTests.compare(
        ["a.com", "old.org"], ["a.com :443", "+.new.org", "x.new.org :22", "!bad.org", "y.net"]),
      limit: limit)
  }

  @Test("the text starts with the summary and groups the changes by kind")
  func text() throws {
    var text = ""
    try report().write(to: &text)
    #expect(
      text.hasPrefix(
        "wider and narrower: 3 allowed, 1 no longer allowed, 1 with other ports, dates or protocols, "
          + "1 with other denies\n"), "\(text)")
    #expect(text.contains("+ +.new.org   for example new.org\n"), "\(text)")
    #expect(text.contains("    except x.new.org\n"), "\(text)")
    #expect(text.contains("    new: +.new.org  (l2.allow:6)\n"), "\(text)")
    #expect(text.contains("- old.org\n    ports 80,443: allowed -> not allowed\n"), "\(text)")
    #expect(text.contains("~ bad.org\n    every port: not allowed -> denied  (narrower)\n"))
  }

  @Test("beyond the limit the number of changes that are not shown is said")
  func limit() throws {
    var text = ""
    try report(1).write(to: &text)
    #expect(text.contains("  and 2 more (--limit, or --json for all)\n"), "\(text)")
    var markdown = ""
    try report(1).writeMarkdown(to: &markdown)
    #expect(markdown.contains("Allowed now: 2 more are not shown."), "\(markdown)")
  }

  @Test("markdown is one table with a summary in front; nothing of a file's name is markup")
  func markdown() throws {
    let text = "sluice-allowlist 1\nname: l\nversion: 3\n\na.com\n"
    let list = try Allowlist.parse(Array(text.utf8), file: "a|b`<i>\n\u{202E}.allow")
    let comparison = ListComparison(
      Sides(old: [], new: [list]), from: try #require(Day("2026-11-22")))
    var output = ""
    ComparisonReport(comparison, limit: 10).writeMarkdown(to: &output)
    #expect(output.hasPrefix("**Allowlist change: wider: 1 allowed**\n\n|"), "\(output)")
    #expect(
      output.contains(
        "| + | `a.com` | 80,443 | not allowed | allowed | a\\|b\\`\\<i\\>??.allow:5 |\n"),
      "\(output)")
  }

  @Test("JSON has every change with its example, steps, rules and exceptions")
  func json() throws {
    var output = ""
    try report(0).writeJSON(to: &output)
    #expect(
      output.hasPrefix("{\"result\":\"wider and narrower\",\"wider\":true,\"narrower\":true,"))
    #expect(output.split(separator: "\n").count == 8, "a line for each change, one around them")
    let line = #"""
      {"change":"conditions","pattern":"a.com","wider":false,"narrower":true,\#
      "witness":{"host":"a.com","port":80,"day":"2026-11-22"},\#
      "steps":[{"ports":"80","wider":false,\#
      "old":{"answer":"allowed"},"new":{"answer":"not_allowed"}}],\#
      "old":[{"rule":"a.com","list":"l@1","file":"l1.allow","line":5}],\#
      "new":[{"rule":"a.com :443","list":"l@2","file":"l2.allow","line":5}],"except":[]}
      """#
    #expect(output.contains(line), "\(output)")
  }
}
