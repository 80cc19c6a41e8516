internal import Domains
internal import Policy
internal import Reactor
internal import Resolver

// From an allowed authority to a connection: resolve, guard, connect. The address that the guard
// passed is the one that is dialled.
extension Worker {
  /// Finds an address for an allowed request and connects to it.
  mutating func reach(_ index: Int) {
    // Of a policy before: what is under way may go on for the grace, but not begin anew.
    if connections[index].isCondemned { return abandon(index, .policyChanged) }
    if connections[index].isLimited, !connections[index].isDecided, let hit = admitConnect(index) {
      return refuse(index, hit)
    }
    connections[index].phaseStarted = now
    connections[index].isPartialAnswer = false
    if connections[index].isProxied {
      if let address = snapshot.proxyAddress(environment(index)) {
        guard admits(index, address) else { return refuse(index, .loopDetected) }
        connections[index].upstreamAddress = SocketAddress(address, port: dialPort(index))
        guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
        beginConnecting(index)
        return startAttempt(index, address)
      }
    } else if connections[index].isLiteral {
      guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
      beginConnecting(index)
      return startAttempt(index, connections[index].upstreamAddress.address)
    }
    // `key` holds the connection's name since it was decided on, a few calls ago.
    resolve(index, isWhole: false)
  }

  /// Asks for the addresses of the name in ``key``; `isWhole`: of both families, however late.
  private mutating func resolve(_ index: Int, isWhole: Bool) {
    let waiter = clientToken(index).rawValue
    let servers = snapshot.nameServers(of: environment(index))
    if connections[index].isLimited, let hit = admitLookup(index, servers: servers) {
      return refuse(index, hit)
    }
    let found =
      connections[index].isProxied
      ? lookupProxy(
        &resolver, snapshot, environment: environment(index), waiter: waiter, now: now,
        isWhole: isWhole)
      : lookup(
        &resolver, key, waiter: waiter, now: now, servers: servers, isWhole: isWhole)
    switch found {
    case .answer(let answer): resolved(index, .answer(answer))
    case .failure(let error): resolved(index, .failure(error))
    case .pending:
      connections[index].state = .resolving
      timers.schedule(index, at: now + connectTimeout(index))
    case .full: refuse(index, .overloaded)
    }
  }

  /// The addresses are known, or that there are none.
  mutating func resolved(_ index: Int, _ result: ResolutionResult) {
    let answer: AnswerIndex
    switch result {
    case .answer(let found): answer = found
    case .failure(let error):
      guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
      return upstreamFailed(index, endCode(error))
    }
    let port = dialPort(index)
    var first: IPAddress?
    var forbidden = 0
    var forbiddenAddress = IPAddress(v4: 0)
    let count = resolver.addressCount(answer)
    for place in 0..<count {
      let address = resolver.address(answer, at: place)
      guard admits(index, address) else {
        if forbidden == 0 { forbiddenAddress = address }
        forbidden += 1
        continue
      }
      if first == nil {
        first = address
      } else {
        if connections[index].dial == 0 {
          guard let dial = dials.take() else { continue }
          dials[dial] = Dial()
          connections[index].dial = UInt32(dial + 1)
        }
        dials[Int(connections[index].dial) - 1].append(address)
      }
    }
    connections[index].forbiddenAddresses = UInt8(min(forbidden, 255))
    connections[index].isPartialAnswer = !connections[index].isDecided && resolver.isPartial(answer)
    guard let first else {
      // The only address where nobody may put an upstream proxy is our own.
      if connections[index].isProxied { return refuse(index, .loopDetected) }
      connections[index].upstreamAddress = SocketAddress(forbiddenAddress, port: port)
      connections[index].decision = connections[index].decision.refused(.addressForbidden)
      if connections[index].isLimited { noteDenial(index) }
      return refuse(index, .addressForbidden)
    }
    connections[index].upstreamAddress = SocketAddress(first, port: port)
    // On record before the first packet to it can leave.
    guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
    beginConnecting(index)
    startAttempt(index, first)
  }

  private mutating func beginConnecting(_ index: Int) {
    connections[index].state = .connecting
    connections[index].phaseStarted = now
    let exchange = Int(connections[index].exchange) - 1
    if exchange >= 0 { exchanges[exchange].dialledUnder = snapshot.generation }
  }

  /// Opens a socket to `address` and starts to connect; on failure the next address is tried.
  private mutating func startAttempt(_ index: Int, _ address: IPAddress) {
    var candidate: IPAddress? = address
    var lastError = -Errno.hostUnreachable
    while let target = candidate {
      let place = SocketAddress(target, port: dialPort(index))
      var fd = kernel.streamSocket(target.family)
      if fd == -Errno.mfile || fd == -Errno.nfile, closeOldestUpstream() {
        fd = kernel.streamSocket(target.family)
      }
      if fd >= 0 {
        _ = kernel.setNoDelay(fd)
        let result = kernel.connect(fd, place)
        if result == 0 || result == -Errno.inProgress {
          return watchAttempt(index, fd, place)
        }
        lastError = result
        kernel.close(fd)
      } else {
        lastError = fd
        // No address is at fault; an attempt under way may still succeed.
        if fd == -Errno.mfile || fd == -Errno.nfile { break }
      }
      candidate = nextAddress(index)
    }
    if connections[index].upstream < 0 && connections[index].racing < 0 {
      attemptsFailed(index, endCode(connectError: lastError))
    } else {
      // Another attempt is still under way, and it may have been its timer that brought us here.
      scheduleAttemptTimer(index)
    }
  }

  private mutating func watchAttempt(_ index: Int, _ fd: Int32, _ place: SocketAddress) {
    if connections[index].upstream >= 0 {
      // Two race at most: with a third, the oldest has had at least half a second.
      if connections[index].racing >= 0 { kernel.close(connections[index].racing) }
      connections[index].racing = connections[index].upstream
      connections[index].racingSocket = connections[index].upstreamSocket
      setRacingAddress(index, connections[index].upstreamAddress.address)
    }
    let socket = connections[index].upstreamSocket % 15 + 1
    connections[index].upstream = fd
    connections[index].upstreamSocket = socket
    connections[index].upstreamAddress = place
    let token = Token(
      index: index, generation: connections[index].generation, socket: socket)
    guard kernel.epollAdd(epoll, fd, .connection, token: token.rawValue) >= 0 else {
      return attemptsFailed(index, .overloaded)
    }
    scheduleAttemptTimer(index)
  }

  private mutating func scheduleAttemptTimer(_ index: Int) {
    let whole = connections[index].phaseStarted + connectTimeout(index)
    timers.schedule(
      index, at: hasNextAddress(index) ? min(now + limits.attemptDelay, whole) : whole)
  }

  mutating func attemptTimer(_ index: Int) {
    if now >= connections[index].phaseStarted + connectTimeout(index) {
      return attemptsFailed(index, .connectTimeout)
    }
    if let address = nextAddress(index) {
      startAttempt(index, address)
    } else {
      scheduleAttemptTimer(index)
    }
  }

  /// An attempt has connected or failed.
  mutating func attemptEvent(_ index: Int, _ socket: UInt8, _ events: Events) {
    let isNewest = socket == connections[index].upstreamSocket
    let isRacing = connections[index].racing >= 0 && socket == connections[index].racingSocket
    guard isNewest && connections[index].upstream >= 0 || isRacing else { return }
    if !events.contains(.dead) {
      if events.contains(.writable) { connected(index, isRacing: isRacing && !isNewest, events) }
      return
    }
    // Connected and at once closed or reset is a connection too: its bytes, then its end, follow.
    let fd = isNewest ? connections[index].upstream : connections[index].racing
    let error = kernel.socketError(fd)
    if error == 0 && events.contains(.writable) {
      return connected(index, isRacing: isRacing && !isNewest, events)
    }
    kernel.close(fd)
    if isNewest {
      connections[index].upstream = connections[index].racing
      connections[index].upstreamSocket =
        connections[index].racing >= 0
        ? connections[index].racingSocket : connections[index].upstreamSocket
      if connections[index].racing >= 0 {
        connections[index].upstreamAddress.address = racingAddress(index)
      }
    }
    connections[index].racing = -1
    if let address = nextAddress(index) {
      startAttempt(index, address)
    } else if connections[index].upstream < 0 {
      attemptsFailed(index, endCode(connectError: error))
    }
  }

  /// One attempt stands; the other, if any, is dropped.
  private mutating func connected(_ index: Int, isRacing: Bool, _ events: Events) {
    if isRacing {
      let winner = connections[index].racing
      connections[index].racing = connections[index].upstream
      connections[index].upstream = winner
      connections[index].upstreamSocket = connections[index].racingSocket
      connections[index].upstreamAddress.address = racingAddress(index)
    }
    if connections[index].racing >= 0 {
      kernel.close(connections[index].racing)
      connections[index].racing = -1
    }
    releaseDial(index)
    connections[index].connectMicroseconds = microseconds(since: connections[index].phaseStarted)
    connections[index].down.isReadable = events.contains(.anyInput)
    connections[index].down.isPeerClosed = events.contains(.anyEnd)
    if connections[index].isConnect {
      if connections[index].isProxied { return startHandshake(index) }
      startTunnel(index)
    } else {
      startExchange(index)
    }
  }

  private mutating func attemptsFailed(_ index: Int, _ end: EndCode) {
    closeUpstream(index)
    releaseDial(index)
    if connections[index].isPartialAnswer && end != .overloaded && end != .connectTimeout {
      // The other family's addresses came too late for the first try (RFC 8305 §3).
      connections[index].isPartialAnswer = false
      loadName(index)
      return resolve(index, isWhole: true)
    }
    upstreamFailed(index, end)
  }

  // Two race only where there was a second address, and so a dial record.
  func racingAddress(_ index: Int) -> IPAddress {
    dials[Int(connections[index].dial) - 1].racing
  }

  private mutating func setRacingAddress(_ index: Int, _ address: IPAddress) {
    dials[Int(connections[index].dial) - 1].racing = address
  }

  private func hasNextAddress(_ index: Int) -> Bool {
    let dial = Int(connections[index].dial)
    return dial != 0 && dials[dial - 1].hasNext
  }

  private mutating func nextAddress(_ index: Int) -> IPAddress? {
    let dial = Int(connections[index].dial)
    guard dial != 0 else { return nil }
    while let address = dials[dial - 1].takeNext() {
      // The guard let it pass before; the policy may be another one since.
      if admits(index, address) { return address }
    }
    return nil
  }

  func microseconds(since start: UInt64) -> UInt32 {
    UInt32(min((now - start) / 1000, UInt64(UInt32.max)))
  }

  private func endCode(_ error: ResolutionError) -> EndCode {
    switch error {
    case .notFound: .dnsNotFound
    case .timeout: .dnsTimeout
    default: .dnsFailed
    }
  }

  private func endCode(connectError error: Int32) -> EndCode {
    switch -error {
    case Errno.mfile, Errno.nfile: .overloaded
    case Errno.connectionRefused: .connectRefused
    case Errno.timedOut: .connectTimeout
    case Errno.hostUnreachable, Errno.networkUnreachable, Errno.addressNotAvailable:
      .connectUnreachable
    default: .connectFailed
    }
  }
}
