/// A way to find the rule that decides for a name. Each is measured in the same loop over the same
/// names.
package protocol Contender: ~Copyable {
  /// The number of the rule, or ``Swift/UInt32/max``.
  mutating func answer(_ name: Span<UInt8>) -> UInt32
}

/// The loops that are timed.
enum LookupLoop {
  /// Asks for `count` names of `names` from `first` on; returns the sum of the answers.
  @inline(never)
  static func run<C: Contender & ~Copyable>(
    _ contender: inout C, _ names: PackedNames, first: Int, count: Int
  ) -> UInt64 {
    let bytes = names.bytes.span
    let ends = names.ends.span
    var start = names.range(first).lowerBound
    var sum: UInt64 = 0
    for index in first..<(first + count) {
      let end = Int(ends[index])
      sum &+= UInt64(contender.answer(bytes.extracting(start..<end)))
      start = end
    }
    return sum
  }

  /// The same, where a question is not known before the last one is answered. `zero` is 0, which the
  /// compiler must not know.
  @inline(never)
  static func runDependent<C: Contender & ~Copyable>(
    _ contender: inout C, _ names: PackedNames, first: Int, count: Int, zero: UInt32
  ) -> UInt64 {
    let bytes = names.bytes.span
    let ends = names.ends.span
    var start = names.range(first).lowerBound
    var sum: UInt64 = 0
    for index in first..<(first + count) {
      let end = Int(ends[index])
      let answer = contender.answer(bytes.extracting(start..<end))
      sum &+= UInt64(answer)
      start = end &+ Int(answer & zero)
    }
    return sum
  }

  /// All answers to `count` names from `first` on.
  static func answers<C: Contender & ~Copyable>(
    of contender: inout C, _ names: PackedNames, first: Int, count: Int
  ) -> [UInt32] {
    let bytes = names.bytes.span
    var answers: [UInt32] = []
    answers.reserveCapacity(count)
    for index in first..<(first + count) {
      answers.append(contender.answer(bytes.extracting(names.range(index))))
    }
    return answers
  }
}
