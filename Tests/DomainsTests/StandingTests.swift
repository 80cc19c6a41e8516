import Testing

@testable import Domains

@Suite("Two matchers put together")
struct StandingTests {
  static let runs: [(rules: Int, own: Int, seed: UInt64)] =
    (1...12).flatMap { seed in
      [(100, 1, seed), (100, 5, seed), (3, 3, seed), (30, 30, seed), (1000, 40, seed)]
    }

  @Test(
    "the answers of two matchers, weighed, are that of one matcher of all their lists",
    arguments: runs)
  func agrees(_ run: (rules: Int, own: Int, seed: UInt64)) throws {
    var world = RandomLists(seed: run.seed &* 77 &+ UInt64(run.rules), rules: run.rules)
    let shared = try world.sources()
    let own = try world.sources(ruleCount: run.own)
    let first = Matcher(shared, seed: 1)
    let second = Matcher(own, seed: 2)
    let naive = NaiveMatcher(shared + own)
    let together = Matcher(shared + own, seed: 3)
    let offset = shared.reduce(UInt32(0)) { $0 + UInt32($1.list.rules.last?.line ?? 0) }
    var key = HostKey()
    var seen: Set<Matcher.Outcome> = []
    var fromOwn = 0
    for _ in 0..<1500 {
      let (host, port, day) = world.question()
      #expect(key.load(Array(host.utf8).span) == nil)
      let left = first.standing(key, port: AskedPort(port), on: day)
      let right = second.standing(key, port: AskedPort(port), on: day)
      #expect(left.match == first.match(key, port: port, on: day))
      #expect(right.match == second.match(key, port: port, on: day))
      var match = left.match
      if !left.prevails(over: right) {
        match = right.match
        match.rule.rawValue += offset
        fromOwn += 1
      }
      let expected = naive.match(host, port, day)
      guard match == expected, together.match(key, port: port, on: day) == expected else {
        Issue.record("\(host) :\(port) \(day): \(match), naive: \(expected)")
        return
      }
      seen.insert(match.outcome)
    }
    if run.rules >= 100 { #expect(seen.count >= 5, "saw \(seen)") }
    if run.own >= 5 { #expect(fromOwn > 0) }
  }

  @Test("a deny for other ports alone gives way to an allow of the same name elsewhere")
  func otherPorts() throws {
    let lists = Matcher(
      [Matcher.Source(list: try list("lists", "a.com :443\nb.com :443"))], seed: 1)
    let own = Matcher([Matcher.Source(list: try list("own", "!a.com :25\n!b.com"))], seed: 1)
    var key = HostKey()
    for (name, outcome) in [("a.com", Matcher.Outcome.allow), ("b.com", .deny)] {
      #expect(key.load(Array(name.utf8).span) == nil)
      let left = lists.standing(key, port: AskedPort(.https), on: Day("2026-01-01")!)
      let right = own.standing(key, port: AskedPort(.https), on: Day("2026-01-01")!)
      let winner = left.prevails(over: right) ? left.match : right.match
      #expect(winner.outcome == outcome, "\(name)")
    }
  }
}
