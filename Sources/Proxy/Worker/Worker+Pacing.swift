internal import Policy
internal import Reactor

// Bandwidth of an environment: tunnels and exchanges read only in their turn (`Policy/Pacing`). What is
// not read stays in the kernel, and TCP slows the sender down. A direction that waits for its turn has a
// timer of its own, no buffer and no pipe; it is no idle one. What waits for a slow reader is sent on in
// no turn, because it was read in one.
extension Worker {
  /// A tick of the timers of those that wait for their turn, in nanoseconds.
  static var paceTick: UInt64 { 1_000_000 }

  private func place(_ index: Int, up: Bool) -> Int { 2 * index + (up ? 1 : 0) }

  /// From here on the connection reads in its turn, if its environment has a limit.
  @inline(__always) mutating func startPacing(_ index: Int) {
    connections[index].isPaced = snapshot.treatment(of: environment(index)).isPaced
  }

  /// What a direction is held to.
  private func paceLimits(_ index: Int, up: Bool) -> Pace.Limits {
    let environment = environment(index)
    let treatment = snapshot.treatment(of: environment)
    var limits = Pace.Limits(
      own: up ? treatment.upload : treatment.download,
      client: up ? treatment.clientUpload : treatment.clientDownload)
    guard limits.isLimited else { return limits }
    limits.account = BandwidthAccounts.place(snapshot.slot(of: environment), up: up)
    if limits.client.isLimited {
      limits.place = shared.clientAccounts.place(
        of: failureSource(index), account: limits.account)
    }
    return limits
  }

  /// Gives back what the connection has of its environment's bandwidth, and paces it no longer.
  @inline(never) mutating func endPacing(_ index: Int) {
    giveBackTurn(index, up: true)
    giveBackTurn(index, up: false)
    connections[index].isPaced = false
  }

  /// After a change of policy: what waits for its turn by the limit before is looked at again.
  mutating func renewPacing(_ index: Int) {
    if connections[index].isPaced {
      endPacing(index)
      queue(index)
    }
    switch connections[index].state {
    case .tunnel, .exchange, .hello: startPacing(index)
    case .free, .head, .resolving, .connecting, .handshake, .lingering: break
    }
  }

  /// Ends a turn, or the wait for one.
  mutating func giveBackTurn(_ index: Int, up: Bool) {
    let place = place(index, up: up)
    if paces[place].isWaiting {
      paces[place].isWaiting = false
      paceTimers.cancel(place)
    }
    paces[place].giveBack(to: shared.accounts, shared.clientAccounts)
  }

  /// Ends the turns of an exchange that has nothing to read now.
  mutating func giveBackIdleTurns(_ index: Int) {
    guard !connections[index].isQueued else { return }
    if !paces[place(index, up: true)].isWaiting { giveBackTurn(index, up: true) }
    if !paces[place(index, up: false)].isWaiting { giveBackTurn(index, up: false) }
  }

  /// Puts bytes on the account that went without a turn: those that came before there was a limit to hold
  /// them to.
  mutating func charge(_ index: Int, up: Bool, bytes: UInt64) {
    let limits = paceLimits(index, up: up)
    let count = UInt32(clamping: bytes)
    if limits.own.isLimited {
      _ = shared.accounts.take(
        limits.account, limits.own.time(of: count), of: limits.own, now: now)
    }
    if limits.client.isLimited {
      _ = shared.clientAccounts.take(
        limits.place, limits.client.time(of: count), of: limits.client, now: now)
    }
  }

  /// Bytes that a direction which has something to read may read now; 0: its turn comes later, and with
  /// it a timer.
  mutating func allowance(_ index: Int, up: Bool) -> Int {
    let place = place(index, up: up)
    if paces[place].isWaiting { return 0 }
    if paces[place].credit > 0 { return Int(paces[place].credit) }
    let limits = paceLimits(index, up: up)
    guard limits.isLimited else { return Int.max }
    let start = paces[place].take(
      limits, from: shared.accounts, shared.clientAccounts, now: now)
    if start <= now { return Int(paces[place].credit) }
    paces[place].isWaiting = true
    // While it holds nothing the wheel stands still.
    if paceTimers.count == 0 { _ = paceTimers.nextExpired(now: now) }
    paceTimers.schedule(place, at: start)
    return 0
  }

  /// Takes bytes that were read from what ``allowance(_:up:)`` gave. Of a request's body more may have been
  /// there already, which goes on the account.
  mutating func spend(_ index: Int, up: Bool, _ bytes: Int) {
    let place = place(index, up: up)
    let credit = Int(paces[place].credit)
    guard credit > 0 else { return }
    paces[place].spend(min(bytes, credit))
    if bytes > credit { charge(index, up: up, bytes: UInt64(bytes - credit)) }
  }

  /// Runs one direction of a tunnel, a turn at most.
  mutating func runPaced(_ index: Int, up: Bool) -> RelayOutcome {
    let isReady =
      up
      ? connections[index].up.isReadable && !connections[index].up.isBlocked
      : connections[index].down.isReadable && !connections[index].down.isBlocked
    // Who has to send first takes no turn, and is here again once that is done.
    let allowed = isReady ? allowance(index, up: up) : 0
    var left = allowed
    let client = connections[index].client
    let upstream = connections[index].upstream
    let outcome =
      up
      ? Relay<K>.runPaced(kernel, from: client, to: upstream, &connections[index].up, &pools, &left)
      : Relay<K>.runPaced(
        kernel, from: upstream, to: client, &connections[index].down, &pools, &left)
    if allowed != left { spend(index, up: up, allowed - left) }
    switch outcome {
    case .yielded: return .yielded
    case .spent:
      if allowance(index, up: up) > 0 { return .yielded }
      if up {
        Relay<K>.releasePipe(&connections[index].up, &pools)
      } else {
        Relay<K>.releasePipe(&connections[index].down, &pools)
      }
      return .waiting
    case .waiting, .starved, .ended, .sourceFailed, .targetFailed:
      if !paces[place(index, up: up)].isWaiting { giveBackTurn(index, up: up) }
      return outcome
    }
  }

  /// Whether either direction waits for its turn: then silence is not the peers' doing.
  func isWaitingForTurn(_ index: Int) -> Bool {
    connections[index].isPaced
      && (paces[place(index, up: true)].isWaiting || paces[place(index, up: false)].isWaiting)
  }

  /// Lets those go on whose turn has come. Called each turn of the loop.
  @inline(never) mutating func runPaces() {
    while let place = paceTimers.nextExpired(now: now) {
      let index = place / 2
      paces[place].isWaiting = false
      guard isInOrder(index) else {
        giveBackTurn(index, up: place % 2 != 0)
        continue
      }
      switch connections[index].state {
      case .tunnel: runDirection(index, up: place % 2 != 0)
      case .exchange: runExchange(index)
      case .free, .head, .resolving, .connecting, .handshake, .hello, .lingering:
        giveBackTurn(index, up: place % 2 != 0)
      }
    }
  }
}
