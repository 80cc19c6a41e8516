import Testing

@testable import Domains

/// Names chosen by somebody who knows the seed. (A million of them: scripts/bench flood.)
@Suite("Names chosen against the seed")
struct FloodTests {
  private static let seed: UInt64 = 0xF100_D5EE_D000_0002

  /// The first `count` names of a plain series that `take` wants by their homes.
  private func list(
    _ count: Int, buckets: Int, taking take: (Int) -> Bool
  ) throws -> Allowlist {
    var text = "sluice-allowlist 1\nname: flood\nversion: 1\n"
    let hash = SuffixHash(seed: Self.seed)
    var key = HostKey()
    var taken = 0
    var number = 0
    while taken < count {
      number += 1
      let name = "n\(number).test"
      let error = key.load(Array(name.utf8).span)
      try #require(error == nil)
      let home = MatcherSlot.home(hash.value(of: key, key.count), buckets)
      guard take(home) else { continue }
      text += name + "\n"
      taken += 1
    }
    return try Allowlist.parse(Array(text.utf8), file: "flood")
  }

  private func isSlow(_ list: Allowlist, seed: UInt64) -> Bool {
    var builder = MatcherBuilder(
      [Matcher.Source(list: list)], [list.file], seed: seed, hashMask: .max)
    builder.makeNodes()
    builder.fillBuckets()
    return builder.isSlow
  }

  /// The builder takes another seed, and every name is found.
  private func expectOtherSeed(_ list: Allowlist) throws {
    #expect(isSlow(list, seed: Self.seed))
    #expect(!isSlow(list, seed: Self.seed + 1))
    let matcher = Matcher([Matcher.Source(list: list)], seed: Self.seed)
    #expect(matcher.seed != Self.seed)
    #expect(Inspection.buckets(of: matcher).longestRun <= MatcherBuilder.runLimit)
    #expect(Matcher([Matcher.Source(list: list)], seed: Self.seed + 1).seed == Self.seed + 1)
    var key = HostKey()
    let port = try #require(Port(443))
    for rule in list.rules {
      let error = key.load(Array(rule.text.utf8).span)
      #expect(error == nil)
      let match = matcher.match(key, port: port, on: Day(daysSince1970: 0))
      guard match.outcome == .allow, matcher.line(of: match.rule) == rule.line else {
        Issue.record("\(rule.text): \(match)")
        return
      }
    }
  }

  @Test("20,000 names that all start in one half of the table are spread by another seed")
  func piled() throws {
    try expectOtherSeed(try list(20_000, buckets: 2) { $0 == 0 })
  }

  @Test(
    "a row of full buckets, where no name is far from home but a miss passes all, is noticed too")
  func row() throws {
    // 4 nodes a bucket are 2,000 in 500. The first bucket has one too many, the next 199 are full;
    // the rest takes just the others.
    var homes = [Int](repeating: 0, count: 500)
    let list = try list(2_000, buckets: 500) { home in
      let limit = home == 0 ? 9 : home < 200 ? 8 : home < 299 ? 2 : 1
      guard homes[home] < limit else { return false }
      homes[home] += 1
      return true
    }
    try expectOtherSeed(list)
  }
}
