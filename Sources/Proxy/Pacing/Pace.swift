internal import Policy

/// What one direction of a connection has of its environment's bandwidth. All zero: nothing.
struct Pace: BitwiseCopyable {
  /// What the turn put the account forward by, and the account's number.
  private(set) var time: UInt64 = 0
  private(set) var account: UInt32 = 0
  /// Bytes of the turn, and those of them that may still be read.
  private(set) var turn: UInt32 = 0
  private(set) var credit: UInt32 = 0
  /// Bytes of the next turn.
  private var wish: UInt32 = 0
  /// The turn has not begun: a timer says when it does.
  var isWaiting = false

  /// What a direction that moves little at a time asks for: with more it would be in the way of others.
  private static func smallTurn(_ limit: Bandwidth) -> UInt32 {
    max(min(4096, limit.quantum / 8), 1)
  }

  /// Takes a turn, after the one before is used up; returns when it begins. It has twice the bytes that were
  /// used of the last one: who has much to move soon has whole turns, and who has little takes little.
  mutating func take(
    _ limit: Bandwidth, from accounts: borrowing BandwidthAccounts, _ account: Int, now: UInt64
  ) -> UInt64 {
    giveBack(to: accounts)
    turn = min(max(wish, Self.smallTurn(limit)), limit.quantum)
    credit = turn
    time = limit.time(of: turn)
    self.account = UInt32(account)
    return accounts.take(account, time, of: limit, now: now)
  }

  /// So many bytes of the turn were read.
  mutating func spend(_ bytes: Int) { credit -= UInt32(bytes) }

  /// Ends the turn, if there is one; what was not used of it goes back.
  mutating func giveBack(to accounts: borrowing BandwidthAccounts) {
    guard turn > 0 else { return }
    // Rounded down: no more is given back than was not used.
    let rest = UInt64(truncatingIfNeeded: UInt128(time) * UInt128(credit) / UInt128(turn))
    if rest > 0 { accounts.giveBack(Int(account), rest) }
    let used = turn - credit
    wish = used > UInt32.max / 2 ? UInt32.max : 2 * used
    turn = 0
    credit = 0
  }
}
