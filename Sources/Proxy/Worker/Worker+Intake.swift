internal import Audit
internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// From the client's bytes to a decision.
extension Worker {
  /// Reads a request head, or goes on with one. What was read is parsed in the scratch buffer; only
  /// an incomplete head is put aside.
  mutating func readHead(_ index: Int) {
    var isIncomplete = true
    while isIncomplete, connections[index].up.isReadable {
      let held = Int(connections[index].heldBytes)
      let room = limits.headBytes - held
      guard room > 0 else {
        beginRequest(index)
        return refuse(index, .headTooLarge)
      }
      let count = kernel.receive(
        connections[index].client, into: pools.scratch, at: held, count: room)
      if count <= 0 {
        if count == -Int(Errno.again) {
          connections[index].up.isReadable = false
          return
        }
        // Gone before it asked for anything that could be decided.
        return closeConnection(index)
      }
      if count < room && !connections[index].up.isPeerClosed {
        connections[index].up.isReadable = false
      }
      let total = held + count
      if held > 0 {
        let slot = Int(connections[index].heldHead) - 1
        pools.scratch.write(heads.memory.span(heads.offset(slot), held), at: 0)
      }
      isIncomplete = examine(index, total)
    }
  }

  /// Looks for a whole head in the first `arrived` bytes of the scratch buffer, and acts on it; yes when
  /// more bytes are needed.
  private mutating func examine(_ index: Int, _ arrived: Int) -> Bool {
    var total = arrived
    if awaitsProxyHeader(index) {
      switch takeProxyHeader(index, arrived) {
      case .done(let rest): total = rest
      case .needsMore: return true
      case .refused: return false
      }
      guard total > 0 else { return true }
    }
    connections[index].hasPipelined = false
    let searched = Int(connections[index].searched)
    let end = HeadScanner.end(of: pools.scratch.span(0, total), from: searched)
    guard let end else {
      if let detail = RequestHead.plausibleStart(pools.scratch.span(0, total)) {
        beginRequest(index)
        refuse(index, reason(detail.refusal), detail: detail.message, status: detail.status)
        return false
      }
      if total >= limits.headBytes {
        beginRequest(index)
        refuse(index, .headTooLarge)
        return false
      }
      guard holdHead(index, total) else {
        beginRequest(index)
        refuse(index, .overloaded)
        return false
      }
      connections[index].searched = UInt16(max(total - 3, 0))
      return true
    }
    // More than a head may hold comes only behind a request's body.
    guard end <= limits.headBytes else {
      beginRequest(index)
      refuse(index, .headTooLarge)
      return false
    }
    switch RequestHead.parse(pools.scratch.span(0, total), end: end) {
    case .incomplete:
      beginRequest(index)
      refuse(index, .malformedRequest)
    case .refused(let refusal, let detail):
      beginRequest(index)
      refuse(index, reason(refusal), detail: detail.message, status: detail.status)
    case .complete(let head):
      beginRequest(index)
      guard isAwaited(index, head) else {
        refuse(
          index, .malformedRequest, detail: "after 407 only CONNECT with a credential may follow")
        return false
      }
      identify(index, head, total)
    }
    return false
  }

  /// What follows a CONNECT that was answered 407 may be bytes that were meant for the tunnel, and those are
  /// whoever's the client lets through it. So it is a request only if it is what a client repeats: CONNECT,
  /// with the credential that was missing.
  private mutating func isAwaited(_ index: Int, _ head: RequestHead) -> Bool {
    guard connections[index].awaitsConnect else { return true }
    connections[index].awaitsConnect = false
    return head.method == .connect && head.proxyAuthorization != nil
  }

  /// Puts the first `total` bytes of the scratch buffer aside; no when no buffer is left.
  mutating func holdHead(_ index: Int, _ total: Int) -> Bool {
    if connections[index].heldHead == 0 {
      guard let slot = heads.take() else { return false }
      connections[index].heldHead = UInt32(slot + 1)
      // From the first byte to the last: a drip does not renew it.
      timers.schedule(index, at: now + limits.headTimeout)
    }
    let slot = Int(connections[index].heldHead) - 1
    let done = Int(connections[index].heldBytes)
    heads.memory.write(
      pools.scratch.span(done, total - done), at: heads.offset(slot) + done)
    connections[index].heldBytes = UInt16(total)
    return true
  }

  /// Starts the account of a request: nothing of the one before may show in its record or answer.
  mutating func beginRequest(_ index: Int) {
    connections[index].requestID = ids.next()
    connections[index].started = now
    connections[index].phaseStarted = now
    connections[index].lastActivity = now
    connections[index].dnsMicroseconds = 0
    connections[index].connectMicroseconds = 0
    connections[index].up.bytes = 0
    connections[index].down.bytes = 0
    connections[index].isDecided = false
    connections[index].isCondemned = false
    connections[index].hasLostRoute = false
    connections[index].hasPresented = false
    connections[index].status = 0
    connections[index].end = .internalError
    connections[index].decision = .undecided
    connections[index].closesAfterExchange = true
    connections[index].forbiddenAddresses = 0
    connections[index].method = .other
    connections[index].isConnect = false
    connections[index].isLiteral = false
    connections[index].isGuarded = false
    connections[index].isProxied = false
    connections[index].prefersPlainText = false
    connections[index].upstreamAddress.port = 0
    let environment = openEnvironment(Placement(code: connections[index].place))
    connections[index].environment =
      environment < 0 ? Placement.nowhere.code : Placement.environment(environment).code
    connections[index].hostLength = 0
    connections[index].port = 0
  }

  /// Makes the one canonical authority of the request, in ``key``. Whatever could be read in two ways
  /// is refused.
  private mutating func identify(_ index: Int, _ head: RequestHead, _ total: Int) {
    let isConnect = head.method == .connect
    connections[index].isConnect = isConnect
    connections[index].method = head.method
    let authority = place(head.authority)
    let target: ParsedAuthority
    switch parseAuthority(
      pools.scratch, authority, defaultPort: isConnect ? nil : .http, into: &key)
    {
    case .valid(let parsed): target = parsed
    case .invalid(let error):
      recordRaw = authority
      return refuse(index, .malformedAuthority, detail: error.summary)
    }
    if let host = head.host, !agrees(place(host), with: target, isConnect: isConnect) {
      recordRaw = authority
      return refuse(
        index, .hostMismatch, detail: "the Host field names another host than the request target")
    }
    if head.hasVia
      && head.hasVia(texts.span(texts.pseudonym), in: pools.scratch.span(0, head.length))
    {
      return refuse(index, .loopDetected)
    }
    let refusal = admit(index, head)
    connections[index].port = target.port.number
    keepName(index)
    connections[index].isLiteral = target.address != nil
    if let refusal { return refuseIdentity(index, refusal, head, total) }
    decide(index, target, head, total)
  }

  /// The Host field must name the target: the same host, and the same port if it has one.
  ///
  /// That of a CONNECT must be an authority, but may be another: Node's `http` and what is built on it
  /// put the proxy's own name there. Nothing reads it: the target alone is decided on, and of the head
  /// of a CONNECT nothing goes to the upstream.
  private mutating func agrees(
    _ host: Texts.Place, with target: ParsedAuthority, isConnect: Bool
  ) -> Bool {
    switch parseAuthority(pools.scratch, host, defaultPort: target.port, into: &hostKey) {
    case .invalid: return false
    case .valid(let parsed):
      if isConnect { return true }
      guard parsed.address == target.address, parsed.port == target.port,
        hostKey.count == key.count
      else { return false }
      let left = key.bytes
      let right = hostKey.bytes
      for offset in left.indices where left[offset] != right[offset] { return false }
      return true
    }
  }

  /// Asks the policy, and acts on its answer. Nothing has left this machine before this point.
  private mutating func decide(
    _ index: Int, _ target: ParsedAuthority, _ head: RequestHead, _ total: Int
  ) {
    if isDraining && shared.idleUntil == 0 { return refuse(index, .draining) }
    guard journal.isAccepting else { return refuse(index, .auditUnavailable) }
    let decision: Decision
    if let address = target.address {
      decision = snapshot.decide(address, port: target.port, environment: environment(index))
      connections[index].upstreamAddress = SocketAddress(address, port: target.port.number)
    } else {
      decision = snapshot.decide(key, port: target.port, environment: environment(index), on: today)
    }
    connections[index].decision = decision
    guard decision.isAllowed else {
      // A refused request without a body leaves the connection in order: the next one is decided
      // afresh. After a CONNECT, or with a body, what follows cannot be told from a request.
      let mayContinue = head.method != .connect && head.hasNoBody && head.isPersistent
      return refuse(index, decision.reason, head, total, mayContinue: mayContinue)
    }
    connections[index].prefersPlainText = head.prefersPlainText
    if head.maxForwards == 0 { return answerOptions(index, head, total) }
    chooseRoute(index)
    if head.method == .connect {
      connections[index].isGuarded = isToBeJudged(index, decision, port: target.port)
      beginConnect(index, head, total)
    } else {
      beginExchange(index, head, total)
    }
  }

  /// Whether the first bytes of the tunnel of an allowed CONNECT are to be judged.
  func isToBeJudged(_ index: Int, _ decision: Decision, port: Port) -> Bool {
    !decision.allowsAnyProtocol
      && snapshot.checksServerName(port: port, environment: environment(index))
  }

  /// Refuses a request of which it is not known whose it is, or one of an environment that is full. Of a
  /// client that has to present a
  /// credential the connection goes on after CONNECT too, because it repeats the request there; unless
  /// bytes for the tunnel came already, which must never be read as a request. Those that come later:
  /// ``isAwaited(_:_:)``.
  private mutating func refuseIdentity(
    _ index: Int, _ reason: ReasonCode, _ head: RequestHead, _ total: Int
  ) {
    let hasEarlyBytes = head.method == .connect && total > head.length
    connections[index].awaitsConnect = head.method == .connect
    let mayRepeat = reason.status == 407 && !hasEarlyBytes || head.method != .connect
    let isOver = reason == .tooManyFailures || reason == .connectionLimit
    connections[index].isTurnedAway = reason == .connectionLimit
    refuse(
      index, reason, head, total,
      mayContinue: mayRepeat && !isOver && head.hasNoBody && head.isPersistent)
  }

  private mutating func refuse(
    _ index: Int, _ reason: ReasonCode, _ head: RequestHead, _ total: Int, mayContinue: Bool
  ) {
    connections[index].closesAfterExchange = !mayContinue
    if mayContinue { keepPipelined(index, from: head.length, count: total - head.length) }
    refuse(index, reason, prefersPlainText: head.prefersPlainText)
  }

  private mutating func beginConnect(_ index: Int, _ head: RequestHead, _ total: Int) {
    let early = total - head.length
    releaseHead(index)
    if early > 0 {
      // Kept for the upstream; it goes out after the 200 and is never looked at as a request.
      guard let slot = heads.take() else { return refuse(index, .overloaded) }
      heads.memory.write(pools.scratch.span(head.length, early), at: heads.offset(slot))
      connections[index].heldHead = UInt32(slot + 1)
      connections[index].heldBytes = UInt16(early)
    }
    if connections[index].isProxied, !takeExchange(index, head) {
      return refuse(index, .overloaded)
    }
    reach(index)
  }

  /// Moves `count` bytes of the scratch buffer from `from` on into the held head, as the beginning of
  /// the next request.
  mutating func keepPipelined(_ index: Int, from offset: Int, count: Int) {
    releaseHead(index)
    guard count > 0 else { return }
    guard let slot = heads.take() else {
      connections[index].closesAfterExchange = true
      return
    }
    heads.memory.write(pools.scratch.span(offset, count), at: heads.offset(slot))
    connections[index].heldHead = UInt32(slot + 1)
    connections[index].heldBytes = UInt16(count)
    connections[index].searched = 0
  }

  /// Waits for the next request on the connection, or takes the one that already came.
  mutating func nextRequest(_ index: Int) {
    connections[index].state = .head
    connections[index].isDecided = false
    if connections[index].heldHead != 0 {
      timers.schedule(index, at: now + limits.headTimeout)
      // Not from here: a client that pipelines a thousand requests gets one a turn.
      connections[index].hasPipelined = true
      queue(index)
    } else {
      timers.schedule(index, at: now + keepAliveTimeout(index))
      if connections[index].up.isReadable { queue(index) }
    }
  }

  /// Takes up bytes that came behind the request before.
  mutating func examinePipelined(_ index: Int) {
    guard connections[index].heldHead != 0 else { return }
    let slot = Int(connections[index].heldHead) - 1
    let count = Int(connections[index].heldBytes)
    pools.scratch.write(heads.memory.span(heads.offset(slot), count), at: 0)
    if examine(index, count) { readHead(index) }
  }

  @inline(__always) func place(_ range: ByteRange) -> Texts.Place {
    Texts.Place(offset: Int(range.start), count: Int(range.end - range.start))
  }

  private func reason(_ refusal: Refusal) -> ReasonCode {
    switch refusal {
    case .malformedRequest: .malformedRequest
    case .malformedAuthority: .malformedAuthority
    case .hostMismatch: .hostMismatch
    case .invalidFraming: .invalidFraming
    case .connectWithBody: .connectWithBody
    case .notAProxyRequest: .notAProxyRequest
    case .httpsInAbsoluteForm: .httpsInAbsoluteForm
    case .schemeNotSupported: .schemeNotSupported
    case .loopDetected: .loopDetected
    case .methodNotSupported: .methodNotSupported
    case .versionNotSupported: .versionNotSupported
    case .expectationNotSupported: .expectationNotSupported
    case .headTooLarge: .headTooLarge
    }
  }
}
