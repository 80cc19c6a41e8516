import Reactor
import Simulation
import Testing

/// The wheel against the plainest thing that does the same: a table of deadlines.
@Suite struct TimerWheelTests {
  static let tick = TimerWheel.tickNanoseconds

  /// What a run of one seed does: sets, moves, cancels, and lets time pass in small and large
  /// steps.
  @Test(
    "a deadline fires once, never early and at most one tick late, whatever came before",
    arguments: 1...30 as ClosedRange<UInt64>)
  func againstTable(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var now: UInt64 = random.next() % 1_000_000_000_000
    var wheel = TimerWheel(capacity: 50, now: now)
    var table: [Int: UInt64] = [:]
    // From less than a tick to several turns of the wheel.
    let spans: [UInt64] = [
      1, Self.tick, 100 * Self.tick, 1023 * Self.tick, 1024 * Self.tick,
      1025 * Self.tick, 600_000_000_000,
    ]
    for _ in 0..<600 {
      let index = Int(random.next() % 50)
      switch random.next() % 10 {
      case 0..<5:
        let deadline = now + random.next() % (spans[Int(random.next() % 7)] + 1)
        wheel.schedule(index, at: deadline)
        table[index] = deadline
      case 5:
        wheel.cancel(index)
        table[index] = nil
      default:
        let step = random.next() % (spans[Int(random.next() % 7)] + 1)
        let wait = wheel.timeoutMilliseconds(now: now)
        if table.isEmpty {
          #expect(wait == -1)
        } else {
          // To sleep so long must not be to sleep past a deadline by more than its tick.
          let wakes = now + UInt64(max(wait, 0)) * 1_000_000
          #expect(wait >= 0 && wakes <= (table.values.min() ?? 0) + 2 * Self.tick + 1_000_000)
        }
        now += step
        while let fired = wheel.nextExpired(now: now) {
          let deadline = table.removeValue(forKey: fired)
          #expect(deadline != nil, "fired without a deadline")
          #expect((deadline ?? 0) <= now, "fired early")
        }
        let late = table.values.filter { $0 + Self.tick <= now }
        #expect(late.isEmpty, "overdue by more than a tick")
      }
      #expect(wheel.count == table.count)
    }
  }

  @Test("a deadline in the past fires at the next tick")
  func past() {
    var wheel = TimerWheel(capacity: 1, now: 100 * Self.tick)
    wheel.schedule(0, at: 0)
    #expect(wheel.nextExpired(now: 100 * Self.tick) == nil)
    #expect(wheel.nextExpired(now: 101 * Self.tick) == 0)
  }

  @Test("a deadline an hour away is not forgotten over many turns of the wheel")
  func far() {
    var wheel = TimerWheel(capacity: 2, now: 0)
    let hour: UInt64 = 3_600_000_000_000
    wheel.schedule(1, at: hour)
    var now: UInt64 = 0
    var looks = 0
    while now < hour {
      #expect(wheel.nextExpired(now: now) == nil)
      now += UInt64(max(wheel.timeoutMilliseconds(now: now), 1)) * 1_000_000
      looks += 1
    }
    #expect(wheel.nextExpired(now: now + Self.tick) == 1)
    // One look a turn of 8.2 s, and some.
    #expect(looks < 1000)
  }

  @Test("many deadlines of one tick all fire")
  func sameTick() {
    var wheel = TimerWheel(capacity: 100, now: 0)
    for index in 0..<100 { wheel.schedule(index, at: 5 * Self.tick) }
    wheel.cancel(50)
    wheel.cancel(50)
    var fired: Set<Int> = []
    while let index = wheel.nextExpired(now: 5 * Self.tick) { fired.insert(index) }
    #expect(fired == Set(0..<100).subtracting([50]))
    #expect(wheel.count == 0 && wheel.timeoutMilliseconds(now: 0) == -1)
  }

  @Test("an expired index may be set again at once, and fires again only when it is due")
  func again() {
    var wheel = TimerWheel(capacity: 1, now: 0)
    wheel.schedule(0, at: Self.tick)
    let now = 3000 * Self.tick
    #expect(wheel.nextExpired(now: now) == 0)
    wheel.schedule(0, at: now + 20 * Self.tick)
    #expect(wheel.nextExpired(now: now + 19 * Self.tick) == nil)
    #expect(wheel.nextExpired(now: now + 20 * Self.tick) == 0)
  }
}
