import Domains
import Testing

@testable import Review

@Suite("Comparing lists")
struct ComparisonTests {
  static func list(_ rules: [String], name: String = "l", version: String = "1") throws -> Allowlist
  {
    let text =
      "sluice-allowlist 1\nname: \(name)\nversion: \(version)\n\n"
      + rules.map { "\($0)\n" }.joined()
    return try Allowlist.parse(Array(text.utf8), file: "\(name)\(version).allow")
  }

  static func compare(
    _ old: [String], _ new: [String], from day: String = "2026-11-22"
  ) throws -> ListComparison {
    ListComparison(
      Sides(old: [try list(old)], new: [try list(new, version: "2")]),
      from: try #require(Day(day)))
  }

  /// `+ pattern (witness) ports old>new …, but not exceptions`
  static func sentences(_ comparison: ListComparison) -> [String] {
    (0..<comparison.count).map { number in
      let change = comparison.change(number)
      let mark = ComparisonReport.mark(change.kind)
      let steps = change.steps.map {
        " :\($0.ports) \(ComparisonReport.words($0.old)) > \(ComparisonReport.words($0.new))"
      }.joined(separator: ",")
      let except =
        change.exceptions.isEmpty
        ? "" : ", but not \(change.exceptions.joined(separator: " "))"
      return "\(mark) \(change.pattern) (\(change.witness?.host ?? "none"))\(steps)\(except)"
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let old: [String]
    let new: [String]
    let changes: [String]
    var testDescription: String { "\(old) to \(new)" }
  }

  static let rows = [
    Row(
      old: [], new: ["a.com"],
      changes: ["+ a.com (a.com) :80,443 not allowed > allowed"]),
    Row(
      old: ["a.com"], new: [],
      changes: ["- a.com (a.com) :80,443 allowed > not allowed"]),
    // A subtree is one line, however many rules say it.
    Row(
      old: [], new: ["+.a.com", "b.a.com", "*.c.a.com", "?.d.a.com"],
      changes: ["+ +.a.com (a.com) :80,443 not allowed > allowed"]),
    Row(
      old: ["+.a.com"], new: ["a.com", "*.a.com"], changes: []),
    Row(
      old: ["a.com", "+.a.com", "x-*.a.com"], new: ["+.a.com"], changes: []),
    // What was allowed before is an exception.
    Row(
      old: ["b.a.com"], new: ["*.a.com"],
      changes: ["+ *.a.com (a.a.com) :80,443 not allowed > allowed, but not b.a.com"]),
    Row(
      old: ["+.b.a.com"], new: ["+.a.com"],
      changes: ["+ +.a.com (a.com) :80,443 not allowed > allowed, but not +.b.a.com"]),
    Row(
      old: ["api-*.a.com"], new: ["*.a.com"],
      changes: ["+ *.a.com (a.a.com) :80,443 not allowed > allowed, but not api-*.a.com"]),
    // The example of a change is a name of no other rule.
    Row(
      old: ["a.a.com", "b.a.com"], new: ["*.a.com"],
      changes: ["+ *.a.com (c.a.com) :80,443 not allowed > allowed, but not a.a.com b.a.com"]),
    Row(
      old: [], new: ["?.a.com"],
      changes: ["+ ?.a.com (a.a.com) :80,443 not allowed > allowed"]),
    Row(
      old: ["?.a.com"], new: ["*.a.com"],
      changes: ["+ *.a.com (a.a.a.com) :80,443 not allowed > allowed, but not ?.a.com"]),
    Row(
      old: [], new: ["api-*.a.com", "!api-x*.a.com"],
      changes: [
        "+ api-*.a.com (api-a.a.com) :80,443 not allowed > allowed, "
          + "but not api-x*.a.com",
        "~ api-x*.a.com (api-xa.a.com) :* not allowed > denied",
      ]),
    // Conditions.
    Row(
      old: ["a.com :443"], new: ["a.com :443,8443"],
      changes: ["~ a.com (a.com) :8443 not allowed > allowed"]),
    Row(
      old: ["a.com"], new: ["a.com :443,8443"],
      changes: ["~ a.com (a.com) :80 allowed > not allowed, :8443 not allowed > allowed"]),
    Row(
      old: ["a.com until=2026-12-31"], new: ["a.com until=2027-01-31"],
      changes: ["~ a.com (a.com) :80,443 allowed until 2026-12-31 > allowed until 2027-01-31"]),
    Row(
      old: ["a.com"], new: ["a.com protocol=any"],
      changes: ["~ a.com (a.com) :80,443 allowed > allowed, any protocol"]),
    Row(
      old: ["a.com"], new: ["a.com", "a.com :443 until=2027-01-31 protocol=any"],
      changes: ["~ a.com (a.com) :443 allowed > allowed, any protocol until 2027-01-31"]),
    Row(
      old: ["a.com until=2026-01-31"], new: ["a.com until=2027-01-31"],
      changes: ["+ a.com (a.com) :80,443 not allowed > allowed until 2027-01-31"]),
    Row(old: ["a.com until=2026-01-31"], new: ["a.com until=2026-02-28"], changes: []),
    // A rule that is more specific and narrower takes away: there is no fall-through.
    Row(
      old: ["*.a.com"], new: ["*.a.com", "git.a.com :22"],
      changes: ["~ git.a.com (git.a.com) :22 not allowed > allowed, :80,443 allowed > not allowed"]),
    // Denies.
    Row(
      old: ["*.a.com"], new: ["*.a.com", "!b.a.com"],
      changes: [
        "- b.a.com (b.a.com) :80,443 allowed > denied, "
          + ":1-79,81-442,444-65535 not allowed > denied"
      ]),
    Row(
      old: ["!a.com"], new: ["!!a.com"],
      changes: [
        "~ a.com (a.com) :* denied > denied always",
        "~ *.a.com (a.a.com) :* not allowed > denied always",
      ]),
    Row(old: ["!!a.com"], new: ["!!a.com", "+.b.a.com", "!c.a.com"], changes: []),
  ]

  @Test("a change is the smallest pattern with an example and its exceptions", arguments: rows)
  func changes(_ row: Row) throws {
    #expect(try Set(Self.sentences(Self.compare(row.old, row.new))) == Set(row.changes))
  }

  @Test("the direction of a change and back are opposite", arguments: rows)
  func directions(_ row: Row) throws {
    let there = ComparisonReport(try Self.compare(row.old, row.new), limit: 10)
    let back = ComparisonReport(try Self.compare(row.new, row.old), limit: 10)
    #expect(there.isWider == back.isNarrower && there.isNarrower == back.isWider)
    #expect(there.comparison.isEqual == row.changes.isEmpty)
  }

  @Test("losing a deny is wider, gaining one is narrower, an allow is wider")
  func judgement() throws {
    for (old, new, result) in [
      (["!a.com"], [], "wider"), ([], ["!a.com"], "narrower"), ([], ["a.com"], "wider"),
      (["!a.com"], ["!!a.com"], "narrower"), (["a.com"], ["!a.com"], "narrower"),
      (["a.com"], ["a.com protocol=any"], "wider"), (["a.com protocol=any"], ["a.com"], "narrower"),
      (["a.com until=2027-01-01"], ["a.com"], "wider"), (["a.com :*"], ["a.com"], "narrower"),
      (["a.com"], ["b.com"], "wider and narrower"), (["a.com"], ["a.com ticket=X-1"], "equal"),
    ] as [([String], [String], String)] {
      let report = ComparisonReport(try Self.compare(old, new), limit: 10)
      #expect(report.result == result, "\(old) to \(new)")
    }
  }

  @Test("changes are in the order of reversed labels, and name the rules of both sides")
  func orderAndRules() throws {
    let comparison = try Self.compare(
      ["*.m.org", "z.com"], ["b.net", "+.m.org :443", "x.z.com", "a.com"])
    let changes = (0..<comparison.count).map(comparison.change)
    #expect(changes.map(\.pattern) == ["a.com", "z.com", "x.z.com", "b.net", "m.org", "*.m.org"])
    #expect(changes[5].oldRules.map(\.line) == [5] && changes[5].newRules.map(\.line) == [6])
    #expect(changes[5].newRules.first?.text == "+.m.org :443")
    #expect(changes[5].newRules.first?.list == "l@2")
    #expect(changes[4].oldRules.isEmpty && changes[4].newRules.map(\.line) == [6])
  }

  @Test("several lists on a side are compared as they are composed")
  func composed() throws {
    let day = try #require(Day("2026-11-22"))
    let base = try Self.list(["a.com", "b.com"])
    let one = ListComparison(
      Sides(old: [base], new: [base, try Self.list(["!a.com", "b.com"], name: "m")]), from: day)
    #expect(Self.sentences(one).map { $0.prefix(7) } == ["- a.com"])
    let split = ListComparison(
      Sides(
        old: [base], new: [try Self.list(["b.com"]), try Self.list(["a.com"], name: "m")]),
      from: day)
    #expect(split.isEqual)
  }

  @Test("globs that are too many to compare are said not to be compared, and count as wider")
  func globLimits() throws {
    // 2^20 sets of globs can match one label.
    let letters = "abcdefghijklmnopqrst"
    let old = letters.map { "*\($0)*.a.com" }
    let new = letters.map { "*\($0)*.a.com :443" }
    let comparison = try Self.compare(old + ["x.com"], new + ["x.com"])
    let change = comparison.change(0)
    #expect(comparison.count == 1 && change.kind == .notCompared && change.pattern == "?.a.com")
    #expect(ComparisonReport(comparison, limit: 10).isWider)
    // The same globs on both sides need no comparing.
    #expect(try Self.compare(old, old.reversed() + ["b.com"]).count == 1)
    // One more among them is compared alone: only labels that it matches can have changed.
    let one = try Self.compare(old, old + ["0123456789-*.a.com :8443"])
    #expect(one.count == 1, "\(Self.sentences(one))")
  }

  @Test("work that would take for ever ends, and what it left out counts as wider")
  func budgets() throws {
    // Many parents, each with as many states as one may have.
    let globs = "abcdef".map { "*\($0)*" }
    let parents = (0..<10).map { "p\($0).com" }
    let old = parents.flatMap { parent in globs.map { "\($0).\(parent)" } }
    let new = old.map { "\($0) :443" }
    var walk = ComparisonWalk(old: try Self.list(old), new: try Self.list(new))
    walk.budget.live = 5000
    walk.run { _, _ in }
    let kinds = walk.records.map(\.shape.isNotCompared)
    #expect(kinds.last == true && kinds.first == false, "\(kinds.count)")
    // Many globs on many names.
    let names = (0..<50).map { "n\($0).a.com" }
    var second = ComparisonWalk(
      old: try Self.list(globs.map { "\($0).a.com" } + names),
      new: try Self.list(["z*.a.com"] + names))
    second.budget.matches = 100
    second.run { _, _ in }
    #expect(second.records.contains { $0.shape == .nothingCompared })
  }

  @Test("a pattern that no host name has room for is no change")
  func lengthLimits() throws {
    let label = String(repeating: "a", count: 63)
    let long = "\(label).\(label).\(label)"
    // 251 bytes: one label of one byte fits in front, and no second one.
    let name = "\(String(repeating: "b", count: 55)).\(long).com"
    #expect(name.utf8.count == 251)
    #expect(
      try Self.sentences(Self.compare([], ["*.\(name)"]))
        == ["+ ?.\(name) (a.\(name)) :80,443 not allowed > allowed"])
    // All 38 of them are named: nothing is left that `?` could change.
    let all = GlobAutomaton.alphabet.map { "\(Character(Unicode.Scalar($0))).\(name)" }
    #expect(try Self.compare(all, all + ["*.\(name)"]).isEqual)
    #expect(try Self.compare(all, all + ["?.\(name)"]).isEqual)
    #expect(try Self.compare(all, all + ["*z.\(name)", "xx*.\(name)"]).isEqual)
    #expect(try Self.compare(Array(all.dropLast()), all.dropLast() + ["?.\(name)"]).count == 1)
    // 252 and 253 bytes: nothing fits.
    #expect(try Self.compare([], ["*.b\(name)"]).isEqual)
    #expect(try Self.compare([], ["+.bb\(name)"]).change(0).pattern == "bb\(name)")
  }

  @Test("where globs overlap, patterns and exceptions say exactly which names changed")
  func overlappingGlobs() throws {
    // What is inside an exception and changed all the same is a change of its own.
    let inside = try Self.compare(
      ["a*.x.com until=2020-01-01"], ["a*.x.com until=2020-01-01", "*.x.com", "*b.x.com"])
    #expect(
      Self.sentences(inside) == [
        "+ *.x.com (a.x.com) :80,443 not allowed > allowed, but not a*.x.com",
        "+ a*.x.com & *b.x.com (ab.x.com) :80,443 not allowed > allowed",
      ])
    // What a broader glob takes in and was allowed before is no change.
    let before = try Self.compare(["*b.x.com"], ["*b.x.com", "a*.x.com"])
    #expect(
      Self.sentences(before) == [
        "+ a*.x.com (aa.x.com) :80,443 not allowed > allowed, but not *b.x.com & a*.x.com"
      ])
  }

  @Test("a glob's example avoids the names that have rules of their own")
  func globWitness() throws {
    let named = ["x-a.a.com :22", "x-b.a.com :22", "x-c.a.com :22"]
    let comparison = try Self.compare(named, named + ["x-*.a.com"])
    #expect(
      Self.sentences(comparison) == [
        "+ x-*.a.com (x-d.a.com) :80,443 not allowed > allowed, "
          + "but not x-a.a.com x-b.a.com x-c.a.com"
      ])
  }
}

extension ComparisonWalk {
  /// A walk of two lists before it starts.
  init(old: Allowlist, new: Allowlist) {
    var trie = LabelTrie()
    var table = VerdictTable(from: Day(daysSince1970: 20_000))
    Sides(old: [old], new: [new]).forEachBackwards { rule, number, side in
      trie.insert(rule, number, condition: table.condition(of: rule), side)
    }
    trie.sortChildren()
    self.init(trie: trie, table: table)
  }
}
