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
