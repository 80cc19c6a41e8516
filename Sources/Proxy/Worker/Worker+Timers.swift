internal import Policy
internal import Reactor

extension Worker {
  /// The deadline of a connection has passed, or has moved on since it was set: idle limits are not
  /// set anew with every byte but looked at here.
  mutating func timerExpired(_ index: Int) {
    switch connections[index].state {
    case .free: break
    case .head:
      if connections[index].waitsForSlot {
        lookForSlot(index)
      } else if connections[index].heldHead != 0 {
        // A request of its own, that has nothing of the one before.
        beginRequest(index)
        refuse(index, .headTimeout)
      } else {
        closeConnection(index)
      }
    case .resolving: upstreamFailed(index, .dnsTimeout)
    case .connecting: attemptTimer(index)
    case .handshake: upstreamFailed(index, .upstreamTimeout)
    case .tunnel: tunnelTimer(index)
    case .hello: helloTimer(index)
    case .exchange: exchangeTimer(index)
    case .lingering: closeConnection(index)
    }
  }

  private mutating func tunnelTimer(_ index: Int) {
    if isWaitingForTurn(index) { connections[index].lastActivity = now }
    let isHalfClosed = connections[index].up.isEnded || connections[index].down.isEnded
    let quiet = isHalfClosed ? halfCloseTimeout(index) : idleTimeout(index)
    let idleDeadline = connections[index].lastActivity + quiet
    let stallDeadline = stallDeadline(index)
    if stallDeadline <= now { return abandon(index, .writeStall) }
    if idleDeadline <= now {
      return abandon(index, isHalfClosed ? .halfCloseTimeout : .idleTimeout)
    }
    let lifetimeEnd = lifetimeEnd(index)
    if lifetimeEnd <= now { return abandon(index, .lifetime) }
    timers.schedule(index, at: min(idleDeadline, stallDeadline, lifetimeEnd))
  }

  private mutating func exchangeTimer(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    if isWaitingForTurn(index) { connections[index].lastActivity = now }
    let isWaiting = exchanges[exchange].requestBody.isEnded && !exchanges[exchange].hasResponseHead
    let quiet = isWaiting ? responseTimeout(index) : bodyTimeout(index)
    let deadline = connections[index].lastActivity + quiet
    let stallDeadline = stallDeadline(index)
    if stallDeadline <= now { return abandon(index, .writeStall) }
    if deadline <= now {
      if isWaiting { return upstreamFailed(index, .upstreamTimeout) }
      // Nothing was answered yet, so the client can be told.
      if !exchanges[exchange].hasResponseHead { return upstreamFailed(index, .bodyTimeout) }
      return abandon(index, .bodyTimeout)
    }
    // Which of the two limits counts changes when the body ends, so the shorter says when to look again.
    let look = now + min(responseTimeout(index), bodyTimeout(index))
    timers.schedule(index, at: min(deadline, look, stallDeadline))
  }

  /// When a peer that takes nothing is given up; far away while nothing waits for one.
  func stallDeadline(_ index: Int) -> UInt64 {
    var deadline = UInt64.max
    if connections[index].up.isBlocked {
      deadline = connections[index].up.blockedSince + writeTimeout(index)
    }
    if connections[index].down.isBlocked {
      deadline = min(deadline, connections[index].down.blockedSince + writeTimeout(index))
    }
    return deadline
  }
}
