import Domains

/// A contender with its name, ready to be timed.
protocol Entrant: AnyObject {
  var name: String { get }
  /// Milliseconds of CPU time that making it took.
  var buildMilliseconds: Double { get }
  /// Sums up the answers to `count` queries from `first` on.
  func run(_ stream: QueryStream, first: Int, count: Int) -> UInt64
  func answers(_ stream: QueryStream, first: Int, count: Int) -> [UInt32]
}

/// An entrant of one type, so that the loop is compiled for that type.
final class Entered<C: Contender & ~Copyable>: Entrant {
  let name: String
  let buildMilliseconds: Double
  private var contender: C
  /// Whether it takes names as clients spell them; the others get them in canonical form.
  private let takesRaw: Bool
  private let zero: UInt32

  /// `zero` is 0.
  init(_ name: String, takesRaw: Bool = false, zero: UInt32, _ make: () -> C) {
    self.name = name
    self.takesRaw = takesRaw
    self.zero = zero
    let start = Clock.thread()
    contender = make()
    buildMilliseconds = Double(Clock.thread() - start) / 1e6
  }

  func run(_ stream: QueryStream, first: Int, count: Int) -> UInt64 {
    let names = takesRaw ? stream.raw : stream.clean
    return stream.kind == .latency
      ? LookupLoop.runDependent(&contender, names, first: first, count: count, zero: zero)
      : LookupLoop.run(&contender, names, first: first, count: count)
  }

  func answers(_ stream: QueryStream, first: Int, count: Int) -> [UInt32] {
    let names = takesRaw ? stream.raw : stream.clean
    return LookupLoop.answers(of: &contender, names, first: first, count: count)
  }
}

/// Sluice's matcher with names in batches, as `allowlist replay` asks for them. Where a question is
/// not known before the last one is answered, a batch is one name.
final class BatchedEntrant: Entrant {
  let name = "Sluice, in batches"
  let buildMilliseconds = 0.0
  private let matcher: Matcher
  private let day: Day
  private var batch = HostKeyBatch()
  private let single: Entered<CompiledMatcher>

  /// `zero` is 0.
  init(_ matcher: Matcher, day: Day, zero: UInt32) {
    self.matcher = matcher
    self.day = day
    single = Entered("", takesRaw: true, zero: zero) {
      CompiledMatcher(matcher, port: ListBench.port, day: day)
    }
  }

  func run(_ stream: QueryStream, first: Int, count: Int) -> UInt64 {
    if stream.kind == .latency { return single.run(stream, first: first, count: count) }
    var sum: UInt64 = 0
    each(stream, first: first, count: count) { sum &+= UInt64($0) }
    return sum
  }

  func answers(_ stream: QueryStream, first: Int, count: Int) -> [UInt32] {
    var answers: [UInt32] = []
    answers.reserveCapacity(count)
    each(stream, first: first, count: count) { answers.append($0) }
    return answers
  }

  private func each(
    _ stream: QueryStream, first: Int, count: Int, _ body: (UInt32) -> Void
  ) {
    let bytes = stream.raw.bytes.span
    let ends = stream.raw.ends.span
    var start = stream.raw.range(first).lowerBound
    for index in first..<(first + count) {
      let end = Int(ends[index])
      if batch.append(bytes.extracting(start..<end), for: matcher) != nil {
        // In order: a name that is no host name is answered without a rule.
        drain(body)
        body(.max)
      } else if batch.isFull {
        drain(body)
      }
      start = end
    }
    drain(body)
  }

  private func drain(_ body: (UInt32) -> Void) {
    batch.drain { _, key in
      body(matcher.match(key, port: ListBench.port, on: day).rule.rawValue)
    }
  }
}
