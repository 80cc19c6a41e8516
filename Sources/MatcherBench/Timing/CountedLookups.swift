import CBench
import Domains

/// Lookups for an instrument that counts instructions: everything is prepared first, then counted
/// lookups alone.
package final class CountedLookups {
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
  private var contender: CompiledMatcher

  /// The most lookups of one run.
  package static let countLimit = 100_000

  /// Makes the rules and the names. The first names are the same for every `limit`.
  package init(_ operation: Operation, limit: Int) throws {
    let workload = GeneratedWorkload(size: operation.size)
    let list = try Allowlist.parse(workload.text, file: workload.file)
    contender = CompiledMatcher(
      Matcher([Matcher.Source(list: list)], seed: BenchSettings().seed), port: ListBench.port,
      day: GeneratedWorkload.day)
    var streams = workload.streamMaker(
      Subjects(list, port: ListBench.port, day: GeneratedWorkload.day),
      Reference(list, port: ListBench.port, day: GeneratedWorkload.day))
    stream = streams.stream(operation.kind, count: limit)
  }

  /// Looks the first `count` names up; `false` when an answer is not the reference's.
  package func run(_ count: Int) -> Bool {
    let wanted = stream.rules.prefix(count).reduce(UInt64(0)) { $0 &+ UInt64($1) }
    // The first pass brings in what is made once for a process.
    let first = lookUp(count)
    cb_start_counting()
    let sum = lookUp(count)
    cb_stop_counting()
    return first == wanted && sum == wanted
  }

  /// Looks the first `count` names up, and nothing else; the sum of the rules' numbers.
  package func lookUp(_ count: Int) -> UInt64 {
    precondition(count <= stream.count)
    return LookupLoop.run(&contender, stream.raw, first: 0, count: count)
  }
}
