import Domains
import MatcherBench
import Testing

@Suite("streams of queries")
struct StreamTests {
  private let workload = GeneratedWorkload(size: 200)
  private let list: Allowlist
  private let reference: Reference

  init() throws {
    list = try Allowlist.parse(workload.text, file: "generated.allow")
    reference = Reference(list, port: .https, day: GeneratedWorkload.day)
  }

  private func stream(_ kind: QueryStream.Kind, _ count: Int) -> QueryStream {
    let subjects = Subjects(list, port: .https, day: GeneratedWorkload.day)
    var maker = workload.streamMaker(subjects, reference)
    return maker.stream(kind, count: count)
  }

  @Test(
    "a rule decides every hit, no miss, and half of a mix",
    arguments: [
      (QueryStream.Kind.hit, 1.0...1.0), (.near, 0.0...0.0), (.uniform, 0.0...0.0),
      (.miss, 0.0...0.0), (.mix, 0.45...0.55), (.latency, 0.45...0.55), (.same, 1.0...1.0),
    ])
  func shares(_ kind: QueryStream.Kind, _ share: ClosedRange<Double>) {
    let stream = stream(kind, 2_000)
    #expect(stream.count == 2_000)
    #expect(share.contains(stream.hitShare), "\(stream.hitShare)")
  }

  @Test("the raw spelling of a query is its canonical name, with capitals or a dot now and then")
  func spelling() throws {
    let stream = stream(.mix, 5_000)
    var capitals = 0
    var dots = 0
    var long = 0
    for index in 0..<stream.count {
      let raw = stream.raw.text(index)
      #expect(try Hostname(raw).text == stream.clean.text(index))
      if raw.lowercased() != raw { capitals += 1 }
      if raw.hasSuffix(".") { dots += 1 }
      if stream.clean[index].count > 64 { long += 1 }
    }
    #expect((100...200).contains(capitals), "3 % of 5,000, not \(capitals)")
    #expect((60...140).contains(dots), "2 % of 5,000, not \(dots)")
    #expect((40...100).contains(long), "1.4 % of 5,000, not \(long)")
  }

  @Test("a shorter stream is the beginning of a longer one")
  func prefix() {
    let short = stream(.mix, 300)
    let long = stream(.mix, 900)
    #expect(long.raw.bytes.starts(with: short.raw.bytes))
    #expect(long.rules.starts(with: short.rules))
  }

  @Test("a replay has few names that come again soon, a repeated host is one name")
  func repeats() {
    let replay = stream(.replay, 5_000)
    let hosts = Set((0..<replay.count).map { replay.clean.text($0) })
    #expect((100...2_000).contains(hosts.count), "\(hosts.count)")
    let soon = (16..<replay.count).count { index in
      ((index - 16)..<index).contains { replay.clean[$0] == replay.clean[index] }
    }
    #expect(soon > replay.count / 2, "\(soon)")
    let same = stream(.same, 100)
    #expect(Set((0..<same.count).map { same.raw.text($0) }).count == 1)
  }

  @Test("recorded hosts keep their order and their spelling, and are repeated when they are few")
  func recorded() throws {
    let subjects = Subjects(list, port: .https, day: today)
    let maker = StreamMaker(
      subjects, reference, foreign: workload.rules.heldOut, seed: 1, zipf: 0, replay: 0)
    let known = workload.rules.names.text(workload.rules.kinds.firstIndex(of: .exact) ?? 0)
    let stream = maker.recorded([
      (known, Array(known.uppercased().utf8)), ("nowhere.invalid", Array("nowhere.invalid.".utf8)),
    ])
    #expect(stream.count >= 4_096)
    #expect(stream.raw.text(0) == known.uppercased())
    #expect(stream.raw.text(1) == "nowhere.invalid.")
    #expect(stream.raw.text(2) == known.uppercased())
    #expect(stream.rules[0] != .max && stream.rules[1] == .max)
  }

  @Test("a list that covers everything has streams too, and its misses say that they are none")
  func coversEverything() throws {
    let wide = try makeList(["*.com", "*.net", "*.org", "+.io"])
    let subjects = Subjects(wide, port: .https, day: today)
    var foreign = PackedNames()
    for name in ["a.com", "b.net"] { foreign.append(Array(name.utf8)) }
    var maker = StreamMaker(
      subjects, Reference(wide, port: .https, day: today), foreign: foreign, seed: 1, zipf: 0,
      replay: 0)
    let stream = maker.stream(.uniform, count: 50)
    #expect(stream.count == 50 && stream.hitShare > 0.9)
  }
}
