import Policy
import Testing

@Suite struct BandwidthTests {
  static let kibibyte: UInt64 = 1024
  static let gibibyte: UInt64 = 1 << 30

  @Test(
    "a turn is 4 ms long, of slow ones at most 25 ms, and never less than a byte",
    arguments: [
      (1, 1), (39, 1), (kibibyte, 25), (100 * kibibyte, 2560), (kibibyte * kibibyte, 16384),
      (10 * kibibyte * kibibyte, 41943), (gibibyte, 4_294_967), (10 * gibibyte, 42_949_672),
    ] as [(UInt64, UInt32)])
  func quantum(rate: UInt64, bytes: UInt32) {
    #expect(Bandwidth(bytesPerSecond: rate).quantum == bytes)
  }

  @Test("what may be made up for is 75 ms, or as long as the burst takes if that is longer")
  func slack() {
    func slack(_ rate: UInt64, _ burst: UInt64) -> UInt64 {
      Bandwidth(bytesPerSecond: rate, burst: burst).slack
    }
    #expect(slack(1000, 0) == 75_000_000)
    #expect(slack(1000, 10) == 75_000_000)
    #expect(slack(1000, 2000) == 2_000_000_000)
    #expect(slack(1, UInt64.max) == Bandwidth.slackMax)
    #expect(slack(UInt64.max, UInt64.max) == Bandwidth(bytesPerSecond: 1 << 40, burst: .max).slack)
  }

  @Test("bytes take as long as the rate says, rounded up", arguments: 0..<200 as Range<UInt64>)
  func time(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let rate = 1 + random.next() >> (24 + random.next() % 40)
    let bytes = UInt32(truncatingIfNeeded: random.next() >> (32 + random.next() % 32))
    let limit = Bandwidth(bytesPerSecond: rate)
    let exact = UInt128(bytes) * 1_000_000_000
    let time = UInt128(limit.time(of: bytes)) * UInt128(limit.bytesPerSecond)
    #expect(time >= exact && time < exact + UInt128(limit.bytesPerSecond))
  }

  @Test("without a limit there is none, and equal ones are equal")
  func none() {
    #expect(!Bandwidth.unlimited.isLimited)
    #expect(Bandwidth(bytesPerSecond: 0) == .unlimited)
    #expect(Bandwidth(bytesPerSecond: 500, burst: 1) == Bandwidth(bytesPerSecond: 500))
  }

  @Test("a turn begins where the account stands, but no earlier than the slack allows")
  func start() {
    let limit = Bandwidth(bytesPerSecond: 1000)
    #expect(limit.start(account: 0, now: 10) == 0)
    #expect(limit.start(account: 0, now: 1_000_000_000) == 925_000_000)
    #expect(limit.start(account: 990_000_000, now: 1_000_000_000) == 990_000_000)
    #expect(limit.start(account: 5_000_000_000, now: 1_000_000_000) == 5_000_000_000)
  }
}
