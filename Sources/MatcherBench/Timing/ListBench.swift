package import Domains

/// Measures a matcher and the other ways to match on one list, and checks every answer before it is
/// timed.
package struct ListBench {
  package let settings: BenchSettings
  package let subjects: Subjects
  package let reference: Reference
  package let figures: ListFigures
  private let entrants: [any Entrant]

  /// The port that all questions are about.
  package static let port = Port.https

  /// An answer that is not the reference's, or a list that cannot be measured.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Reads and compiles `text`, and makes the contenders.
  ///
  /// - Parameters:
  ///   - day: the day on which rules hold or not.
  ///   - progress: called with the share that is done, now and then.
  package init(
    _ text: [UInt8], file: String, day: Day, settings: BenchSettings,
    progress: (Double) -> Void = { _ in }
  ) throws {
    self.settings = settings
    let compiling = try Compiling(text, file: file, settings: settings, progress: progress)
    guard compiling.list.rules.count > 0 else {
      throw Failure(description: "\(file): the list has no rules; there is nothing to look up")
    }
    subjects = Subjects(compiling.list, port: Self.port, day: day)
    reference = Reference(compiling.list, port: Self.port, day: day)
    figures = compiling.figures(subjects)
    let matcher = compiling.matcher
    // Only the system knows that this is 0.
    let zero: UInt32 = Clock.wall() == 0 ? 1 : 0
    var entrants: [any Entrant] = [
      Entered("Sluice", takesRaw: true, zero: zero) {
        CompiledMatcher(matcher, port: Self.port, day: day)
      },
      BatchedEntrant(matcher, day: day, zero: zero),
    ]
    if settings.comparesOthers, let rules = PlainRules(subjects) {
      entrants.append(Entered("dictionary of suffixes", zero: zero) { SuffixDictionary(rules) })
      entrants.append(Entered("sorted names, binary search", zero: zero) { SortedNames(rules) })
      entrants.append(Entered("trie of objects", zero: zero) { LabelTrie(rules) })
      if rules.count <= settings.linearLimit {
        entrants.append(Entered("linear scan", zero: zero) { LinearScan(rules) })
      }
    }
    self.entrants = entrants
  }

  /// Milliseconds of CPU time that each other way took to be made of the rules.
  package var otherBuilds: [ListFigures.Build] {
    entrants.dropFirst(Self.ownCount).map {
      ListFigures.Build(contender: $0.name, milliseconds: $0.buildMilliseconds)
    }
  }

  /// Checks and times every contender on a stream. The contenders take turns, run by run, so that a
  /// noisy moment of the machine hits all of them.
  package func measure(
    _ stream: QueryStream, progress: (Double) -> Void = { _ in }
  ) throws -> StreamReport {
    precondition(stream.count > 0)
    var counts: [Int] = []
    for entrant in entrants {
      let nanoseconds = estimate(entrant, stream)
      try check(entrant, stream, nanoseconds)
      let milliseconds =
        isOwn(entrant) ? settings.ownRunMilliseconds : settings.otherRunMilliseconds
      counts.append(min(stream.count, max(64, Int(milliseconds * 1e6 / nanoseconds))))
    }
    var times: [[Double]] = entrants.map { _ in [] }
    var sum: UInt64 = 0
    let late = Double(Clock.wall()) + settings.streamMilliseconds * 1e6
    for run in 0..<settings.runs {
      if run >= Self.leastRuns && Double(Clock.wall()) > late { break }
      progress(Double(run) / Double(settings.runs))
      for (number, entrant) in entrants.enumerated() {
        let count = counts[number]
        let first = run * count % (stream.count - count + 1)
        let start = Clock.thread()
        sum &+= entrant.run(stream, first: first, count: count)
        times[number].append(Double(Clock.thread() - start) / Double(count))
      }
    }
    withExtendedLifetime(sum) {}
    return StreamReport(
      kind: stream.kind, queries: stream.count, hitShare: stream.hitShare,
      cells: entrants.indices.map { number in
        StreamReport.Cell(
          contender: entrants[number].name, nanoseconds: Sample(times[number]),
          queriesPerRun: counts[number])
      })
  }

  private static let leastRuns = 5
  /// The first of the entrants are Sluice's matcher.
  private static let ownCount = 2

  private func isOwn(_ entrant: any Entrant) -> Bool {
    entrants.prefix(Self.ownCount).contains { $0 === entrant }
  }

  /// Nanoseconds of a lookup, roughly.
  private func estimate(_ entrant: any Entrant, _ stream: QueryStream) -> Double {
    var count = min(16, stream.count)
    while true {
      let start = Clock.thread()
      let sum = entrant.run(stream, first: 0, count: count)
      let taken = Clock.thread() - start
      withExtendedLifetime(sum) {}
      // Long enough for the clock, and for code and data to be in the caches.
      if taken > 500_000 || count == stream.count { return max(1, Double(taken) / Double(count)) }
      count = min(stream.count, count * 4)
    }
  }

  private func check(
    _ entrant: any Entrant, _ stream: QueryStream, _ nanoseconds: Double
  ) throws {
    let most =
      isOwn(entrant) ? stream.count : max(64, Int(settings.checkMilliseconds * 1e6 / nanoseconds))
    let answers = entrant.answers(stream, first: 0, count: min(stream.count, most))
    for index in answers.indices where answers[index] != stream.rules[index] {
      throw Failure(
        description: """
          \(entrant.name) answers '\(stream.raw.text(index))' with \(Self.name(answers[index])); \
          right is \(Self.name(stream.rules[index])): nothing is timed that answers wrongly
          """)
    }
  }

  private static func name(_ rule: UInt32) -> String {
    rule == .max ? "no rule" : "rule \(rule)"
  }
}
