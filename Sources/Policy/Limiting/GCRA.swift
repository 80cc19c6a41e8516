/// The generic cell rate algorithm (ITU-T I.371): a limit on a rate whose whole state is one word, the
/// theoretical arrival time. It says when everything that was let through will have been paid for; a unit
/// costs the time in which one comes at the rate. What has passed says nothing any more, whatever the rate.
///
/// The word counts ticks of 1/64 ns. A unit's time is rarely whole in ticks, and rounding it at each step
/// would add up. So steps go along the multiples of that time, which are rounded one by one: any number of
/// steps is at most two ticks off.
package enum GCRA {
  /// What became of one try.
  package struct Step: Hashable, Sendable, BitwiseCopyable {
    package var isAllowed: Bool
    /// The new word.
    package var word: UInt64
    /// Units that would be let through at once after this.
    package var remaining: UInt64
    /// Until the same would be let through, in nanoseconds, rounded up; 0 where it was, ``never`` where it
    /// costs more than the burst.
    package var retryAfter: UInt64
  }

  package static let never = UInt64.max

  /// Debts that are longer than any of the rate by this were made at another rate, before a change of the
  /// configuration: then the debt is the longest that there is. The margin is for workers whose clocks,
  /// read once a turn, are behind. Nanoseconds.
  static let margin: UInt64 = 60_000_000_000

  /// Ticks of a time in nanoseconds.
  @inline(__always) package static func ticks(_ nanoseconds: UInt64) -> UInt64 {
    nanoseconds <= .max >> 6 ? nanoseconds << 6 : .max
  }

  /// One try to let `cost` units through at `now` (monotonic nanoseconds). `cost` above the burst is never
  /// let through: who moves more at once does it in parts. All results are saturated, and what cannot be
  /// counted any more is refused.
  package static func step(word: UInt64, now: UInt64, cost: UInt64, rate: Rate) -> Step {
    let now = ticks(now)
    let end = sum(now, time(rate.burst, rate))
    var word = word
    if word > sum(end, ticks(margin)) { word = end }
    let start = max(word, now)
    guard cost > 0 else {
      return Step(
        isAllowed: true, word: word, remaining: units(end, since: start, rate), retryAfter: 0)
    }
    guard cost <= rate.burst else {
      return Step(
        isAllowed: false, word: word, remaining: units(end, since: start, rate), retryAfter: never)
    }
    let paid = advanced(start, by: cost, rate)
    guard paid <= end, paid < .max else {
      return Step(
        isAllowed: false, word: word, remaining: units(end, since: start, rate),
        retryAfter: (max(paid - min(end, paid), 1) - 1) >> 6 + 1)
    }
    return Step(
      isAllowed: true, word: paid, remaining: units(end, since: paid, rate), retryAfter: 0)
  }

  /// `cost` units later than `start`, along the rounded multiples of a unit's time.
  private static func advanced(_ start: UInt64, by cost: UInt64, _ rate: Rate) -> UInt64 {
    // A unit takes a tick at least, so this is less than 2^64; and its time is not behind the start.
    let number = units(start, rate)
    return sum(time(sum(number, cost), rate), start - time(number, rate))
  }

  /// The time of `units`, rounded up.
  private static func time(_ units: UInt64, _ rate: Rate) -> UInt64 {
    let (high, low) = units.multipliedFullWidth(by: period(rate))
    guard high < rate.amount else { return .max }
    let (quotient, remainder) = rate.amount.dividingFullWidth((high, low))
    return remainder > 0 ? sum(quotient, 1) : quotient
  }

  /// The whole units in a time.
  private static func units(_ time: UInt64, _ rate: Rate) -> UInt64 {
    let period = period(rate)
    let (high, low) = time.multipliedFullWidth(by: rate.amount)
    return high < period ? period.dividingFullWidth((high, low)).quotient : .max
  }

  private static func units(_ end: UInt64, since start: UInt64, _ rate: Rate) -> UInt64 {
    end > start ? min(units(end - start, rate), rate.burst) : 0
  }

  /// Ticks; less than 2^53.
  @inline(__always) private static func period(_ rate: Rate) -> UInt64 {
    rate.period.seconds * 1_000_000_000 << 6
  }

  @inline(__always) private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, isOver) = left.addingReportingOverflow(right)
    return isOver ? .max : sum
  }
}
