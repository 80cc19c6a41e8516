import Reactor
import Testing

/// Deadlines of one slot that fall in different turns of the wheel.
@Suite struct TimerWheelSharedSlotTests {
  @Test("a deadline is not late because a farther one of its slot was looked at before it")
  func dueBesideFar() {
    let tick = TimerWheel.tickNanoseconds
    let start = 1_000_000 * tick
    var wheel = TimerWheel(capacity: 4, now: start)
    let due = start + 1023 * tick
    wheel.schedule(0, at: due)
    wheel.schedule(1, at: due)
    // Waits in the farthest slot, which is that of the other two, and in front of them.
    wheel.schedule(2, at: start + 5000 * tick)

    var fired: [Int] = []
    while let index = wheel.nextExpired(now: due) { fired.append(index) }
    #expect(fired.sorted() == [0, 1])
    #expect(wheel.count == 1)

    var late: [Int] = []
    while let index = wheel.nextExpired(now: start + 4999 * tick) { late.append(index) }
    #expect(late == [])
    while let index = wheel.nextExpired(now: start + 5000 * tick) { late.append(index) }
    #expect(late == [2])
  }
}

@Test("a deadline set to no later than a time keeps an earlier one, and brings a later one forward")
func earliestDeadlineStands() {
  let second: UInt64 = 1_000_000_000
  var wheel = TimerWheel(capacity: 2, now: 0)
  wheel.schedule(0, at: second)
  wheel.schedule(0, noLaterThan: 2 * second)
  wheel.schedule(1, at: 3 * second)
  wheel.schedule(1, noLaterThan: 2 * second)
  #expect(wheel.nextExpired(now: second + 10_000_000) == 0)
  #expect(wheel.nextExpired(now: second + 10_000_000) == nil)
  #expect(wheel.nextExpired(now: 2 * second + 10_000_000) == 1)
}
