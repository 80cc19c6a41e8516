import Testing

@testable import Domains

/// Lists that the builder sorts in several parts, or in bins that hold many names.
@Suite("Long lists")
struct LongListTests {
  /// Names of two and of three labels, in no order, with parents that are listed and parents that are
  /// not; each name once.
  private func list(_ count: Int) throws -> Allowlist {
    var names = (0..<count).map { number in
      number % 5 == 0 ? "p\(number).test" : "n\(number).p\(number % 211).test"
    }
    var generator = SplitMix(seed: 7)
    names.shuffle(using: &generator)
    let text = "sluice-allowlist 1\nname: long\nversion: 1\n" + names.joined(separator: "\n")
    return try Allowlist.parse(Array((text + "\n").utf8), file: "long")
  }

  @Test(
    "each name is found on its line, and its neighbours are not found",
    arguments: [
      (12_000, UInt64.max), (3_000, .max), (3_000, 0xF000_0000_0000_00FF),
      (3_000, 0x0FF0_0000_0000_0007),
    ])
  func found(count: Int, mask: UInt64) throws {
    let list = try list(count)
    let matcher = Matcher([Matcher.Source(list: list)], seed: 5, hashMask: mask)
    #expect(matcher.ruleCount == count)
    var key = HostKey()
    let port = try #require(Port(443))
    for rule in list.rules {
      for (name, isListed) in [(rule.text, true), ("x" + rule.text, false)] {
        let error = key.load(Array(name.utf8).span)
        #expect(error == nil)
        let match = matcher.match(key, port: port, on: Day(daysSince1970: 0))
        let isRight =
          isListed
          ? match.outcome == .allow && matcher.line(of: match.rule) == rule.line
          : match.outcome == .unlisted
        guard isRight else {
          Issue.record("\(name): \(match)")
          return
        }
      }
    }
  }

  @Test("an image of many rules, of which each second has details, passes its check")
  func checked() throws {
    let rules = (0..<20_000).map { "n\($0).test\($0 % 2 == 0 ? "" : " :8443")\n" }
    let text = "sluice-allowlist 1\nname: long\nversion: 1\n" + rules.joined()
    let list = try Allowlist.parse(Array(text.utf8), file: "long")
    let matcher = Matcher([Matcher.Source(list: list)], seed: 5)
    let copy = ImageMemory(copying: matcher.image)
    let image = try #require(copy)
    let loaded = try Matcher(image: image)
    #expect(loaded.ruleCount == 20_000)
  }

  @Test("a table of bits has the numbers that were put in, and none behind its end")
  func bits() {
    let table = BitTable(count: 1000)
    for number in [0, 63, 64, 999] { table.insert(number) }
    let capacity = table.capacity
    let found = (0..<UInt32(4 * capacity)).filter { table.contains($0) }
    #expect(capacity == 1024)
    #expect(found == [0, 63, 64, 999])
  }
}
