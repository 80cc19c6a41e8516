import Domains
import Foundation
import MatcherBench
import Testing

@Suite("a bench")
struct BenchTests {
  private var quick: BenchSettings {
    var settings = BenchSettings()
    settings.queries = 500
    settings.runs = 3
    settings.ownRunMilliseconds = 1_000
    settings.otherRunMilliseconds = 1_000
    settings.checkMilliseconds = 10_000
    settings.compileMilliseconds = 1
    return settings
  }

  private func bench(_ text: [UInt8]) throws -> ListBench {
    try ListBench(text, file: "test.allow", day: GeneratedWorkload.day, settings: quick)
  }

  private func maker(_ bench: ListBench) -> StreamMaker {
    StreamMaker(
      bench.subjects, bench.reference, foreign: GeneratedWorkload(size: 200).rules.heldOut, seed: 1,
      zipf: 0.5, replay: 0.5)
  }

  @Test("every contender answers every stream as the reference does, and is timed")
  func contenders() throws {
    let bench = try bench(GeneratedWorkload(size: 300).text)
    var maker = maker(bench)
    for kind in GeneratedWorkload.kinds {
      let report = try bench.measure(maker.stream(kind, count: 500))
      #expect(
        report.cells.map(\.contender) == [
          "Sluice", "Sluice, in batches", "dictionary of suffixes", "sorted names, binary search",
          "trie of objects",
          "linear scan",
        ])
      for cell in report.cells {
        #expect(cell.nanoseconds.count == 3 && cell.nanoseconds.least > 0)
        #expect(cell.nanoseconds.least <= cell.nanoseconds.median)
        #expect(cell.queriesPerRun == 500)
      }
    }
  }

  @Test("several rules about one name are understood by every contender")
  func severalRulesForAName() throws {
    let rules = ["a.com", "*.a.com", "+.a.com", "+.b.com", "b.com", "*.c.com", "c.com", "x.a.com"]
    let list =
      "sluice-allowlist 1\nname: test\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
    let bench = try bench(Array(list.utf8))
    var maker = maker(bench)
    #expect(try bench.measure(maker.stream(.mix, count: 500)).cells.count == 6)
  }

  @Test("rules that the others do not understand leave Sluice alone")
  func specialRules() throws {
    let text =
      "sluice-allowlist 1\nname: test\nversion: 1\n\n*.a.com\n!x.a.com\n?.b.com\nc*.d.com\n"
    let bench = try bench(Array(text.utf8))
    #expect(bench.subjects.special == 3)
    var maker = maker(bench)
    #expect(
      try bench.measure(maker.stream(.mix, count: 500)).cells.map(\.contender)
        == ["Sluice", "Sluice, in batches"])
  }

  @Test("a wrong answer ends the bench with the name and both rules")
  func wrongAnswer() throws {
    let bench = try bench(GeneratedWorkload(size: 300).text)
    // Another list's stream has other right answers.
    let other = try self.bench(RuleSet(size: 300, seed: 99, heldOut: 1).listText())
    var maker = maker(other)
    let stream = maker.stream(.hit, count: 500)
    #expect(throws: ListBench.Failure.self) { try bench.measure(stream) }
    do {
      _ = try bench.measure(stream)
    } catch let failure as ListBench.Failure {
      #expect(failure.description.contains("Sluice answers '"), "\(failure)")
      #expect(failure.description.contains("right is rule"), "\(failure)")
    }
  }

  @Test("a list without rules is refused, a broken one with its place")
  func refused() throws {
    let empty = Array("sluice-allowlist 1\nname: test\nversion: 1\n".utf8)
    #expect(throws: ListBench.Failure.self) { try self.bench(empty) }
    #expect(throws: AllowlistError.self) { try self.bench(Array("nonsense\n".utf8)) }
  }

  @Test("the report is JSON with every figure, and a table with every contender")
  func report() throws {
    let bench = try bench(GeneratedWorkload(size: 200).text)
    var machine = Machine.current(swift: "Swift \"6.3\"\n", commit: "abc", core: 1)
    machine.load = "0.50"
    var report = Report(machine: machine, day: today, settings: quick)
    var list = ListReport(bench)
    var maker = maker(bench)
    for kind in [QueryStream.Kind.hit, .mix] {
      list.streams.append(try bench.measure(maker.stream(kind, count: 500)))
    }
    report.lists.append(list)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    #expect(object["layout"] as? String == Report.layout)
    #expect((object["machine"] as? [String: Any])?["core"] as? Int == 1)
    let lists = try #require(object["lists"] as? [[String: Any]])
    #expect(lists.count == 1 && lists[0]["rules"] as? Int == 200)
    let streams = try #require(lists[0]["streams"] as? [[String: Any]])
    #expect(streams.map { $0["stream"] as? String } == ["hit", "mix"])
    let contenders = try #require(streams[0]["contenders"] as? [[String: Any]])
    #expect(contenders.count == 6)
    for row in [
      "| Sluice |", "| Sluice, in batches |", "| linear scan |", "| a rule decides |",
      "### 200 rules", "| | hit | mix |",
    ] {
      #expect(report.table.contains(row), "\(row)")
    }
  }

  @Test("the median of an even number of values is between the two in the middle")
  func median() {
    #expect(Sample([4, 1, 3, 2]).median == 2.5)
    #expect(Sample([9, 1, 5]).median == 5)
    #expect(Sample([9, 1, 5]).least == 1)
  }

  @Test("each counted operation is found by its name, and its answers are right")
  func counted() throws {
    for operation in CountedLookups.Operation.all {
      #expect(CountedLookups.Operation(operation.description)?.description == operation.description)
    }
    #expect(CountedLookups.Operation("match-mix-10k") != nil)
    #expect(CountedLookups.Operation("match-mix-1m") != nil)
    #expect(CountedLookups.Operation("match-mix-7") == nil)
    let operation = try #require(CountedLookups.Operation("match-mix-200"))
    #expect(try CountedLookups(operation, limit: 200).run(200))
  }
}
