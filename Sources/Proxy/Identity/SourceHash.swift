internal import Domains

/// A hash of clients' addresses with a key of this process, so that nobody can choose addresses that meet.
///
/// IPv6 addresses count by their first 64 bits, because a host has all of them.
struct SourceHash: Sendable {
  private let high: UInt64
  private let low: UInt64

  init() {
    high = UInt64.random(in: 1...UInt64.max)
    low = UInt64.random(in: 1...UInt64.max)
  }

  /// 64 bits, of which all are equally good.
  func value(_ source: IPAddress, _ use: UInt64 = 0) -> UInt64 {
    let key = FailureTable.key(source)
    let first = (key.high ^ high).multipliedFullWidth(by: key.low ^ low)
    let mixed = first.high ^ first.low ^ (use &* 0x9E37_79B9_7F4A_7C15)
    let second = (mixed ^ high).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93 ^ low)
    return second.high ^ second.low
  }
}
