import Domains
import Foundation
import Review
import Testing

@Suite("Lint: reports and fixes")
struct LintReportTests {
  private func report(_ rules: [String]) -> LintReport {
    Linted.run([("lists/a b.allow", Linted.text(["[S] owner=@a"] + rules))]).report
  }

  @Test("a line has file, place, severity, code, what and remedy; the summary counts")
  func text() {
    let report = report(["a.example.com", "a.example.com"])
    #expect(
      report.findings.map(\.line) == [
        "lists/a b.allow:7:1: warning[duplicate]: `a.example.com` on line 6 says the same; "
          + "remove one of the two"
      ])
    #expect(report.summary(files: 1) == "no errors, 1 warning, no notes in 1 file")
    #expect(!report.fails(isStrict: false))
    #expect(report.fails(isStrict: true))
    #expect(self.report(["*.com"]).fails(isStrict: false))
  }

  @Test("JSON has a member for everything, and a fix where there is one")
  func json() throws {
    let report = report(["a.example.com", "a.example.com", "b.example.com :80,443 # \"b\""])
    let findings = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [[String: Any]])
    #expect(findings.count == 3)
    #expect(findings[0]["code"] as? String == "duplicate")
    #expect(findings[0]["line"] as? Int == 7)
    #expect(findings[0]["endColumn"] as? Int == 14)
    #expect((findings[0]["fix"] as? [String: Any])?["replacement"] is NSNull)
    #expect(
      (findings[2]["fix"] as? [String: Any])?["replacement"] as? String == "b.example.com # \"b\"")
    #expect(self.report([]).json == "[]")
  }

  @Test("SARIF has what the standard requires, and its places are inside the file")
  func sarif() throws {
    let rules = ["Bücher.example. :22", "a.example.com", "a.example.com", "*.com"]
    let text = report(rules).sarif(version: "1.2.3")
    let log = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0")
    #expect((log["$schema"] as? String)?.hasSuffix("sarif-2.1.0.json") == true)
    let runs = try #require(log["runs"] as? [[String: Any]])
    #expect(runs.count == 1)
    #expect(runs[0]["columnKind"] as? String == "unicodeCodePoints")
    let driver = try #require((runs[0]["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] is String)
    let descriptions = try #require(driver["rules"] as? [[String: Any]])
    #expect(descriptions.compactMap { $0["id"] as? String } == LintCode.allCases.map(\.rawValue))
    for description in descriptions {
      let configuration = try #require(description["defaultConfiguration"] as? [String: Any])
      #expect(["error", "warning", "note"].contains(configuration["level"] as? String))
      #expect((description["shortDescription"] as? [String: Any])?["text"] is String)
    }

    let lines = (["", "", "", "", "[S] owner=@a"] + rules).map(\.unicodeScalars.count)
    let results = try #require(runs[0]["results"] as? [[String: Any]])
    #expect(results.count == 5)
    var fixes = 0
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(descriptions[index]["id"] as? String == result["ruleId"] as? String)
      #expect(["error", "warning", "note"].contains(result["level"] as? String))
      #expect(((result["message"] as? [String: Any])?["text"] as? String)?.isEmpty == false)
      let location = try #require((result["locations"] as? [[String: Any]])?.first)
      let physical = try #require(location["physicalLocation"] as? [String: Any])
      #expect(
        (physical["artifactLocation"] as? [String: Any])?["uri"] as? String
          == "lists/a%20b.allow")
      let region = try #require(physical["region"] as? [String: Int])
      let line = try #require(region["startLine"])
      let (start, end) = (try #require(region["startColumn"]), try #require(region["endColumn"]))
      #expect(1 <= start && start < end && end <= lines[line - 1] + 1, "\(region)")
      for fix in result["fixes"] as? [[String: Any]] ?? [] {
        fixes += 1
        let change = try #require((fix["artifactChanges"] as? [[String: Any]])?.first)
        let replacement = try #require((change["replacements"] as? [[String: Any]])?.first)
        let deleted = try #require(replacement["deletedRegion"] as? [String: Int])
        #expect(deleted["startLine"] == line && deleted["endLine"] == line + 1)
      }
    }
    #expect(fixes == 2)
  }

  @Test("many findings of one code are counted, and only the first are told")
  func bounded() {
    let report = report((1...2500).map { "*.n\($0).example.com" })
    #expect(report.counts[.apexMissing] == 2500)
    #expect(report.findings.count { $0.code == .apexMissing } == LintReport.findingLimit)
    #expect(report.summary(files: 1).hasSuffix("; 1500 more of apex-missing not shown"))
    let capitals = self.report((1...1200).map { "N\($0).example.com" })
    #expect(capitals.counts[.nonCanonical] == 1200)
    #expect(capitals.summary(files: 1).hasPrefix("1200 errors, "))
  }

  // MARK: - Fixes

  private func fixed(_ rules: [String]) throws -> [String]? {
    let text = Linted.text(["[S] owner=@a"] + rules)
    let fixed = Linted.run([("t.allow", text)], fixes: true).fixed
    return try #require(fixed.count == 1 ? fixed : nil)[0].map { bytes in
      String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false
      ).dropFirst(5).dropLast().map(String.init)
    }
  }

  @Test("rules that stand there twice go, unless a comment or key would go with them")
  func duplicates() throws {
    #expect(
      try fixed(["a.example", "b.example", "a.example", "a.example :443,80"])
        == ["a.example", "b.example"])
    #expect(try fixed(["a.example", "a.example # why"]) == ["a.example", "a.example  # why"])
    #expect(try fixed(["a.example", "a.example ticket=1"]) == nil)
    #expect(try fixed(["a.example ticket=1", "a.example ticket=1"]) == ["a.example ticket=1"])
    #expect(
      try fixed(["a.example", "a.example # lint: allow duplicate kept for a test"])
        == ["a.example", "a.example  # lint: allow duplicate kept for a test"])
  }

  @Test("spelling and ports that say nothing are put right, what needs a person is not")
  func spelling() throws {
    #expect(
      try fixed(["Bücher.example.  :80,443   owner=@b", "*.com", "!c.example :*  # c"])
        == ["xn--bcher-kva.example owner=@b  # bücher.example", "*.com", "!c.example  # c"])
    #expect(try fixed(["+.example.com", "a.example.com"]) == nil)
  }

  @Test("a fixed list answers as before and has nothing left to fix", arguments: 1...20)
  func property(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let rules = (0..<30).map { _ in LintOverlapTests.rule(&random) }
    let text = Linted.text(rules)
    guard let fixed = Linted.run([("t.allow", text)], fixes: true).fixed[0] else { return }
    #expect(try answers(fixed) == answers(text))
    #expect(Linted.run([("t.allow", fixed)], fixes: true).fixed == [nil])
  }

  private func answers(_ text: [UInt8]) throws -> [Matcher.Outcome] {
    let matcher = Matcher([.init(list: try Allowlist.parse(text, file: "t.allow"))], seed: 1)
    return LintOverlapTests.hosts.flatMap { host in
      LintOverlapTests.ports.flatMap { port in
        LintOverlapTests.days.map {
          matcher.match(host, port: Domains.Port(port)!, on: $0).outcome
        }
      }
    }
  }
}

/// `docs/lint.md` promises every code, once, with its severity.
@Suite("docs/lint.md") struct LintDocumentTests {
  @Test("documents every code in order with its severity, why and remedy, and nothing else")
  func codes() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/lint.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    #expect(rows.map { $0[0] } == LintCode.allCases.map { "`\($0.rawValue)`" })
    for (row, code) in zip(rows, LintCode.allCases) {
      try #require(row.count == 5, "\(row)")
      #expect(row[1] == code.severity.rawValue, "\(code)")
      #expect(row.allSatisfy { !$0.isEmpty }, "\(code)")
    }
  }
}
