/// The name of one request: the decision and the close record of a request carry the same, and the
/// client sees it in a refusal. 128 bits, unique; no secret.
package struct RequestID: Hashable, Sendable, BitwiseCopyable {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The length of the text form: lower-case hexadecimal, most significant digit first.
  package static let textCount = 32
}

extension RequestID: CustomStringConvertible {
  package var description: String {
    func padded(_ word: UInt64) -> String {
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
    return padded(high) + padded(low)
  }
}

/// Makes request identifiers without a system call for each: 64 random bits for the worker's run,
/// then a counter that starts at random.
package struct RequestIDSource: ~Copyable {
  private let run: UInt64
  private var counter: UInt64

  package init() {
    var random = SystemRandomNumberGenerator()
    run = random.next()
    counter = random.next()
  }

  /// The next identifier; never the same twice.
  package mutating func next() -> RequestID {
    counter &+= 1
    return RequestID(high: run, low: counter)
  }
}
