import Domains
import Review
import Testing

@Suite("Lint: rules beside other rules")
struct LintOverlapTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let rules: [String]
    let findings: [String]
    var testDescription: String { rules.joined(separator: ", ") }

    init(_ rules: String, _ findings: String...) {
      self.rules = rules.split(separator: ", ").map(String.init)
      self.findings = findings
    }
  }

  static let rows: [Row] = [
    // Nothing to say.
    Row("a.example.com, b.example.com"),
    Row("+.example.com, !x.example.com"),
    Row("+.example.com, !+.x.example.com, ok.x.example.com"),
    Row("+.example.com, !git.example.com :22, git.example.com"),
    Row("git.example.com, git.example.com :8443"),
    Row("example.com :443 until=2027-12-31, example.com :8443"),
    Row("api-*.example.com, web-*.example.com"),
    // Duplicates: whatever the order of ports and words.
    Row("a.example.com, a.example.com", "2 duplicate"),
    Row("a.example.com :443,8443, a.example.com :8443,443", "2 duplicate"),
    Row("!!a.example.com, !!a.example.com", "2 duplicate"),
    Row("a.example.com, a.example.com owner=@b", "2 duplicate"),
    Row("a.example.com, a.example.com, a.example.com", "2 duplicate", "3 duplicate"),
    // The same answers from a broader rule, or from one of the same rank.
    Row("+.example.com, a.example.com", "2 shadowed"),
    Row("a.example.com, +.example.com", "1 shadowed"),
    Row("+.example.com, *.b.example.com", "2 shadowed"),
    Row("+.example.com, a.b.c.example.com, *.b.c.example.com", "2 shadowed", "3 shadowed"),
    Row("+.example.com, ?.example.com", "2 shadowed"),
    Row("+.example.com, api-*.example.com", "2 shadowed"),
    Row("?.example.com, +.example.com, aa.example.com", "1 shadowed", "3 shadowed"),
    Row("aa*.example.com, aab.example.com", "2 shadowed"),
    Row("aa*.example.com, aabb*.example.com", "2 shadowed"),
    Row("example.com :443, example.com", "1 shadowed"),
    Row("example.com until=2027-12-31, example.com", "1 shadowed"),
    Row("example.com protocol=any, example.com", "1 any-protocol", "2 shadowed"),
    Row("example.com, example.com protocol=any", "1 shadowed", "2 any-protocol"),
    Row("a.example.com protocol=any, +.example.com", "1 any-protocol"),
    Row("!+.example.com, !a.example.com", "2 shadowed"),
    Row("!!example.com, !!a.example.com", "2 shadowed"),
    // Not shadowed: without it other ports, days or names would be allowed or denied.
    Row("+.example.com, a.example.com :443", "2 narrower"),
    Row("+.example.com, a.example.com until=2027-12-31", "2 narrower"),
    Row("+.example.com, +.a.example.com :443", "2 narrower"),
    Row("+.example.com :443, a.example.com"),
    Row("+.example.com, api-*.example.com, !?.example.com", "2 unreachable"),
    Row("+.example.com, !*.b.example.com, a.b.example.com"),
    Row("example.com, !other.example.com"),
    // Never decides.
    Row("!!example.com, a.example.com", "2 unreachable"),
    Row("a.example.com, !!example.com", "1 unreachable"),
    Row("!!example.com, !+.a.example.com", "2 unreachable"),
    Row("example.com, !example.com", "1 unreachable"),
    Row("+.example.com, ?.example.com :443, api-*.example.com", "2 narrower", "3 unreachable"),
    // Says something else than it seems to.
    Row("!git.example.com :22", "1 denies-every-port"),
    Row("+.example.com, !git.example.com :22", "2 denies-every-port"),
    Row("*.example.com", "1 apex-missing"),
    Row("!*.example.com"),
    Row("+.example.com, *.b.example.com :443", "2 narrower"),
    Row("example.com, *.example.com", "2 split-apex"),
    Row("example.com :443, *.example.com"),
  ]

  @Test("finds what changes no answer and what deceives, and nothing else", arguments: rows)
  func finds(_ row: Row) {
    #expect(Linted.codes(row.rules) == row.findings)
  }

  @Test("between files duplicates and shadows are notes that name the other file and line")
  func files() throws {
    let report = Linted.run([
      ("one.allow", Linted.text(["[S] owner=@a", "+.example.com", "!!evil.example.net"])),
      (
        "two.allow",
        Linted.text(["[S] owner=@a", "a.example.com", "+.example.com", "b.evil.example.net"])
      ),
    ]).report
    #expect(
      report.findings.map { "\($0.file) \($0.position.line) \($0.severity) \($0.code.rawValue)" }
        == [
          "two.allow 6 note shadowed", "two.allow 7 note duplicate",
          "two.allow 8 warning unreachable",
        ])
    #expect(report.findings.allSatisfy { $0.problem.contains("in one.allow, line") })
  }

  @Test("names too long for anything below them are found")
  func tooLong() {
    // 252 bytes: one short of the longest.
    let name = [63, 63, 63, 60].map { String(repeating: "a", count: $0) }.joined(separator: ".")
    #expect(Linted.codes(["*.\(name)", name]).contains("1 unreachable"))
    #expect(!Linted.codes(["+.\(name)"]).contains("1 unreachable"))
  }

  @Test("a thousand rules on one name are no more than a thousand rules")
  func crowd() {
    var rules = (1...1500).map { "example.com :\($0 + 1000) until=2027-12-31" }
    rules += (1...1500).map { "g\($0)*.example.com" }
    let clock = ContinuousClock()
    let time = clock.measure { _ = Linted.codes(rules) }
    #expect(time < .seconds(20))
  }

  // MARK: - By property

  @Test(
    "what lint calls duplicate, shadowed or unreachable can go: alone and all together",
    arguments: 1...40)
  func property(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let size = [6, 12, 25, 40][seed % 4]
    var rules: [[String]] = [[], []]
    for _ in 0..<size {
      rules[Int.random(in: 0..<2, using: &random)].append(Self.rule(&random))
    }
    let inputs = rules.map { Linted.text($0) }
    let report = Linted.run([("a", inputs[0]), ("b", inputs[1])]).report
    let idle = report.findings.filter {
      [.duplicate, .shadowed, .unreachable].contains($0.code)
    }
    if size >= 25 { #expect(!idle.isEmpty) }
    let before = try Self.answers(rules)
    var without = rules
    for finding in idle {
      var one = rules
      one[finding.fileIndex][finding.position.line - 5] = "# gone"
      without[finding.fileIndex][finding.position.line - 5] = "# gone"
      let after = try Self.answers(one)
      #expect(after == before, "\(finding.line) in \(rules)")
    }
    #expect(try Self.answers(without) == before, "\(idle.map(\.line)) in \(rules)")
  }

  static let labels = ["a", "b", "x-a", "x-b-a"]
  static let days = ["2026-01-01", "2026-06-30", "2026-07-01", "2027-06-01"].map { Day($0)! }
  static let ports: [UInt16] = [22, 80, 443, 9001]

  /// All names of up to three labels below `t`.
  static let hosts: [Hostname] = {
    var level = ["t"]
    var all = level
    for _ in 0..<3 {
      level = level.flatMap { name in labels.map { "\($0).\(name)" } }
      all += level
    }
    return all.map { try! Hostname($0) }
  }()

  static func rule(_ random: inout SeededGenerator) -> String {
    let depth = [0, 1, 1, 1, 2, 2].randomElement(using: &random)!
    let name =
      ((0..<depth).map { _ in labels.randomElement(using: &random)! } + ["t"])
      .joined(separator: ".")
    let kind = Int.random(in: 0..<100, using: &random)
    if kind < 4 { return "!!\(labels[0]).\(name)" }
    let pattern =
      switch kind {
      case ..<30: name
      case ..<45: "*.\(name)"
      case ..<65: "+.\(name)"
      case ..<80: "?.\(name)"
      default: "\(["x-*", "x-*a", "x*", "x-*-a", "a*"].randomElement(using: &random)!).\(name)"
      }
    let ports = ["", "", "", " :443", " :80,443", " :22", " :*", " :9000-9003"].randomElement(
      using: &random)!
    if Int.random(in: 0..<4, using: &random) == 0 { return "!\(pattern)\(ports)" }
    let until =
      Int.random(in: 0..<4, using: &random) == 0
      ? " until=\(days.randomElement(using: &random)!)" : ""
    let any = Int.random(in: 0..<6, using: &random) == 0 ? " protocol=any" : ""
    return "\(pattern)\(ports)\(until)\(any)"
  }

  struct Answer: Equatable {
    let outcome: Matcher.Outcome
    let allowsAnyProtocol: Bool
  }

  static func answers(_ rules: [[String]]) throws -> [Answer] {
    let matcher = Matcher(
      try rules.map {
        Matcher.Source(list: try Allowlist.parse(Linted.text($0), file: "t.allow"))
      }, seed: 1)
    var answers: [Answer] = []
    for host in hosts {
      for port in ports {
        for day in days {
          let match = matcher.match(host, port: Port(port)!, on: day)
          answers.append(
            Answer(outcome: match.outcome, allowsAnyProtocol: match.allowsAnyProtocol))
        }
      }
    }
    return answers
  }
}
