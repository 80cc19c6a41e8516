import Domains
import MatcherBench
import Testing

@Suite("generated rule sets")
struct WorkloadTests {
  private static let small = RuleSet(size: 3_000, seed: 1, heldOut: 300)

  @Test("a seed gives the same rules every time, another seed gives others")
  func deterministic() {
    let first = RuleSet(size: 500, seed: 7, heldOut: 50)
    let again = RuleSet(size: 500, seed: 7, heldOut: 50)
    let other = RuleSet(size: 500, seed: 8, heldOut: 50)
    #expect(first.listText() == again.listText())
    #expect(first.heldOut.bytes == again.heldOut.bytes)
    #expect(first.listText() != other.listText())
  }

  @Test("names are canonical, and no name comes twice, not even among those held out")
  func distinct() throws {
    var seen: Set<String> = []
    for names in [Self.small.names, Self.small.heldOut] {
      for index in 0..<names.count {
        let text = names.text(index)
        #expect(try Hostname(text).text == text)
        #expect(seen.insert(text).inserted, "\(text) twice")
      }
    }
    #expect(seen.count == 3_300)
  }

  @Test("thousands of rules are like those of real lists: bytes, labels, nodes, kinds")
  func likeReal() {
    let rules = Self.small
    #expect((19.5...22.5).contains(rules.averageBytes), "\(rules.averageBytes)")
    #expect((2.85...3.05).contains(rules.averageDepth), "\(rules.averageDepth)")
    let nodes = rules.nodesPerRule()
    #expect((1.55...1.76).contains(nodes), "\(nodes)")
    for (kind, share) in [(RuleSet.Kind.exact, 0.40), (.below, 0.35), (.apexAndBelow, 0.25)] {
      let found = Double(rules.kinds.count { $0 == kind }) / Double(rules.count)
      #expect(abs(found - share) < 0.03, "\(kind): \(found)")
    }
  }

  @Test("the text is a list whose rules are those of the set, in their order")
  func text() throws {
    let rules = RuleSet(size: 2_500, seed: 3, heldOut: 1)
    let list = try Allowlist.parse(rules.listText(), file: "generated.allow")
    #expect(list.rules.count == 2_500)
    for (index, rule) in list.rules.enumerated() {
      let name = rules.names.text(index)
      let wanted =
        switch rules.kinds[index] {
        case .exact: name
        case .below: "*.\(name)"
        case .apexAndBelow: "+.\(name)"
        }
      #expect(rule.pattern.description == wanted)
    }
  }

  @Test("a number below a bound is below it, and all of them come")
  func random() {
    var random = SeededRandom(seed: 5)
    var seen: Set<Int> = []
    for _ in 0..<1_000 { seen.insert(random.below(7)) }
    #expect(seen == Set(0..<7))
  }
}
