import Domains
import MatcherBench
import Testing

@Suite("the reference")
struct ReferenceTests {
  @Test(
    "answers what docs/allowlists.md says",
    arguments: [
      (["*.example.com"], "example.com", Matcher.Outcome.unlisted, -1),
      (["*.example.com", "!x.example.com"], "x.example.com", .deny, 1),
      (["*.example.com", "!x.example.com"], "a.x.example.com", .allow, 0),
      (["*.example.com", "!+.x.example.com", "ok.x.example.com"], "ok.x.example.com", .allow, 2),
      (
        ["*.example.com", "!!x.example.com", "ok.x.example.com"], "ok.x.example.com", .denyAlways, 1
      ),
      (["*.example.com", "git.example.com :22"], "git.example.com", .portNotAllowed, 1),
      (["*.example.com", "!git.example.com :22"], "git.example.com", .deny, 1),
      (["a.example.com until=2026-10-31", "+.example.com"], "a.example.com", .expired, 0),
      (["?.example.com", "api-*.example.com", "*.example.com"], "api-1.example.com", .allow, 0),
      (["api-*.example.com", "*.example.com"], "api-1.example.com", .allow, 0),
      (["api-*.example.com", "*.example.com"], "a.api-1.example.com", .allow, 1),
      (["api-*.example.com"], "api-.example.com", .unlisted, -1),
      (["+.example.com", "example.com"], "example.com", .allow, 0),
      (["example.com", "!example.com"], "example.com", .deny, 1),
    ])
  func documented(
    _ rules: [String], _ name: String, _ outcome: Matcher.Outcome, _ rule: Int
  ) throws {
    let list = try makeList(rules)
    let answer = Reference(list, port: .https, day: today).answer(name)
    #expect(answer.outcome == outcome)
    // Rules are numbered by their lines.
    let index = rule < 0 ? UInt32.max : UInt32(list.rules[rule].line - 1)
    #expect(answer.rule.rawValue == index)
  }

  @Test("agrees with the matcher on random lists of every kind of rule", arguments: 1...40)
  func random(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let labels = ["a", "b", "c", "ab", "x-1"]
    func name() -> String {
      (0...random.below(3)).map { _ in labels[random.below(labels.count)] }.joined(separator: ".")
    }
    let ends = ["", "", "", " :443", " :22", " :*", " until=2026-01-01", " until=2030-01-01"]
    var rules: Set<String> = []
    for _ in 0..<(5 + random.below(30)) {
      switch random.below(10) {
      case 0: rules.insert("!!\(name())")
      case 1: rules.insert("!\(name()) :443")
      case 2: rules.insert("!*.\(name())")
      case 3: rules.insert("?.\(name())" + ends[random.below(ends.count)])
      case 4: rules.insert("a*.\(name())" + ends[random.below(ends.count)])
      case 5, 6: rules.insert("*.\(name())" + ends[random.below(ends.count)])
      case 7: rules.insert("+.\(name())" + ends[random.below(ends.count)])
      default: rules.insert(name() + ends[random.below(ends.count)])
      }
    }
    let list = try makeList(rules.sorted())
    let reference = Reference(list, port: .https, day: today)
    let matcher = Matcher([Matcher.Source(list: list)], seed: seed)
    for _ in 0..<300 {
      let asked = name() + "." + name()
      let right = matcher.match(try Hostname(asked), port: .https, on: today)
      #expect(reference.answer(asked) == right, "\(asked) of \(rules.sorted())")
    }
  }
}

let today = Day(daysSince1970: 20_779)

func makeList(_ rules: [String]) throws -> Allowlist {
  let text = "sluice-allowlist 1\nname: test\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
  return try Allowlist.parse(Array(text.utf8), file: "test.allow")
}
