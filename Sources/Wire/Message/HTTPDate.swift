/// The one form of a date that is written today: IMF-fixdate (RFC 9110 §5.6.7), such as
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  /// Length in bytes.
  package static var length: Int { 29 }

  /// Writes the date of `unixSeconds`, from the year 1970 to 9999, to the first ``length`` bytes of
  /// `out`; traps when there are fewer.
  package static func write(unixSeconds: Int64, into out: inout MutableSpan<UInt8>) {
    precondition(out.count >= length)
    let seconds = min(max(unixSeconds, 0), 253_402_300_799)
    let days = Int(seconds / 86400)
    let rest = Int(seconds % 86400)
    let (year, month, day) = civil(days)
    // 1 January 1970 was a Thursday.
    put(days: (days &+ 4) % 7, into: &out)
    out[3] = Ascii.comma
    out[4] = Ascii.space
    put(day, at: 5, into: &out)
    out[7] = Ascii.space
    put(month: month, at: 8, into: &out)
    out[11] = Ascii.space
    put(year / 100, at: 12, into: &out)
    put(year % 100, at: 14, into: &out)
    out[16] = Ascii.space
    put(rest / 3600, at: 17, into: &out)
    out[19] = Ascii.colon
    put(rest / 60 % 60, at: 20, into: &out)
    out[22] = Ascii.colon
    put(rest % 60, at: 23, into: &out)
    out[25] = Ascii.space
    out[26] = UInt8(ascii: "G")
    out[27] = UInt8(ascii: "M")
    out[28] = UInt8(ascii: "T")
  }

  /// The Gregorian date of a day counted from 1970. Years begin in March here, so that a leap day is
  /// the last of its year; 719,468 days lie between 1 March of year 0 and 1970.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days &+ 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
    let day = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
    let month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
    return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month, day)
  }

  private static func put(_ number: Int, at: Int, into out: inout MutableSpan<UInt8>) {
    out[at] = UInt8(truncatingIfNeeded: number / 10 % 10) &+ Ascii.zero
    out[at &+ 1] = UInt8(truncatingIfNeeded: number % 10) &+ Ascii.zero
  }

  private static func put(days weekday: Int, into out: inout MutableSpan<UInt8>) {
    switch weekday {
    case 0: put("S", "u", "n", at: 0, into: &out)
    case 1: put("M", "o", "n", at: 0, into: &out)
    case 2: put("T", "u", "e", at: 0, into: &out)
    case 3: put("W", "e", "d", at: 0, into: &out)
    case 4: put("T", "h", "u", at: 0, into: &out)
    case 5: put("F", "r", "i", at: 0, into: &out)
    default: put("S", "a", "t", at: 0, into: &out)
    }
  }

  private static func put(month: Int, at: Int, into out: inout MutableSpan<UInt8>) {
    switch month {
    case 1: put("J", "a", "n", at: at, into: &out)
    case 2: put("F", "e", "b", at: at, into: &out)
    case 3: put("M", "a", "r", at: at, into: &out)
    case 4: put("A", "p", "r", at: at, into: &out)
    case 5: put("M", "a", "y", at: at, into: &out)
    case 6: put("J", "u", "n", at: at, into: &out)
    case 7: put("J", "u", "l", at: at, into: &out)
    case 8: put("A", "u", "g", at: at, into: &out)
    case 9: put("S", "e", "p", at: at, into: &out)
    case 10: put("O", "c", "t", at: at, into: &out)
    case 11: put("N", "o", "v", at: at, into: &out)
    default: put("D", "e", "c", at: at, into: &out)
    }
  }

  @inline(__always) private static func put(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar, _ third: Unicode.Scalar, at: Int,
    into out: inout MutableSpan<UInt8>
  ) {
    out[at] = UInt8(ascii: first)
    out[at &+ 1] = UInt8(ascii: second)
    out[at &+ 2] = UInt8(ascii: third)
  }
}
