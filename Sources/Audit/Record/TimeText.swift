/// Unix time as RFC 3339 text in UTC. The date is worked out once a day, and all down to the second once
/// a second.
struct TimeText: ~Copyable {
  private var year: UInt32 = 0
  private var month: UInt32 = 0
  private var day: UInt32 = 0
  private var dayNumber: UInt64 = .max
  /// The text of a second, with the point behind it.
  private var text = LineBuffer(capacity: 20)
  private var second: UInt64 = .max

  /// `2026-11-22T10:00:00.123456Z`, 27 bytes; years 1970 to 9999.
  mutating func append(microseconds: UInt64, to line: inout LineBuffer) {
    // 9999-12-31T23:59:59.999999Z: a clock beyond that is a broken one.
    let time = min(microseconds, 253_402_300_799_999_999)
    if time / 1_000_000 != second { setSecond(time / 1_000_000) }
    line.append(text.bytes)
    line.append(decimal: UInt32(truncatingIfNeeded: time % 1_000_000), digits: 6)
    line.append(0x5a)
  }

  private mutating func setSecond(_ number: UInt64) {
    second = number
    if number / 86_400 != dayNumber { setDay(number / 86_400) }
    let ofDay = UInt32(truncatingIfNeeded: number % 86_400)
    text.removeAll()
    text.append(decimal: year, digits: 4)
    text.append(0x2d)
    text.append(decimal: month, digits: 2)
    text.append(0x2d)
    text.append(decimal: day, digits: 2)
    text.append(0x54)
    text.append(decimal: ofDay / 3600, digits: 2)
    text.append(0x3a)
    text.append(decimal: ofDay / 60 % 60, digits: 2)
    text.append(0x3a)
    text.append(decimal: ofDay % 60, digits: 2)
    text.append(0x2e)
  }

  /// The proleptic Gregorian date of a day since 1970-01-01. Years are counted from March, so that
  /// the leap day is the last of a year and every 400 years are alike.
  private mutating func setDay(_ days: UInt64) {
    dayNumber = days
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = UInt32(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    month = UInt32(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
    year = UInt32(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
  }
}
