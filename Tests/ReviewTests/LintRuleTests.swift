import Domains
import Review
import Testing

@Suite("Lint: a rule alone")
struct LintRuleTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let rule: String
    let codes: [String]
    var testDescription: String { rule }

    init(_ rule: String, _ codes: String...) {
      self.rule = rule
      self.codes = codes
    }
  }

  static let rows: [Row] = [
    Row("example.com"), Row("+.example.com"), Row("!+.com"), Row("com"), Row("github.io"),
    // Wildcards over what strangers can have.
    Row("*.com", "public-suffix"), Row("+.co.uk", "public-suffix"), Row("?.org", "public-suffix"),
    Row("goog*.com", "public-suffix"), Row("*.xn--55qx5d.cn", "public-suffix"),
    Row("*.github.io", "multi-tenant"), Row("+.s3.amazonaws.com", "multi-tenant"),
    Row("+.cloudfront.net", "multi-tenant"), Row("app-*.herokuapp.com", "multi-tenant"),
    Row("+.amazonaws.com", "multi-tenant"), Row("+.core.windows.net", "multi-tenant"),
    Row("+.eu-west-1.compute.amazonaws.com", "multi-tenant"),
    Row("?.amazonaws.com", "multi-tenant"), Row("zz-*.amazonaws.com"),
    Row("+.cloudapp.azure.com", "multi-tenant"),
    Row("+.storage.googleapis.com", "multi-tenant"),
    Row("?.sharepoint.com", "multi-tenant"), Row("?.eu-5.platform.sh", "multi-tenant"),
    Row("+.platform.sh", "multi-tenant"), Row("+.us-east-2.amazonaws.com", "multi-tenant"),
    Row("s3*.ap-south-1.amazonaws.com", "multi-tenant"), Row("zz-*.ap-south-1.amazonaws.com"),
    Row("*.azurewebsites.net", "multi-tenant"), Row("+.azureedge.net", "multi-tenant"),
    Row("?.trafficmanager.net", "multi-tenant"), Row("+.windows.net", "multi-tenant"),
    Row("?.eu.ngrok.io", "multi-tenant"), Row("+.webhook.site", "multi-tenant"),
    Row("?.contoso.sharepoint.com"), Row("!+.sharepoint.com"), Row("contoso.sharepoint.com"),
    Row("+.internal", "whole-top-level"), Row("+.corp.internal"),
    // Globs.
    Row("a*.example.com", "broad-glob"), Row("*-*.example.com", "broad-glob"),
    Row("api-*.example.com"), Row("s3-*.example.com"), Row("!a*.example.com"),
    // International names.
    Row("xn--bcher-kva.example"), Row("xn--fiq228c.com"), Row("xn--e1afmkfd.example"),
    Row("xn--a.example", "invalid-idn"), Row("xn--abc-.example", "invalid-idn"),
    Row("xn--zzzzzzz99999.example", "invalid-idn"), Row("xn--n3h.example", "invalid-idn"),
    Row("+.xn--a.example", "invalid-idn"), Row("xn--bc*.example.com", "invalid-idn"),
    Row("xn--pple-43d.example", "confusable-idn"), Row("xn--80ak6aa92e.example", "confusable-idn"),
    Row("xn--bcher-kva009c.example", "confusable-idn"),
    Row("a_b.example.com", "underscore"), Row("_acme-*.example.com", "underscore"),
    // Ports.
    Row("example.com :443"), Row("example.com :8443"), Row("!!example.com"),
    Row("example.com :80", "plain-http"), Row("example.com :80,443", "redundant-ports"),
    Row("example.com :443,80 owner=@a", "redundant-ports"),
    Row("example.com reason=\"a :b\""), Row("!example.com :*", "redundant-ports"),
    Row("example.com :*", "every-port"), Row("example.com :22", "risky-port"),
    Row("example.com :3000-4000", "risky-port"), Row("example.com :25", "risky-port"),
    Row("example.com :443 protocol=any", "any-protocol"),
    // Days; today is 2026-11-22.
    Row("example.com until=2026-11-21", "expired"), Row("example.com until=2020-01-01", "expired"),
    Row("example.com until=2026-11-22", "expires-soon"),
    Row("example.com until=2026-12-22", "expires-soon"), Row("example.com until=2026-12-23"),
    Row("example.com review=2026-11-21", "review-overdue"), Row("example.com review=2026-11-22"),
    Row("example.com review=soon", "review-unclear"),
  ]

  @Test("has the findings that it should have", arguments: rows)
  func rule(_ row: Row) {
    let found = Linted.codes([row.rule]).map { $0.dropFirst(2) }
    #expect(found.map(String.init) == row.codes)
  }

  @Test("the scripts of a label, and the ASCII label that it looks like")
  func scripts() {
    #expect(InternationalName.scripts(of: "bücher-3") == [.latin])
    #expect(InternationalName.scripts(of: "аb") == [.cyrillic, .latin])
    #expect(InternationalName.isUsual([.latin, .han, .hiragana, .katakana]))
    #expect(!InternationalName.isUsual([.latin, .greek]))
    #expect(InternationalName.lookalike(of: "аррӏе") == "apple")
    #expect(InternationalName.lookalike(of: "пример") == nil)
    #expect(InternationalName.lookalike(of: "bücher") == nil)
  }

  @Test("a section without an owner is found at its heading, unless each rule has one")
  func owners() {
    let text = Linted.text([
      "a.example", "b.example", "[One]", "c.example", "d.example", "[Two]", "e.example owner=@a",
      "[Three] owner=@b review=2020-01-01", "f.example",
    ])
    let findings = Linted.run([("t.allow", text)]).report.findings
    #expect(
      findings.filter { $0.code != .unformatted }.map {
        "\($0.position.line):\($0.position.column)-\($0.endColumn) \($0.code.rawValue)"
      } == ["5:1-10 no-owner", "7:1-6 no-owner", "12:18-35 review-overdue"])
  }

  @Test("a rule out of place is found where the others are sorted, and nowhere else")
  func order() {
    let sorted = ["a.example", "b.example", "x.b.example", "c.example", "d.example", "e.example"]
    #expect(Linted.codes(sorted) == [])
    #expect(
      Linted.codes(["a.example", "b.example", "d.example", "c.example", "e.example"])
        == ["4 unsorted"])
    #expect(Linted.codes(["e.example", "d.example", "c.example", "b.example", "a.example"]) == [])
    #expect(Linted.codes(["b.example", "a.example"]) == [])
    // A blank line starts anew.
    #expect(
      Linted.codes([
        "m.example", "n.example", "o.example", "p.example", "q.example", "", "a.example",
      ])
        == [])
  }

  // MARK: - What the parser refuses

  @Test("every fault of a refused list is a finding at its place")
  func refused() {
    let text = Array(
      """
      sluice-allowlist 1
      name: t
      version: 1
      Example.com :0
      b.example/path
      b\u{FC}cher.example.
      \u{FF45}x.example
      .example

      """.utf8)
    let findings = Linted.run([("t.allow", text)]).report.findings
    #expect(
      findings.map { "\($0.position.line):\($0.position.column) \($0.code.rawValue)" } == [
        "4:1 non-canonical", "4:13 syntax", "5:10 syntax", "6:1 non-canonical", "7:1 syntax",
        "8:1 syntax",
      ])
    #expect(findings[3].remedy.contains("`xn--bcher-kva.example`"))
    #expect(findings[3].fix?.replacement == "xn--bcher-kva.example  # bücher.example")
    #expect(findings[3].endColumn == 17)
    #expect(findings[3].scalarColumns == 1..<16)
  }

  @Test("spelling alone does not keep the rules from being looked at")
  func spelled() {
    let text =
      [0xEF, 0xBB, 0xBF]
      + Array(
        "sluice-allowlist 1\r\nname: t\r\nversion: 1\r\n[S] owner=@a\r\n*.COM\r\n".utf8)
    let findings = Linted.run([("t.allow", text)]).report.findings
    #expect(
      findings.map { "\($0.position.line) \($0.code.rawValue)" } == [
        "1 non-canonical", "1 non-canonical", "4 unformatted", "5 non-canonical", "5 public-suffix",
      ])
  }

  @Test(
    "texts that are no lists are a finding, not a crash",
    arguments: [
      [], [0], [0xFF, 0xFE], Array("\n".utf8), Array("sluice-allowlist 1".utf8),
      Array("sluice-allowlist 1\n\n\n".utf8), Array(repeating: UInt8(ascii: "a"), count: 100_000),
      Array("sluice-allowlist 1\nname: t\nversion: 1\n\u{1B}[31mred.example\n".utf8),
      Array("sluice-allowlist 1\nname: t\nversion: 1\n# a\u{202E}b\nB.".utf8),
      Array("sluice-allowlist 1\nname: t\nversion: 1\nx".utf8) + [0xC0, 0xAE],
      Array("sluice-allowlist 1\nname: t\nversion: 1\n".utf8)
        + Array(repeating: UInt8(ascii: "A"), count: 1_000_000),
    ])
  func broken(_ text: [UInt8]) {
    let result = Linted.run([("t\u{1B}.allow", text)], fixes: true)
    #expect(result.report.count(.error) > 0)
    #expect(result.fixed == [nil])
    for finding in result.report.findings {
      #expect(!finding.line.utf8.contains { $0 < 0x20 }, "\(finding.line)")
      #expect(finding.line.utf8.count < 1000)
    }
  }

  // MARK: - Silences

  @Test("a comment with a reason silences its code on its line")
  func silenced() {
    #expect(Linted.codes(["h.example :22 # lint: allow risky-port pushes"]) == [])
    #expect(Linted.codes(["h.example :22 # git # lint: allow risky-port pushes"]) == [])
    #expect(Linted.codes(["h.example :22 # git; lint: allow risky-port pushes"]) == [])
    #expect(
      Linted.codes(["*.com # lint: allow public-suffix a test # lint: allow apex-missing too"])
        == ["1 unused-silence"])
  }

  @Test("a comment that silences nothing is a finding")
  func unused() {
    #expect(Linted.codes(["h.example # lint: allow risky-port pushes"]) == ["1 unused-silence"])
    #expect(
      Linted.codes(["h.example :22 # lint: allow risky-port"])
        == ["1 risky-port", "1 unused-silence"])
    #expect(
      Linted.codes(["# lint: allow risky-port x", "h.example :22"])
        == ["1 unused-silence", "2 risky-port"])
    #expect(Linted.codes(["h.example # lint: allow nonsense x"]) == ["1 unused-silence"])
    #expect(Linted.codes(["h.example # lint: off"]) == ["1 unused-silence"])
    #expect(Linted.codes(["h.example # lint is fine"]) == [])
  }
}
