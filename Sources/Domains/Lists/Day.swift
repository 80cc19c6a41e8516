/// A day of the Gregorian calendar, UTC. Domains has no clock: the caller says which day it is.
public struct Day: Hashable, Sendable, BitwiseCopyable {
  /// Days since 1970-01-01, which is 0.
  public let daysSince1970: Int32

  public init(daysSince1970: Int32) { self.daysSince1970 = daysSince1970 }

  /// The day of a Unix time, in seconds since 1970-01-01T00:00:00Z.
  public init(unixSeconds: Int64) {
    let days = unixSeconds / 86_400
    let isBefore = unixSeconds % 86_400 < 0
    daysSince1970 = Int32(clamping: isBefore ? days - 1 : days)
  }

  /// `2026-12-31`: four, two and two digits of a day that exists, from year 1970; otherwise `nil`.
  public init?(parsing text: Span<UInt8>) {
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let year = Self.number(text, 0..<4), let month = Self.number(text, 5..<7),
      let day = Self.number(text, 8..<10),
      year >= 1970, (1...12).contains(month), (1...Self.days(of: month, in: year)).contains(day)
    else { return nil }
    daysSince1970 = Int32(Self.daysSince1970(year, month, day))
  }

  /// As ``init(parsing:)``.
  public init?(_ text: String) {
    self.init(parsing: Array(text.utf8).span)
  }

  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var value = 0
    for index in range {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Leap days before `year` since year 1.
  private static func leapDays(before year: Int) -> Int {
    let last = year - 1
    return last / 4 - last / 100 + last / 400
  }

  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    var days = (year - 1970) * 365 + leapDays(before: year) - leapDays(before: 1970)
    for earlier in 1..<13 where earlier < month { days += Self.days(of: earlier, in: year) }
    return days + day - 1
  }
}

extension Day: Comparable {
  public static func < (left: Day, right: Day) -> Bool { left.daysSince1970 < right.daysSince1970 }
}

extension Day: CustomStringConvertible {
  /// `2026-12-31`; days that ``init(parsing:)`` does not take are written as a count of days.
  public var description: String {
    guard daysSince1970 >= 0, daysSince1970 <= Self.daysSince1970(9999, 12, 31) else {
      return "day \(daysSince1970)"
    }
    var rest = Int(daysSince1970)
    var year = 1970 + rest / 366
    while Self.daysSince1970(year + 1, 1, 1) <= rest { year += 1 }
    rest -= Self.daysSince1970(year, 1, 1)
    var month = 1
    while rest >= Self.days(of: month, in: year) {
      rest -= Self.days(of: month, in: year)
      month += 1
    }
    return "\(year)-\(Self.padded(month))-\(Self.padded(rest + 1))"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
