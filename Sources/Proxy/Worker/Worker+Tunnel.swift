internal import Policy
internal import Reactor

extension Worker {
  /// The connection stands: answers the CONNECT and starts to relay.
  mutating func startTunnel(_ index: Int) {
    let answer = texts.established
    let sent = kernel.send(
      connections[index].client, from: texts.memory, at: answer.offset, count: answer.count)
    // Nothing was sent to this client before, so its socket takes 40 bytes or is dead.
    guard sent == answer.count else { return abandon(index, .clientReset) }
    connections[index].state = .tunnel
    connections[index].status = 200
    shared.openTunnel()
    connections[index].lastActivity = now
    startPacing(index)
    if connections[index].isGuarded { return startHello(index) }
    timers.schedule(index, at: min(now + idleTimeout(index), lifetimeEnd(index)))
    if connections[index].heldHead != 0 { sendFirst(index, takeEarlyData(index)) }
    guard connections[index].state == .tunnel else { return }
    if connections[index].up.isReadable || connections[index].down.isReadable
      || connections[index].down.isBlocked
    {
      runTunnel(index)
    }
  }

  /// Moves what the client sent behind its CONNECT before it had an answer to the scratch buffer;
  /// returns its length.
  mutating func takeEarlyData(_ index: Int) -> Int {
    let slot = Int(connections[index].heldHead) - 1
    let count = Int(connections[index].heldBytes)
    pools.scratch.write(heads.memory.span(heads.offset(slot), count), at: 0)
    releaseHead(index)
    return count
  }

  /// Sends the first `count` bytes of the scratch buffer to the upstream, before the relay runs.
  mutating func sendFirst(_ index: Int, _ count: Int) {
    let sent = kernel.send(connections[index].upstream, from: pools.scratch, at: 0, count: count)
    if sent < 0 && sent != -Int(Errno.again) { return tunnelFailed(index, .upstreamReset) }
    let taken = max(sent, 0)
    connections[index].up.bytes &+= UInt64(taken)
    if connections[index].isPaced { charge(index, up: true, bytes: UInt64(count)) }
    guard taken < count else { return }
    guard pools.remainders.available > 0 else { return abandon(index, .overloaded) }
    Relay<K>.keepRemainder(&connections[index].up, &pools, from: taken, count: count - taken)
    connections[index].up.blockedSince = now
  }

  mutating func tunnelEvent(_ index: Int, fromClient: Bool, _ events: Events) {
    if events.contains(.error) {
      // Bytes received before a reset are still delivered by the relay below; where nothing is left
      // to read, nothing else would ever say that the peer is gone.
      if fromClient {
        connections[index].up.isReset = true
      } else {
        connections[index].down.isReset = true
      }
      let isSpent = fromClient ? connections[index].up.isEnded : connections[index].down.isEnded
      if isSpent {
        return tunnelFailed(index, fromClient ? .clientReset : .upstreamReset)
      }
    }
    if events.contains(.writable) {
      // What waited for this side.
      let isBlocked =
        fromClient ? connections[index].down.isBlocked : connections[index].up.isBlocked
      if isBlocked {
        runDirection(index, up: !fromClient)
        guard connections[index].state == .tunnel else { return }
      }
    }
    let isReadable =
      fromClient ? connections[index].up.isReadable : connections[index].down.isReadable
    if isReadable { runDirection(index, up: fromClient) }
  }

  /// Runs both directions as far as they go now.
  mutating func runTunnel(_ index: Int) {
    runDirection(index, up: true)
    guard connections[index].state == .tunnel else { return }
    runDirection(index, up: false)
  }

  mutating func runDirection(_ index: Int, up: Bool) {
    guard !(up ? connections[index].up.isEndPassed : connections[index].down.isEndPassed) else {
      return
    }
    let before = up ? connections[index].up.bytes : connections[index].down.bytes
    let outcome = connections[index].isPaced ? runPaced(index, up: up) : relay(index, up: up)
    connections[index].lastActivity = now
    noteStall(index, up: up, bytesBefore: before)
    if connections[index].isMetered, outcome.goesOn, !meter(index) {
      return abandon(index, .quotaExceeded)
    }
    switch outcome {
    case .waiting, .spent: break
    case .yielded: queue(index)
    case .starved: queue(index, starved: true)
    case .ended:
      if connections[index].up.isEndPassed && connections[index].down.isEndPassed {
        return finishTunnel(index)
      }
      if up ? connections[index].up.isReset : connections[index].down.isReset {
        return tunnelFailed(index, up ? .clientReset : .upstreamReset)
      }
      connections[index].end = up ? .clientEOF : .upstreamEOF
      // The other direction may already wait for a peer that takes nothing: that deadline stands.
      timers.schedule(index, noLaterThan: now + halfCloseTimeout(index))
    case .sourceFailed: tunnelFailed(index, up ? .clientReset : .upstreamReset)
    case .targetFailed: tunnelFailed(index, up ? .upstreamReset : .clientReset)
    }
  }

  @inline(__always) private mutating func relay(_ index: Int, up: Bool) -> RelayOutcome {
    let client = connections[index].client
    let upstream = connections[index].upstream
    return up
      ? Relay<K>.run(kernel, from: client, to: upstream, &connections[index].up, &pools)
      : Relay<K>.run(kernel, from: upstream, to: client, &connections[index].down, &pools)
  }

  /// Starts the clock of a direction whose target takes nothing, or starts it anew on progress.
  mutating func noteStall(_ index: Int, up: Bool, bytesBefore: UInt64) {
    let direction = up ? connections[index].up : connections[index].down
    guard direction.isBlocked else {
      if direction.blockedSince != 0 {
        if up {
          connections[index].up.blockedSince = 0
        } else {
          connections[index].down.blockedSince = 0
        }
      }
      return
    }
    guard direction.blockedSince == 0 || direction.bytes != bytesBefore else { return }
    if up {
      connections[index].up.blockedSince = now
    } else {
      connections[index].down.blockedSince = now
    }
    if direction.blockedSince == 0 {
      timers.schedule(index, noLaterThan: now + writeTimeout(index))
    }
  }

  /// Both ends of stream were passed on: an orderly end.
  private mutating func finishTunnel(_ index: Int) {
    recordClose(index, connections[index].end)
    closeConnection(index)
  }

  /// One side was reset, so the other is too: a cut transfer must not look complete.
  mutating func tunnelFailed(_ index: Int, _ end: EndCode) {
    recordClose(index, end)
    if end == .clientReset {
      resetUpstream(index)
    } else {
      resetClient(index)
    }
    closeConnection(index)
  }
}
