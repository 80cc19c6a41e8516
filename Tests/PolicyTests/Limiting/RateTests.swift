import Testing

@testable import Policy

@Suite struct RateTests {
  @Test(
    "a rate is read as people write it",
    arguments: [
      ("50/s", Rate(50, per: .second)),
      ("50/s burst 100", Rate(50, per: .second, burst: 100)),
      ("3000/min", Rate(3000, per: .minute, burst: 3000)),
      ("1/day", Rate(1, per: .day, burst: 1)),
      ("1000000/s", Rate(1_000_000, per: .second)),
      ("10/h burst 3", Rate(10, per: .hour, burst: 3)),
    ])
  func counts(_ text: String, _ rate: Rate?) throws {
    #expect(try Rate(text, .count) == rate)
    #expect(rate?.description == text)
  }

  @Test(
    "a rate of bytes is read with its units",
    arguments: [
      ("10MiB/s", Rate(10 << 20, per: .second, unit: .bytes)),
      ("10MiB/s burst 20MiB", Rate(10 << 20, per: .second, unit: .bytes, burst: 20 << 20)),
      ("20GiB/day", Rate(20 << 30, per: .day, unit: .bytes, burst: 20 << 30)),
      ("1KiB/s", Rate(1024, per: .second, unit: .bytes)),
      ("10GiB/s", Rate(10 << 30, per: .second, unit: .bytes)),
      ("1500B/s burst 1KiB", Rate(1500, per: .second, unit: .bytes, burst: 1024)),
    ])
  func bytes(_ text: String, _ rate: Rate?) throws {
    #expect(try Rate(text, .bytes) == rate)
    #expect(rate?.description == text)
  }

  @Test(
    "what is no rate is refused with what to write",
    arguments: [
      ("", Rate.Unit.count, "50/s or 50/s burst 100"), ("50", .count, "50/s or 50/s burst 100"),
      ("50/s ", .count, "50/s or"), (" 50/s", .count, "50/s or"), ("50 /s", .count, "50/s or"),
      ("50/s  burst 3", .count, "50/s or"), ("50/s Burst 3", .count, "50/s or"),
      ("50/s burst", .count, "50/s or"), ("50/s burst 3 4", .count, "50/s or"),
      ("50/s/s", .count, "50/s or"), ("50/S", .count, "s, min, h or day"),
      ("50/sec", .count, "s, min, h or day"), ("50/week", .count, "s, min, h or day"),
      ("0/s", .count, "without sign and leading zeros"), ("050/s", .count, "leading zeros"),
      ("-1/s", .count, "leading zeros"), ("+1/s", .count, "leading zeros"),
      ("1.5/s", .count, "a number alone"), ("1e3/s", .count, "a number alone"),
      ("٣/s", .count, "leading zeros"), ("1234567890/s", .count, "leading zeros"),
      ("10MiB/s", .count, "a number alone"), ("1000001/s", .count, "1000000/s"),
      ("60000001/min", .count, "1000000/s"), ("50/s burst 0", .count, "leading zeros"),
      ("1/day burst 366", .count, "a smaller burst"), ("10/s", .bytes, "B, KiB, MiB or GiB"),
      ("10MB/s", .bytes, "B, KiB, MiB or GiB"), ("10mib/s", .bytes, "B, KiB, MiB or GiB"),
      ("11GiB/s", .bytes, "10GiB/s"), ("10 MiB/s", .bytes, "10MiB/s or"),
    ])
  func refused(_ text: String, _ unit: Rate.Unit, _ remedy: String) {
    let error = #expect(throws: RateError.self) { try Rate(text, unit) }
    #expect(error?.remedy.contains(remedy) == true)
  }

  @Test("what is printed is read as the same rate, and no text of any kind is a trap")
  func roundTrip() throws {
    var random = SplitMix(seed: 7)
    let pieces = [
      "1", "50", "999999999", "0", "/", "/s", "/min", "/h", "/day", " ", " burst ", "KiB", "MiB",
      "GiB", "B", "burst", "-", "é", "\u{0}",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...6, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      for unit in [Rate.Unit.count, .bytes] {
        guard let rate = try? Rate(text, unit) else { continue }
        #expect(try Rate(rate.description, unit) == rate)
      }
    }
    for _ in 0..<20_000 {
      let unit = Bool.random(using: &random) ? Rate.Unit.count : .bytes
      let period = Rate.Period.allCases.randomElement(using: &random) ?? .second
      let amount =
        UInt64.random(in: 1...999_999_999, using: &random)
        >> UInt64.random(in: 0...29, using: &random)
      let burst =
        UInt64.random(in: 1...999_999_999, using: &random)
        >> UInt64.random(in: 0...29, using: &random)
      guard let rate = Rate(amount, per: period, unit: unit, burst: burst) else { continue }
      #expect(try Rate(rate.description, unit) == rate)
    }
  }
}
