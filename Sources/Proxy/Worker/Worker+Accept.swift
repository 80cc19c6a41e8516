internal import Policy
internal import Reactor

extension Worker {
  /// Accepts what waits on a listener, as far as the turn's share goes.
  mutating func acceptConnections(_ listener: Int32) {
    guard isListening, !isDraining else { return }
    var accepted = 0
    while accepted < acceptBudget {
      guard connections.count < connections.capacity else { return pauseListening() }
      var peer = SocketAddress.none
      let fd = kernel.accept(listener, peer: &peer)
      if fd < 0 {
        acceptBudget = max(acceptBudget / 2, 1)
        acceptFailed(fd, listener)
        return
      }
      accepted += 1
      open(fd, peer, listener)
    }
    acceptBudget = min(acceptBudget * 2, limits.acceptsPerTurn)
  }

  private mutating func acceptFailed(_ error: Int32, _ listener: Int32) {
    switch -error {
    // An idle upstream's descriptor does for the client; the listener says again that it waits.
    case Errno.mfile, Errno.nfile: if !closeOldestUpstream() { answerWithReserve(listener) }
    case Errno.nobufs, Errno.nomem:
      // The kernel is short of memory: asking again at once would only spin.
      pauseListening()
      resumeNotBefore = now + limits.acceptPause
    // Nothing more waits, or the client has gone before we came to it.
    default: break
    }
  }

  /// Descriptors have run out: the reserve takes one connection in, answers it and is held again.
  private mutating func answerWithReserve(_ listener: Int32) {
    if reserve >= 0 {
      kernel.close(reserve)
      reserve = -1
      var peer = SocketAddress.none
      let fd = kernel.accept(listener, peer: &peer)
      if fd >= 0 {
        // What the client has sent is read first: closing over unread bytes would turn the
        // answer into a reset.
        _ = kernel.receive(fd, into: pools.scratch, at: 0, count: limits.headBytes)
        let length = composeOverload(.overloaded)
        _ = kernel.send(fd, from: out, at: 0, count: length)
        _ = kernel.shutdownWrite(fd)
        recordStray(peer, fd, number(of: listener))
        kernel.close(fd)
      }
      reserve = kernel.eventDescriptor()
    }
    pauseListening()
  }

  private mutating func open(_ fd: Int32, _ peer: SocketAddress, _ listener: Int32) {
    guard let index = connections.take() else { return kernel.close(fd) }
    counters.count(.accepted)
    let generation = (connections[index].generation &+ 1) & 0x7fff_ffff
    var fresh = Connection()
    fresh.generation = generation
    // The record's last user may still stand in a queue; an index stands in each once at most.
    fresh.isQueued = connections[index].isQueued
    fresh.isStarved = connections[index].isStarved
    fresh.client = fd
    fresh.clientAddress = peer
    fresh.listener = UInt8(truncatingIfNeeded: number(of: listener))
    fresh.parity = parity
    fresh.state = .head
    fresh.lastActivity = now
    fresh.isCounted = shared.admit(limit: limits.connections)
    connections[index] = fresh
    identifyPeer(index)
    let token = Token(index: index, generation: generation, socket: 0)
    guard kernel.epollAdd(epoll, fd, .connection, token: token.rawValue) >= 0 else {
      return closeConnection(index)
    }
    guard let reason = refusalAtOnce(index) else {
      return timers.schedule(index, at: now + limits.headTimeout)
    }
    // One over a limit: a clean answer, at once, and out.
    connections[index].isTurnedAway = true
    recordOverload(index, reason)
    let length = composeOverload(reason)
    connections[index].closesAfterExchange = true
    sendRefusal(index, length)
  }

  /// Why a new connection has no place here.
  @inline(__always) private mutating func refusalAtOnce(_ index: Int) -> ReasonCode? {
    guard connections[index].isCounted else { return .overloaded }
    notePressure()
    if relief.pressure == .full, isPlaceShed(index) { return .overloaded }
    guard enterPlace(index) else { return .connectionLimit }
    // Whoever speaks for others has their header before it to say for whom.
    guard awaitsProxyHeader(index) || enterHalfOpen(index) else { return .halfOpenLimit }
    return nil
  }

  /// Stops accepting until ``resumeListening()``; the kernel keeps what comes meanwhile in the
  /// listener's backlog.
  private mutating func pauseListening() {
    guard isListening else { return }
    isListening = false
    for fd in listeners { _ = kernel.epollDelete(epoll, fd) }
  }

  /// Accepts again once there is room. Called each turn.
  mutating func resumeListening() {
    guard !isListening, !isDraining, connections.count < connections.capacity,
      now >= resumeNotBefore
    else { return }
    if reserve < 0 { reserve = kernel.eventDescriptor() }
    guard reserve >= 0 else { return }
    for place in listeners.indices {
      let token = Token(.listener, fd: listeners[place])
      guard kernel.epollAdd(epoll, listeners[place], .listener, token: token.rawValue) >= 0 else {
        // No memory for it now: none of them, and all of them again in a while.
        for added in 0..<place { _ = kernel.epollDelete(epoll, listeners[added]) }
        return
      }
    }
    isListening = true
  }
}
