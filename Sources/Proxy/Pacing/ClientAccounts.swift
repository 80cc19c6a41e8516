internal import Domains
internal import Policy

/// The bandwidth accounts of clients, of which there may be more than there is room for, in a table of fixed
/// size: each client has two words, takes its turns from both and goes by the earlier one. Whoever shares a
/// word with another client has the other word; nothing is ever pushed out, so that nobody gets rid of what
/// was moved. A client of whom both words are shared with busy ones gets less than it may, never more. Which
/// share is chance: places come from a hash with a key of this process.
struct ClientAccounts: ~Copyable, Sendable {
  /// Where a client's account of one direction is.
  struct Place: BitwiseCopyable {
    fileprivate var first: UInt16 = 0
    fileprivate var second: UInt16 = 0
  }

  private static var rowCount: Int { 1 << 16 }
  private let words: SharedWords
  private let hash = SourceHash()

  /// Nothing is owed. Memory is taken when it is first touched, 1 MiB at most.
  init() { words = SharedWords(count: 2 * Self.rowCount) }

  /// `account` is that of the client's environment and the direction: clients have one in each.
  func place(of client: IPAddress, account: Int) -> Place {
    let hash = hash.value(client, UInt64(account))
    return Place(
      first: UInt16(truncatingIfNeeded: hash), second: UInt16(truncatingIfNeeded: hash >> 32))
  }

  /// As ``BandwidthAccounts/take(_:_:of:now:)``.
  func take(_ place: Place, _ time: UInt64, of limit: Bandwidth, now: UInt64) -> UInt64 {
    min(
      take(Int(place.first), time, limit, now),
      take(Self.rowCount + Int(place.second), time, limit, now))
  }

  func giveBack(_ place: Place, _ time: UInt64) {
    words.subtract(Int(place.first), time)
    words.subtract(Self.rowCount + Int(place.second), time)
  }

  private func take(_ word: Int, _ time: UInt64, _ limit: Bandwidth, _ now: UInt64) -> UInt64 {
    var account = words.load(word)
    while true {
      let start = limit.start(account: account, now: now)
      if words.exchange(word, &account, start &+ time) { return start }
    }
  }
}
