import Foundation
import Testing

@testable import Wire

@Suite struct HTTPDateTests {
  func date(_ seconds: Int64) -> String {
    var out = [UInt8](repeating: 0, count: HTTPDate.length)
    var target = out.mutableSpan
    HTTPDate.write(unixSeconds: seconds, into: &target)
    return latin1(out)
  }

  @Test(
    "dates that are known",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
      (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] as [(Int64, String)])
  func known(seconds: Int64, text: String) { #expect(date(seconds) == text) }

  @Test("two thousand random dates are those that Foundation writes")
  func random() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    var random = SeededGenerator(state: 5)
    for _ in 0..<2_000 {
      let seconds = Int64.random(in: 0...253_402_300_799, using: &random)
      #expect(date(seconds) == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
    }
  }
}
