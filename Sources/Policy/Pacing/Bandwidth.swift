/// How many bytes a second an environment moves one way at most, over all of its connections and workers.
///
/// It is kept by turns: whoever wants to read takes a turn of some bytes, which puts the environment's
/// account (a time) forward by as long as these bytes take, and reads once the clock has come to where the
/// account stood before. So turns go in the order in which they were taken, and who takes them one after the
/// other gets as much as each of the others. Pure: the account and the time are given.
package struct Bandwidth: Hashable, Sendable, BitwiseCopyable {
  /// 0: there is no limit.
  package let bytesPerSecond: UInt64
  /// How long the account may be behind the clock, in nanoseconds: what may be made up for at once after
  /// a pause, and how late a turn may be without a loss.
  package let slack: UInt64

  package static let unlimited = Bandwidth(bytesPerSecond: 0)

  /// `burst` are bytes that may go at once after a pause; fewer than 75 ms take count as so many.
  package init(bytesPerSecond: UInt64, burst: UInt64 = 0) {
    let rate = min(bytesPerSecond, Self.bytesPerSecondMax)
    self.bytesPerSecond = rate
    let longest = rate == 0 ? 0 : UInt128(burst) * 1_000_000_000 / UInt128(rate)
    slack = max(Self.slackMin, UInt64(clamping: min(longest, UInt128(Self.slackMax))))
  }

  /// Bytes of one turn at most: 4 ms, several ticks of the timers, so that waking up late costs nobody a
  /// turn; of slow ones more, because a read has its price, but with the slack never more than a tenth of a
  /// second takes.
  package var quantum: UInt32 {
    UInt32(clamping: max(bytesPerSecond / 250, min(Self.bulk, bytesPerSecond / 40), 1))
  }

  /// 1 TiB; more is as good as no limit.
  package static let bytesPerSecondMax: UInt64 = 1 << 40
  package static let slackMin: UInt64 = 75_000_000
  /// An hour.
  package static let slackMax: UInt64 = 3_600_000_000_000
  /// Bytes that are worth a read of their own.
  private static let bulk: UInt64 = 16384

  @inline(__always) package var isLimited: Bool { bytesPerSecond != 0 }

  /// How long so many bytes take, in nanoseconds, rounded up. There is a limit.
  package func time(of bytes: UInt32) -> UInt64 {
    // 2^32 * 10^9 is less than 2^64.
    (UInt64(bytes) * 1_000_000_000 + (bytesPerSecond - 1)) / bytesPerSecond
  }

  /// When a turn begins that is taken at `now` from an account that stands at `account`; both and the
  /// answer in monotonic nanoseconds. The account is to be put at this and the turn's time.
  @inline(__always) package func start(account: UInt64, now: UInt64) -> UInt64 {
    max(account, now > slack ? now - slack : 0)
  }
}
