/// How much of something may happen in how much time, and how much of it at once: `50/s burst 100`.
///
/// A rate can be kept exactly: at most one unit falls on each tick of ``GCRA``, and no burst takes longer
/// than a year to come back.
package struct Rate: Hashable, Sendable, BitwiseCopyable {
  /// What is counted.
  package enum Unit: UInt8, Hashable, Sendable, BitwiseCopyable {
    case count, bytes
  }

  package enum Period: UInt8, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    case second, minute, hour, day

    package var seconds: UInt64 {
      switch self {
      case .second: 1
      case .minute: 60
      case .hour: 3600
      case .day: 86400
      }
    }

    /// As it is written behind the slash.
    package var name: String {
      switch self {
      case .second: "s"
      case .minute: "min"
      case .hour: "h"
      case .day: "day"
      }
    }
  }

  /// Units in each period, at least 1.
  package let amount: UInt64
  /// Units at once, after a time without any; at least 1.
  package let burst: UInt64
  package let period: Period
  package let unit: Unit

  /// 1,000,000 in a second.
  package static let countPerSecondMax: UInt64 = 1_000_000
  /// 10 GiB in a second.
  package static let bytesPerSecondMax: UInt64 = 10 << 30
  /// A burst comes back within this time.
  package static let burstSecondsMax: UInt64 = 365 * 86400

  /// `nil`: nothing, more than the most in a second, or a burst that takes longer than a year to come
  /// back. Without `burst`, what comes in the period: of `60/min` all 60 may come at once.
  package init?(_ amount: UInt64, per period: Period, unit: Unit = .count, burst: UInt64? = nil) {
    guard amount > 0, amount <= Self.amountMax(per: period, unit) else { return nil }
    let burst = burst ?? amount
    guard burst > 0, burst <= Self.burstMax(amount, period) else { return nil }
    self.amount = amount
    self.period = period
    self.unit = unit
    self.burst = burst
  }

  static func amountMax(per period: Period, _ unit: Unit) -> UInt64 {
    period.seconds * (unit == .count ? countPerSecondMax : bytesPerSecondMax)
  }

  /// No product here overflows: an amount is less than 2^50.
  static func burstMax(_ amount: UInt64, _ period: Period) -> UInt64 {
    let (high, low) = amount.multipliedFullWidth(by: burstSecondsMax)
    return high < period.seconds ? period.seconds.dividingFullWidth((high, low)).quotient : .max
  }
}
