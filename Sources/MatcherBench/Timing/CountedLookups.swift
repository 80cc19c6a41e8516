import CBench
import Domains

/// Lookups for an instrument that counts instructions: everything is prepared first, then counted
/// lookups alone.
package struct CountedLookups {
  /// One of the counted operations: a stream and a size of the generated rule sets.
  package struct Operation: Sendable, CustomStringConvertible {
    package let kind: QueryStream.Kind
    package let size: Int

    /// `match-mix-10k`; `nil` if it is not among ``all``.
    package init?(_ name: String) {
      guard let operation = Self.all.first(where: { $0.description == name }) else { return nil }
      self = operation
    }

    private init(kind: QueryStream.Kind, size: Int) {
      self.kind = kind
      self.size = size
    }

    package var description: String {
      let sizeName =
        size >= 1_000_000 ? "\(size / 1_000_000)m" : size >= 1_000 ? "\(size / 1_000)k" : "\(size)"
      return "match-\(kind.rawValue)-\(sizeName)"
    }

    package static let all: [Operation] = RuleSet.sizes.flatMap { size in
      [.hit, .miss, .mix].map { Operation(kind: $0, size: size) }
    }
  }

  private let stream: QueryStream
  private let matcher: Matcher

  /// The most lookups of one run.
  package static let countLimit = 100_000

  /// Makes the rules and the names. The first names are the same for every `limit`.
  package init(_ operation: Operation, limit: Int) throws {
    let workload = GeneratedWorkload(size: operation.size)
    let list = try Allowlist.parse(workload.text, file: workload.file)
    matcher = Matcher([Matcher.Source(list: list)], seed: BenchSettings().seed)
    var streams = workload.streamMaker(
      Subjects(list, port: ListBench.port, day: GeneratedWorkload.day),
      Reference(list, port: ListBench.port, day: GeneratedWorkload.day))
    stream = streams.stream(operation.kind, count: limit)
  }

  /// Looks `count` names up; `false` when an answer is not the reference's.
  package func run(_ count: Int) -> Bool {
    precondition(count <= stream.count)
    var contender = CompiledMatcher(matcher, port: ListBench.port, day: GeneratedWorkload.day)
    let wanted = stream.rules.prefix(count).reduce(UInt64(0)) { $0 &+ UInt64($1) }
    // The first pass brings in what is made once for a process.
    let first = LookupLoop.run(&contender, stream.raw, first: 0, count: count)
    cb_start_counting()
    let sum = LookupLoop.run(&contender, stream.raw, first: 0, count: count)
    cb_stop_counting()
    return first == wanted && sum == wanted
  }
}
