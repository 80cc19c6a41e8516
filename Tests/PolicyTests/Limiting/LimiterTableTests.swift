import Testing

@testable import Policy

/// Tables that tasks share.
private final class Tables: Sendable {
  let words: LimiterTable
  let holds: HoldTable
  /// Who really holds something, by a small key.
  let holders = SharedWords(count: 8)

  init(keys: Int) {
    words = LimiterTable(keys: keys)
    holds = HoldTable(keys: keys)
  }

  func take(_ key: UInt64, _ rate: Rate, now: UInt64) -> Bool? {
    words.take(key, rate, now: now)?.isAllowed
  }
}

@Suite struct LimiterTableTests {
  private static let second: UInt64 = 1_000_000_000

  private func rate(_ text: String) throws -> Rate { try Rate(text, .count) }

  @Test("each key has a limit of its own")
  func keys() throws {
    let tables = Tables(keys: 1024)
    let rate = try rate("1/s burst 3")
    for key in 0..<200 as Range<UInt64> {
      let spread = key &* 0x9E37_79B9_7F4A_7C15
      let answers = (0..<5).map { _ in tables.take(spread, rate, now: Self.second) }
      #expect(answers == [true, true, true, false, false])
    }
  }

  @Test("a hot key keeps its debt whatever a million other keys do", .timeLimit(.minutes(2)))
  func hotKey() throws {
    let tables = Tables(keys: 256)
    let slow = try rate("1/h burst 5")
    let quick = try rate("1000/s burst 1")
    var random = SplitMix(seed: 3)
    let hot = random.next()
    var now = Self.second
    for _ in 0..<5 { #expect(tables.take(hot, slow, now: now) == true) }
    var full = 0
    for index in 0..<1_000_000 {
      if tables.take(random.next(), quick, now: now) == nil { full += 1 }
      // Some time passes, so that others make room.
      if index % 100 == 0 {
        now += 100_000
        #expect(tables.take(hot, slow, now: now) == false)
      }
    }
    #expect(full > 0)
    #expect(tables.take(hot, slow, now: now + 3600 * Self.second) == true)
  }

  @Test("a full set says so, and whoever stands in it keeps his place")
  func fullSet() throws {
    let tables = Tables(keys: 4)
    let rate = try rate("1/min burst 1")
    for key in 101...104 as ClosedRange<UInt64> {
      #expect(tables.take(key, rate, now: Self.second) == true)
    }
    #expect(tables.take(105, rate, now: Self.second) == nil)
    for key in 101...104 as ClosedRange<UInt64> {
      #expect(tables.take(key, rate, now: Self.second) == false)
    }
    // When they are free of debt, they make room.
    let later = 62 * Self.second
    for key in 111...114 as ClosedRange<UInt64> {
      #expect(tables.take(key, rate, now: later) == true)
    }
    #expect(tables.take(101, rate, now: later) == nil)
  }

  @Test("threads that enter a key at once are let through no more than its burst")
  func race() async throws {
    let rate = try rate("1/h burst 10")
    for round in 0..<200 as Range<UInt64> {
      let tables = Tables(keys: 8)
      let allowed = await withTaskGroup(of: Int.self) { group in
        for worker in 0..<4 as Range<UInt64> {
          group.addTask {
            var count = 0
            for step in 0..<20 as Range<UInt64> {
              if tables.take(77, rate, now: Self.second) == true { count += 1 }
              // Others come and go in the same set.
              _ = tables.take(round &* 100 &+ worker &* 20 &+ step, rate, now: Self.second)
            }
            return count
          }
        }
        return await group.reduce(0, +)
      }
      #expect(allowed <= 10)
    }
  }

  @Test("what is held counts for its key and is given back at its place")
  func holds() {
    let tables = Tables(keys: 64)
    var places: [UInt32] = []
    for _ in 0..<3 {
      guard case .held(let place) = tables.holds.acquire(9 << 40, limit: 3) else { continue }
      places.append(place)
    }
    #expect(places.count == 3)
    #expect(tables.holds.acquire(9 << 40, limit: 3) == .refused)
    #expect(tables.holds.count(of: 9 << 40) == 3 && tables.holds.total == 3)
    for place in places { tables.holds.release(place) }
    #expect(tables.holds.total == 0)
    #expect(tables.holds.acquire(9 << 40, limit: 0) == .refused)
  }

  @Test("who holds something is never evicted, and a full set says so")
  func holdsFull() {
    let tables = Tables(keys: 8)
    for key in 1...8 as ClosedRange<UInt64> {
      guard case .held = tables.holds.acquire(key << 30, limit: 1) else {
        Issue.record("no room for key \(key)")
        continue
      }
    }
    #expect(tables.holds.acquire(9 << 30, limit: 1) == .full)
    for key in 1...8 as ClosedRange<UInt64> {
      #expect(tables.holds.acquire(key << 30, limit: 1) == .refused)
    }
  }

  @Test("threads never hold more than the limit, and all is given back at the end")
  func holdsRace() async {
    let tables = Tables(keys: 16)
    let limit = 3
    let most = await withTaskGroup(of: UInt64.self) { group in
      for worker in 0..<4 as Range<UInt64> {
        group.addTask {
          var most: UInt64 = 0
          var random = SplitMix(seed: worker)
          var held: [(place: UInt32, key: Int)] = []
          for _ in 0..<20_000 {
            let key = (random.next() % 6 + 1) << 40
            if held.count < 6, case .held(let place) = tables.holds.acquire(key, limit: limit) {
              held.append((place, Int(key >> 40)))
              most = max(most, tables.holders.add(Int(key >> 40), 1))
            } else if !held.isEmpty {
              let (place, key) = held.remove(at: Int(random.next() % UInt64(held.count)))
              tables.holders.subtract(key, 1)
              tables.holds.release(place)
            }
          }
          for (place, key) in held {
            tables.holders.subtract(key, 1)
            tables.holds.release(place)
          }
          return most
        }
      }
      return await group.reduce(0, max)
    }
    #expect(most == UInt64(limit))
    #expect(tables.holds.total == 0)
  }
}

@Suite struct PenaltyTests {
  private static let second: UInt64 = 1_000_000_000

  @Test("each excess doubles the penalty, up to the longest")
  func doubles() {
    var word: UInt64 = 0
    var now = 100 * Self.second
    var lengths: [UInt64] = []
    for _ in 0..<12 {
      word = Penalty.raised(word, now: now)
      let left = Penalty.remaining(word, now: now)
      lengths.append(left / Self.second)
      #expect(Penalty.raised(word, now: now + left - 1) == word)
      now += left
      #expect(Penalty.remaining(word, now: now) == 0)
    }
    #expect(lengths == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600])
  }

  @Test("a level goes with each time in which nothing happens")
  func decays() {
    var word: UInt64 = 0
    var now = Self.second
    for _ in 0..<3 {
      word = Penalty.raised(word, now: now)
      now += Penalty.remaining(word, now: now)
    }
    #expect(Penalty.level(word, now: now) == 3)
    #expect(Penalty.level(word, now: now + Penalty.decay) == 2)
    #expect(Penalty.level(word, now: now + 3 * Penalty.decay) == 0)
    // It says nothing any more: another key may have its place.
    #expect(word <= GCRA.ticks(now + 3 * Penalty.decay + 1))
    let again = Penalty.raised(word, now: now + 2 * Penalty.decay)
    #expect(Penalty.remaining(again, now: now + 2 * Penalty.decay) == 20 * Self.second)
  }

  @Test("no word and no time is a trap")
  func anyInput() {
    var random = SplitMix(seed: 5)
    for _ in 0..<50_000 {
      let word = random.next() >> (random.next() % 64)
      let now = random.next() >> (random.next() % 64)
      let raised = Penalty.raised(word, now: now)
      #expect(Penalty.level(raised, now: now) <= 63)
      _ = Penalty.remaining(raised, now: now)
    }
  }
}
