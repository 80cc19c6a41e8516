import Domains
import Testing

@testable import Review

@Suite("Explaining a decision")
struct WalkTests {
  private static let day = Day("2026-11-22")!

  private func walk(_ host: String, _ rules: [String], port: UInt16 = 443) throws -> Walk {
    Walk(
      try Hostname(host), port: Domains.Port(port)!, on: Self.day,
      in: [Matcher.Source(list: try ComparisonTests.list(rules))])
  }

  @Test("the walk gives the matcher's answer by the matcher's rule", arguments: 1...4)
  func agrees(_ seed: UInt64) throws {
    var world = RandomPairs(seed: seed &+ 77)
    var outcomes: Set<Matcher.Outcome> = []
    for round in 0..<250 {
      let (old, new) = try world.pair()
      let sources =
        old.map { Matcher.Source(list: $0) }
        + new.map { Matcher.Source(list: $0, use: round % 2 == 0 ? .all : .hardDeniesOnly) }
      let matcher = Matcher(sources, seed: 1)
      for port in ComparisonPropertyTests.ports.prefix(3) {
        let host = try Hostname(world.host())
        let day = ComparisonPropertyTests.days[round % 3]
        let walk = Walk(host, port: port, on: day, in: sources)
        let match = matcher.match(host, port: port, on: day)
        outcomes.insert(match.outcome)
        guard walk.agrees(with: match, of: matcher) else {
          Issue.record("\(host):\(port) on \(day): \(match), walk: \(walk.outcome)\n\(world)")
          return
        }
      }
    }
    #expect(outcomes.count == Matcher.Outcome.allCases.count, "\(outcomes)")
  }

  @Test("every step says which rules stand there and what they are to the name")
  func steps() throws {
    let walk = try walk(
      "x-a.b.example.com",
      [
        "*.example.com", "b.example.com", "?.b.example.com :22", "x-*.b.example.com",
        "y-*.b.example.com", "c.x-a.b.example.com", "+.other.com",
      ])
    #expect(walk.steps.map(\.name) == ["com", "example.com", "b.example.com", "x-a.b.example.com"])
    #expect(walk.steps.map(\.met.count) == [0, 1, 4, 0])
    #expect(!walk.steps.contains { !$0.isKnown })
    #expect(walk.steps[2].met.map(\.rank) == [nil, .oneLabel, .glob, nil])
    #expect(walk.outcome == .portNotAllowed && walk.deciding?.rule.line == 7)
    var text = ""
    walk.write(to: &text)
    #expect(
      text == """
        x-a.b.example.com:443 on 2026-11-22
        1. com
             no rule here
        2. example.com
             l1.allow:5  *.example.com
               is about everything below; a more specific rule decides
        3. b.example.com
             l1.allow:6  b.example.com
               is about that name only
             l1.allow:7  ?.b.example.com :22
               is about names with one label more; the most specific
             l1.allow:8  x-*.b.example.com
               is about names with one label more, of this form; a more specific rule decides
             l1.allow:9  y-*.b.example.com
               is about names with one label more, of another form
        4. x-a.b.example.com
             no rule here
        The `?` rules on b.example.com decide: the deepest rules, and `?` before globs.
             l1.allow:7  ?.b.example.com :22: does not allow port 443; there is no fall-through \
        to less specific rules

        """)
  }

  @Test("a deny among equals, and a `!!` above everything, say so")
  func denies() throws {
    var text = ""
    try walk("a.com", ["a.com", "!a.com :443"]).write(to: &text)
    #expect(text.contains("a.com: would allow port 443, but a deny holds\n"), "\(text)")
    #expect(text.contains("!a.com :443: denies port 443, and deny wins among equals\n"), "\(text)")
    text = ""
    try walk("x.a.com", ["!!a.com", "x.a.com"]).write(to: &text)
    #expect(text.contains("is about exactly this name; overridden\n"), "\(text)")
    #expect(text.contains("A `!!` rule on a.com decides before all others.\n"), "\(text)")
    text = ""
    try walk("b.com", ["a.com"]).write(to: &text)
    #expect(
      text.hasSuffix(
        "2. b.com  no rule here or below\nNo rule covers the name: it is not listed.\n"))
  }

  @Test("rules that are not about the name are mentioned up to a limit and counted beyond")
  func manyGlobs() throws {
    let walk = try walk("x.a.com", (0..<50).map { "y\($0)-*.a.com" } + ["x*.a.com", "*x.a.com"])
    #expect(walk.steps[1].met.count == Walk.metLimit && walk.steps[1].unmentioned == 32)
    var text = ""
    walk.write(to: &text)
    #expect(text.contains("and 32 more that are not about this name\n"))
  }
}

@Suite("Showing composed lists")
struct CompositionTests {
  @Test("every rule in effect has its place; of other lists only the `!!` rules take part")
  func text() throws {
    let first = try ComparisonTests.list(["a.com", "b.com until=2026-01-01", "!c.com"])
    let second = try Allowlist.parse(
      Array(
        "sluice-allowlist 1\nname: m\nversion: 2\n[S] owner=@x\nd.com\n[T]\n!!e.com # why\n".utf8),
      file: "m.allow")
    let composition = Composition(
      [Matcher.Source(list: first), Matcher.Source(list: second, use: .hardDeniesOnly)],
      title: "access none", on: Day("2026-11-22")!)
    var text = ""
    composition.write(to: &text)
    let lines = text.split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }
    #expect(
      lines == [
        "access none: 4 rules of 2 lists", "l@1 l1.allow",
        "2 allow, 1 deny, 0 deny always; 1 expired",
        "m@2 m.allow, of which only `!!` rules take part", "0 allow, 0 deny, 1 deny always",
        "l@1 (in no section)", "a.com l1.allow:5", "b.com until=2026-01-01 (expired) l1.allow:6",
        "!c.com l1.allow:7", "m@2 [T]", "!!e.com m.allow:7",
      ])
    var json = ""
    composition.writeJSON(to: &json)
    #expect(json.split(separator: "\n").count == 6)
    #expect(
      json.contains(
        "{\"rule\":\"!!e.com\",\"pattern\":\"+.e.com\",\"verdict\":\"deny_always\",\"ports\":\"*\","
          + "\"list\":\"m@2\",\"file\":\"m.allow\",\"line\":7,\"section\":\"T\"}"), "\(json)")
  }
}
