internal import Domains
internal import Policy
internal import Reactor

// Upstream connections between requests. A request without a body that may be sent twice takes an idle one
// of its environment and authority; every other gets one of its own, which may serve others after it.
extension Worker {
  /// Gives the request an idle connection to its authority, whose name ``key`` holds; no when there is
  /// none that may be used.
  mutating func takeUpstream(_ index: Int) -> Bool {
    guard pool.idleCount > 0, let host = pool.host(key.bytes, poolKey(index)) else { return false }
    while let upstream = pool.newestIdle(of: host) {
      let address = pool.upstreams[upstream].address
      guard now < pool.upstreams[upstream].opened + limits.upstreamAge,
        isAdmitted(index, address),
        // An event that did not fit into this turn may say that it is of no use.
        !isBatchFull || kernel.isQuiet(pool.upstreams[upstream].fd)
      else {
        closeIdleUpstream(upstream)
        continue
      }
      pool.take(upstream, owner: index)
      counters.count(.upstreamsReused)
      connections[index].pooled = UInt32(upstream + 1)
      // The key that it was found by holds this generation.
      exchanges[Int(connections[index].exchange) - 1].dialledUnder = snapshot.generation
      connections[index].upstream = pool.upstreams[upstream].fd
      connections[index].upstreamAddress = SocketAddress(address, port: dialPort(index))
      // No event of an earlier attempt to connect can pass for one of this socket.
      connections[index].upstreamSocket = connections[index].upstreamSocket % 15 + 1
      connections[index].down = RelayDirection()
      return true
    }
    return false
  }

  /// The request's response is whole and its upstream in order: it waits for the next request.
  ///
  /// One that was dialled under a policy before is closed. The policy in force may send its host another
  /// way, and what is written for a proxy, with our credentials, must never reach a host, nor another proxy.
  mutating func keepUpstream(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    guard limits.idleUpstreams > 0, !isDraining,
      exchanges[exchange].dialledUnder == snapshot.generation, enterPool(index)
    else {
      return closeUpstream(index)
    }
    let upstream = Int(connections[index].pooled) - 1
    connections[index].pooled = 0
    connections[index].upstream = -1
    pool.giveBack(upstream, now: now)
    if pool.idleCount(besides: upstream) > limits.idleUpstreamsPerHost {
      closeIdleUpstream(upstream)
    } else if pool.idleCount > limits.idleUpstreams {
      closeOldestUpstream()
    }
  }

  /// Gives the connection's upstream a record of its own, and its events a token of their own.
  private mutating func enterPool(_ index: Int) -> Bool {
    guard connections[index].pooled == 0 else { return true }
    let count = Int(connections[index].hostLength)
    let fd = connections[index].upstream
    let address = connections[index].upstreamAddress.address
    let opened = connections[index].phaseStarted
    let upstream: Int?
    if count <= Self.nameBytes {
      upstream = add(
        to: &pool, fd, address, opened: opened, owner: index, names: names,
        Texts.Place(offset: index * Self.nameBytes, count: count), poolKey(index))
    } else {
      upstream = add(
        to: &pool, fd, address, opened: opened, owner: index, names: longNames,
        Texts.Place(offset: index * 256, count: count), poolKey(index))
    }
    guard let upstream else { return false }
    let token = Token(pooled: upstream, generation: pool.upstreams[upstream].generation)
    guard kernel.epollModify(epoll, fd, .connection, token: token.rawValue) >= 0 else {
      pool.remove(upstream)
      return false
    }
    connections[index].pooled = UInt32(upstream + 1)
    return true
  }

  /// Closes the idle connections that have an event in this turn, before a request of the same turn can
  /// take one: bytes that nobody asked for would pass for its response.
  mutating func closeUselessUpstreams(_ count: Int) {
    for event in 0..<count {
      let token = Token(rawValue: events[event].token)
      guard token.isSpecial, token.special == .pooled, isIdle(token) else { continue }
      pooledEvent(token, events[event].events)
    }
  }

  private func isIdle(_ token: Token) -> Bool {
    pool.isCurrent(token.pooled, generation: token.poolGeneration)
      && pool.upstreams[token.pooled].owner == 0
  }

  /// An event of a pooled connection: for its user, or, of an idle one, bytes that nobody asked for or its
  /// end. Either makes it useless.
  mutating func pooledEvent(_ token: Token, _ events: Events) {
    let upstream = token.pooled
    guard pool.isCurrent(upstream, generation: token.poolGeneration) else { return }
    let owner = pool.upstreams[upstream].owner
    guard owner == 0 else {
      let index = Int(owner) - 1
      // As for every other event: not before the policy in force has decided on it.
      return isInOrder(index) ? upstreamReady(index, events) : ()
    }
    if events.contains(.anyInput) { closeIdleUpstream(upstream) }
  }

  /// Forgets that the connection's upstream is pooled, which is about to be closed.
  mutating func leavePool(_ index: Int) {
    guard connections[index].pooled != 0 else { return }
    pool.remove(Int(connections[index].pooled) - 1)
    connections[index].pooled = 0
  }

  /// Closes what has been idle for too long. Called each turn.
  mutating func expireUpstreams() {
    while let upstream = pool.oldestIdle,
      pool.upstreams[upstream].idleSince + limits.idleUpstreamTimeout <= now
    {
      closeIdleUpstream(upstream)
    }
  }

  /// When ``expireUpstreams()`` has something to do; `nil`: never.
  var upstreamDeadline: UInt64? {
    guard let upstream = pool.oldestIdle else { return nil }
    return pool.upstreams[upstream].idleSince + limits.idleUpstreamTimeout
  }

  /// Makes room by one descriptor; no when no connection is idle.
  @discardableResult
  mutating func closeOldestUpstream() -> Bool {
    guard let upstream = pool.oldestIdle else { return false }
    closeIdleUpstream(upstream)
    return true
  }

  /// Closes some of those that have been idle since `time` or longer; no when none is left.
  mutating func closeUpstreams(idleSince time: UInt64) -> Bool {
    var closed = 0
    while let upstream = pool.oldestIdle, pool.upstreams[upstream].idleSince <= time {
      guard closed < limits.closesPerTurn else { return true }
      closeIdleUpstream(upstream)
      closed += 1
    }
    return false
  }

  /// Closes all that are idle: the proxy stops.
  mutating func closeIdleUpstreams() {
    while closeOldestUpstream() {}
  }

  private mutating func closeIdleUpstream(_ upstream: Int) {
    kernel.close(pool.upstreams[upstream].fd)
    pool.remove(upstream)
  }

  private func poolKey(_ index: Int) -> UpstreamPool.Key {
    UpstreamPool.Key(
      environment: environment(index), generation: snapshot.generation,
      port: connections[index].port)
  }

  /// The guard's word on an address that it passed before. That of a literal was just decided on.
  private func isAdmitted(_ index: Int, _ address: IPAddress) -> Bool {
    if connections[index].isLiteral, !connections[index].isProxied {
      return address == connections[index].upstreamAddress.address
    }
    return admits(index, address)
  }
}
