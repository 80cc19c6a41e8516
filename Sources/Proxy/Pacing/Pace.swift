internal import Policy

/// What one direction of a connection has of its client's and its environment's bandwidth. All zero: nothing.
struct Pace: BitwiseCopyable {
  /// What the turn put the accounts forward by, and which ones they are; 0: none.
  private var time: UInt64 = 0
  private var clientTime: UInt64 = 0
  private var account: UInt32 = 0
  private var client = ClientAccounts.Place()
  /// Bytes of the turn, and those of them that may still be read.
  private var turn: UInt32 = 0
  private var rest: UInt32 = 0
  /// Bytes of the next turn.
  private var wish: UInt32 = 0
  /// The turn has not begun: a timer says when it does.
  var isWaiting = false
  /// The turn has been taken from all accounts.
  private var isTaken = false

  /// Bytes that may be read, unless it waits.
  var credit: UInt32 { isTaken ? rest : 0 }

  /// What a direction that moves little at a time asks for: with more it would be in the way of others.
  private static func smallTurn(_ limit: Bandwidth) -> UInt32 {
    max(min(4096, limit.quantum / 8), 1)
  }

  /// The limits of a direction and where their accounts are.
  struct Limits {
    var own: Bandwidth
    var client: Bandwidth
    var account = 0
    var place = ClientAccounts.Place()

    var isLimited: Bool { own.isLimited || client.isLimited }
  }

  /// Goes on with a turn, or takes one; returns when to go on. Once that is not later than `now` there is
  /// ``credit``. A turn is taken from the client's account first and, once it has begun there, from the
  /// environment's: so nobody waits for a client that has to wait for itself.
  ///
  /// It has twice the bytes that were used of the last one: who has much to move soon has whole turns, and
  /// who has little takes little.
  mutating func take(
    _ limits: Limits, from accounts: borrowing BandwidthAccounts,
    _ clients: borrowing ClientAccounts, now: UInt64
  ) -> UInt64 {
    if turn == 0 || isTaken {
      giveBack(to: accounts, clients)
      turn = UInt32.max
      if limits.own.isLimited { turn = bytes(limits.own) }
      if limits.client.isLimited { turn = min(turn, bytes(limits.client)) }
      rest = turn
      if limits.client.isLimited {
        clientTime = limits.client.time(of: turn)
        client = limits.place
        let start = clients.take(client, clientTime, of: limits.client, now: now)
        if start > now { return start }
      }
    }
    isTaken = true
    guard limits.own.isLimited else { return now }
    time = limits.own.time(of: turn)
    account = UInt32(limits.account)
    return accounts.take(limits.account, time, of: limits.own, now: now)
  }

  private func bytes(_ limit: Bandwidth) -> UInt32 {
    min(max(wish, Self.smallTurn(limit)), limit.quantum)
  }

  /// So many bytes of the turn were read.
  mutating func spend(_ bytes: Int) { rest -= UInt32(bytes) }

  /// Ends the turn, if there is one; what was not used of it goes back.
  mutating func giveBack(
    to accounts: borrowing BandwidthAccounts, _ clients: borrowing ClientAccounts
  ) {
    guard turn > 0 else { return }
    if time > 0, rest > 0 { accounts.giveBack(Int(account), unused(time)) }
    if clientTime > 0, rest > 0 { clients.giveBack(client, unused(clientTime)) }
    let used = turn - rest
    wish = used > UInt32.max / 2 ? UInt32.max : 2 * used
    turn = 0
    rest = 0
    time = 0
    clientTime = 0
    isTaken = false
  }

  /// Rounded down: no more is given back than was not used.
  private func unused(_ time: UInt64) -> UInt64 {
    UInt64(truncatingIfNeeded: UInt128(time) * UInt128(rest) / UInt128(turn))
  }
}
