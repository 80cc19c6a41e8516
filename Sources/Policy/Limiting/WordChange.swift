/// A step of a word that several threads make at once: pure, so that it can be made again when another
/// thread was faster.
protocol WordChange {
  /// The word after `word`, and what the step found out, in `self`. The same word: nothing is written.
  mutating func step(_ word: UInt64) -> UInt64
}

/// Lets `cost` units through at a rate; see ``GCRA``.
struct RateChange: WordChange {
  let rate: Rate
  let cost: UInt64
  /// Monotonic nanoseconds.
  let now: UInt64
  var answer = GCRA.Step(isAllowed: false, word: 0, remaining: 0, retryAfter: GCRA.never)

  init(_ rate: Rate, cost: UInt64 = 1, now: UInt64) {
    self.rate = rate
    self.cost = cost
    self.now = now
  }

  mutating func step(_ word: UInt64) -> UInt64 {
    answer = GCRA.step(word: word, now: now, cost: cost, rate: rate)
    return answer.word
  }
}

extension SharedWords {
  /// Makes a step of the word at `index`, which counts once, however many threads do the same.
  @inline(__always) func change(_ index: Int, _ change: inout some WordChange) {
    var old = load(index)
    while true {
      let new = change.step(old)
      if new == old || exchange(index, &old, new) { return }
    }
  }

  /// Lets `cost` units through at a rate, which is that of all threads together.
  package func take(_ index: Int, _ rate: Rate, cost: UInt64 = 1, now: UInt64) -> GCRA.Step {
    var step = RateChange(rate, cost: cost, now: now)
    change(index, &step)
    return step.answer
  }
}
