internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// A plain HTTP request and its response. Heads are rebuilt from their parsed form; bodies are read and
// framed anew, so that what one side could read in two ways never reaches the other.
extension Worker {
  /// An allowed request: keeps its head until it is sent, and finds its upstream.
  mutating func beginExchange(_ index: Int, _ head: RequestHead, _ total: Int) {
    if let fault = earlyBodyFault(head, total) {
      return refuse(index, .invalidFraming, detail: fault.message)
    }
    guard takeExchange(index, head) else { return refuse(index, .overloaded) }
    if connections[index].heldHead == 0 {
      guard let slot = heads.take() else { return refuse(index, .overloaded) }
      connections[index].heldHead = UInt32(slot + 1)
    }
    let slot = Int(connections[index].heldHead) - 1
    heads.memory.write(pools.scratch.span(0, total), at: heads.offset(slot))
    connections[index].heldBytes = UInt16(total)
    if head.isRepeatable, takeUpstream(index) {
      guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
      exchanges[Int(connections[index].exchange) - 1].isReused = true
      return startExchange(index)
    }
    reach(index)
  }

  /// Takes the record of an exchange, which a CONNECT by an upstream proxy needs too; no when there is none.
  mutating func takeExchange(_ index: Int, _ head: RequestHead) -> Bool {
    guard let exchange = exchanges.take() else { return false }
    exchanges[exchange] = Exchange(head: head)
    connections[index].exchange = UInt32(exchange + 1)
    return true
  }

  /// Looks through what came of a chunked body together with its head, so that a body that is broken
  /// from the start is refused before anybody is asked or connected to.
  private func earlyBodyFault(_ head: RequestHead, _ total: Int) -> RefusalDetail? {
    guard head.framing == .chunked, total > head.length else { return nil }
    var progress = BodyProgress(head.framing)
    let step = progress.take(
      pools.scratch, head.length, total - head.length, into: out, at: 0, trailers: trailers.memory)
    if case .invalid(let detail) = step { return detail }
    return nil
  }

  /// The upstream stands: sends the head and what is there of the body.
  mutating func startExchange(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    let slot = Int(connections[index].heldHead) - 1
    connections[index].state = .exchange
    connections[index].lastActivity = now
    timers.schedule(index, at: now + min(bodyTimeout(index), responseTimeout(index)))
    loadName(index)
    let head = exchanges[exchange].head
    keepRequestTrailers(index, exchange)
    var output = out.mutableSpan(0, pools.remainders.stride)
    let policy = snapshot
    let authorization =
      connections[index].isProxied ? policy.proxyAuthorization(environment(index)) : nil
    let written = RequestWriter.write(
      head, from: heads.memory.span(heads.offset(slot), head.length), host: key.bytes,
      isIPv6: connections[index].isLiteral
        && literalAddress(index).family == .v6,
      port: connections[index].port, pseudonym: texts.span(texts.pseudonym),
      trailers: announcement(exchanges[exchange].requestBody.trailers),
      proxyAuthorization: authorization, client: forwardedClient(index), upstreamPersistent: true,
      into: &output)
    guard let written else { return refuseStarted(index, .headTooLarge) }
    // Nothing has been sent yet: the client still gets an answer.
    guard pools.remainders.available > 0 else { return upstreamFailed(index, .overloaded) }
    if !push(index, up: true, count: written) {
      if exchanges[exchange].isReused { return exchangeUpstreamLost(index, .upstreamReset) }
      cutOff(index, exchange)
    }
    runExchange(index)
  }

  /// Runs both directions of an exchange as far as they go now.
  mutating func runExchange(_ index: Int) {
    pumpRequest(index)
    guard connections[index].state == .exchange else { return }
    pumpResponse(index)
  }

  mutating func exchangeEvent(_ index: Int, fromClient: Bool, _ events: Events) {
    if fromClient && events.contains(.dead) {
      // The client has gone for good; half-closing after its request would not say so.
      return abandon(index, .clientReset)
    }
    runExchange(index)
  }

  mutating func finishExchange(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    recordClose(index, .complete)
    let persists =
      exchanges[exchange].upstreamPersists
      && exchanges[exchange].requestBody.isEnded && !connections[index].up.isBlocked
      && !connections[index].down.isReadable
    if persists {
      keepUpstream(index)
    } else {
      closeUpstream(index)
      // An upstream that answered before it had taken the whole request leaves the rest of it here.
      // The next upstream of this client must never get it.
      Relay<K>.release(&connections[index].up, &pools)
    }
    let isHeadOnly = exchanges[exchange].heldOffset > 0
    // Unless a body was read, the held head holds the request just served, and what came behind it.
    if isHeadOnly { dropServedHead(index, exchange) }
    releaseExchange(index)
    if connections[index].closesAfterExchange { return startLingering(index) }
    nextRequest(index)
  }

  /// Moves what the client sent behind a request without a body to the front of the held head.
  mutating func dropServedHead(_ index: Int, _ exchange: Int) {
    let slot = Int(connections[index].heldHead) - 1
    let served = exchanges[exchange].heldOffset
    let rest = Int(connections[index].heldBytes) - served
    guard rest > 0 else { return releaseHead(index) }
    let start = heads.offset(slot)
    heads.memory.move(from: start + served, to: start, count: rest)
    connections[index].heldBytes = UInt16(rest)
    connections[index].searched = 0
  }

  /// The upstream went away before a response. One that served a request before may just have been
  /// closed for being idle: then the request, which may be sent twice, goes to a new one, once.
  mutating func exchangeUpstreamLost(_ index: Int, _ end: EndCode) {
    let exchange = Int(connections[index].exchange) - 1
    guard !exchanges[exchange].hasResponseHead else { return abandon(index, end) }
    let wasReused =
      exchanges[exchange].isReused && exchanges[exchange].heldResponseBytes == 0
      && exchanges[exchange].interimResponses == 0
    Relay<K>.release(&connections[index].up, &pools)
    connections[index].up.isReadable = true
    closeUpstream(index)
    guard wasReused else { return upstreamFailed(index, end) }
    exchanges[exchange].isReused = false
    exchanges[exchange].isCutOff = false
    connections[index].up.bytes = 0
    loadName(index)
    chooseRoute(index)
    reach(index)
  }

  /// The client's own fault, found after the upstream was connected.
  mutating func refuseStarted(_ index: Int, _ reason: ReasonCode, detail: StaticString = "") {
    let exchange = Int(connections[index].exchange) - 1
    recordDetail = detail
    guard !exchanges[exchange].hasResponseHead else { return abandon(index, .clientMalformed) }
    connections[index].status = reason.status
    recordClose(index, .clientMalformed)
    resetUpstream(index)
    Relay<K>.release(&connections[index].up, &pools)
    answerFailure(
      index, status: reason.status, error: reason.proxyStatusError, name: reason.name,
      title: reason.title, detail: detail, next: reason.nextStep)
  }
}
