import Testing

@testable import Policy

/// The same as ``GCRA`` with a debt that is exact: a fraction of ticks with the rate's amount below.
private struct ExactBucket {
  let rate: Rate
  var debt: UInt128 = 0
  private var period: UInt128 { UInt128(rate.period.seconds) * 64_000_000_000 }

  init(_ rate: Rate) { self.rate = rate }

  func excess(_ now: UInt64, _ cost: UInt64) -> Int128 {
    let now = UInt128(now) * 64 * UInt128(rate.amount)
    let paid = max(debt, now) + UInt128(cost) * period
    return Int128(paid) - Int128(now + UInt128(rate.burst) * period)
  }

  mutating func pay(_ now: UInt64, _ cost: UInt64) {
    debt = max(debt, UInt128(now) * 64 * UInt128(rate.amount)) + UInt128(cost) * period
  }
}

private func rate(_ text: String, _ unit: Rate.Unit = .count) -> Rate {
  (try? Rate(text, unit)) ?? Rate(1, per: .second)!
}

@Suite struct GCRATests {
  private static let second: UInt64 = 1_000_000_000

  @Test("a burst is let through at once, and then one in each interval")
  func burst() {
    let rate = rate("50/s burst 100")
    var word: UInt64 = 0
    let start = 5 * Self.second
    for left in (0..<100).reversed() {
      let step = GCRA.step(word: word, now: start, cost: 1, rate: rate)
      #expect(step.isAllowed && step.remaining == UInt64(left))
      word = step.word
    }
    let refused = GCRA.step(word: word, now: start, cost: 1, rate: rate)
    #expect(!refused.isAllowed && refused.retryAfter == 20_000_000 && refused.remaining == 0)
    #expect(refused.word == word)
    #expect(!GCRA.step(word: word, now: start + 19_999_999, cost: 1, rate: rate).isAllowed)
    #expect(GCRA.step(word: word, now: start + 20_000_000, cost: 1, rate: rate).isAllowed)
  }

  @Test("what costs more than the burst is never let through")
  func tooMuch() {
    let step = GCRA.step(word: 0, now: 0, cost: 11, rate: rate("10/s"))
    #expect(!step.isAllowed && step.retryAfter == GCRA.never && step.remaining == 10)
  }

  @Test(
    "a rate is kept within a millionth, however uneven its interval is",
    arguments: [
      ("1000000/s", Rate.Unit.count), ("999999/s", .count), ("7/s", .count), ("999983/min", .count),
      ("1/day", .count), ("365/day", .count), ("1KiB/s", .bytes), ("10GiB/s", .bytes),
      ("10485759KiB/s", .bytes), ("3MiB/min", .bytes),
    ])
  func exact(_ text: String, _ unit: Rate.Unit) throws {
    let written = try Rate(text, unit)
    let cost = unit == .bytes ? min(written.burst, 16384) : 1
    let rate = try #require(Rate(written.amount, per: written.period, unit: unit, burst: 4 * cost))
    var word: UInt64 = 0
    var now = 3 * Self.second
    let start = now
    var allowed: UInt64 = 0
    // Each as soon as it is let through.
    var tries = 0
    while tries < 100_000 {
      let step = GCRA.step(word: word, now: now, cost: cost, rate: rate)
      word = step.word
      if step.isAllowed { allowed += cost } else { now += step.retryAfter }
      tries += 1
    }
    let elapsed = UInt128(now - start)
    let paid = UInt128(allowed - rate.burst)
    let due = elapsed * UInt128(rate.amount) / (UInt128(rate.period.seconds) * 1_000_000_000)
    let difference = paid > due ? paid - due : due - paid
    #expect(difference <= max(due / 1_000_000, UInt128(cost) + 1))
  }

  @Test("it decides as an exact model does, but for two ticks")
  func model() {
    var random = SplitMix(seed: 11)
    for _ in 0..<300 {
      let unit = Bool.random(using: &random) ? Rate.Unit.count : .bytes
      let period = Rate.Period.allCases.randomElement(using: &random) ?? .second
      let top = Rate.amountMax(per: period, unit)
      let amount = max(
        UInt64.random(in: 1...top, using: &random) >> UInt64.random(in: 0...40, using: &random), 1)
      let standard = Rate(amount, per: period, unit: unit)
      guard let standard else { continue }
      let rate =
        Rate(amount, per: period, unit: unit, burst: standard.burst * 3) ?? standard
      var exact = ExactBucket(rate)
      var word: UInt64 = 0
      var now = UInt64.random(in: 0...(1 << 55), using: &random)
      for _ in 0..<400 {
        let cost = UInt64.random(in: 1...max(rate.burst / 4, 1), using: &random)
        let step = GCRA.step(word: word, now: now, cost: cost, rate: rate)
        let excess = exact.excess(now, cost)
        // Two ticks and the tick that times are rounded up to.
        let margin = 3 * Int128(rate.amount)
        if step.isAllowed {
          #expect(excess <= margin)
          exact.pay(now, cost)
        } else {
          #expect(excess >= -margin)
        }
        word = step.word
        let interval = rate.period.seconds * Self.second / rate.amount * cost
        now += UInt64.random(in: 0...(interval * 2 + 10), using: &random)
      }
    }
  }

  @Test("no word, time, cost or rate is a trap, and nothing passes at the end of time")
  func anyInput() {
    var random = SplitMix(seed: 13)
    let edges: [UInt64] = [0, 1, 63, 64, .max, .max - 1, .max >> 6, .max >> 1, 1 << 58]
    func any() -> UInt64 {
      Bool.random(using: &random)
        ? edges.randomElement(using: &random) ?? 0
        : UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random)
    }
    let rates = [
      rate("1/day burst 365"), rate("1000000/s"), rate("10GiB/s burst 999999999GiB", .bytes),
      rate("1B/day", .bytes), rate("999999999GiB/day", .bytes),
    ]
    for _ in 0..<100_000 {
      let rate = rates.randomElement(using: &random) ?? rates[0]
      let (word, now, cost) = (any(), any(), any())
      let step = GCRA.step(word: word, now: now, cost: cost, rate: rate)
      #expect(step.remaining <= rate.burst)
      #expect(!step.isAllowed || cost == 0 || step.word > GCRA.ticks(now))
      #expect(step.isAllowed || step.retryAfter > 0)
    }
    #expect(!GCRA.step(word: 0, now: .max, cost: 1, rate: rate("1/s")).isAllowed)
  }

  @Test("a debt that was made at a slower rate counts as no more than an empty bucket")
  func changedRate() {
    let slow = rate("100/day burst 100")
    let fast = rate("10/s")
    let now = 1000 * Self.second
    let spent = GCRA.step(word: 0, now: now, cost: 100, rate: slow)
    #expect(spent.isAllowed)
    let first = GCRA.step(word: spent.word, now: now, cost: 1, rate: fast)
    #expect(!first.isAllowed && first.word != spent.word)
    #expect(
      GCRA.step(word: first.word, now: now, cost: 1, rate: fast).retryAfter == Self.second / 10)
    #expect(GCRA.step(word: first.word, now: now + Self.second / 10, cost: 1, rate: fast).isAllowed)
  }

  @Test("many threads on one word are let through as one would be", .timeLimit(.minutes(1)))
  func threads() async {
    let words = SharedWordsBox(count: 8)
    let rate = rate("1000/s burst 500")
    let allowed = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<4 {
        group.addTask {
          var count = 0
          // Every thread sees the same two seconds pass, in other steps.
          for step in 0..<4000 {
            let now = Self.second + UInt64(step) * 500_000 + UInt64(worker) * 100_000
            count += words.take(3, rate, now: now) ? 1 : 0
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    // Two seconds and what the threads' clocks differ.
    #expect(allowed <= 500 + 2001)
    #expect(allowed >= 500)
    #expect(words.load(0) == 0 && words.load(4) == 0)
  }

  @Test("at one moment exactly the burst is let through, whoever asks", .timeLimit(.minutes(1)))
  func moment() async {
    let words = SharedWordsBox(count: 1)
    let rate = rate("1000/s burst 500")
    let allowed = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<1000).reduce(0) { count, _ in count + (words.take(0, rate, now: Self.second) ? 1 : 0)
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(allowed == 500)
  }
}

/// Words that tasks share.
final class SharedWordsBox: Sendable {
  private let words: SharedWords
  init(count: Int) { words = SharedWords(count: count) }
  func take(_ index: Int, _ rate: Rate, now: UInt64) -> Bool {
    words.take(index, rate, now: now).isAllowed
  }
  func load(_ index: Int) -> UInt64 { words.load(index) }
}
