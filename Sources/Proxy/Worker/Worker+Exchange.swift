internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// A plain HTTP request and its response. Heads are rebuilt from their parsed form; bodies are read and
// framed anew, so that what one side could read in two ways never reaches the other.
extension Worker {
  /// An allowed request: keeps its head until it is sent, and finds its upstream.
  mutating func beginExchange(_ index: Int, _ head: RequestHead, _ total: Int) {
    guard checkEarlyBody(head, total) else { return refuse(index, .invalidFraming) }
    guard let exchange = exchanges.take() else { return refuse(index, .overloaded) }
    exchanges[exchange] = Exchange(head: head)
    connections[index].exchange = UInt32(exchange + 1)
    if connections[index].heldHead == 0 {
      guard let slot = heads.take() else { return refuse(index, .overloaded) }
      connections[index].heldHead = UInt32(slot + 1)
    }
    let slot = Int(connections[index].heldHead) - 1
    heads.memory.write(pools.scratch.span(0, total), at: heads.offset(slot))
    connections[index].heldBytes = UInt16(total)
    if connections[index].upstream >= 0 {
      // The connection that served the request before, to the same host and port.
      connections[index].upstreamAddress.port = connections[index].port
      guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
      exchanges[exchange].isReused = true
      return startExchange(index)
    }
    reach(index)
  }

  /// Looks through what came of a chunked body together with its head, so that a body that is broken
  /// from the start is refused before anybody is asked or connected to.
  private func checkEarlyBody(_ head: RequestHead, _ total: Int) -> Bool {
    guard head.framing == .chunked, total > head.length else { return true }
    var progress = BodyProgress(head.framing)
    let step = progress.take(
      pools.scratch, head.length, total - head.length, into: out, at: 0)
    return step != .invalid
  }

  /// The upstream stands: sends the head and what is there of the body.
  mutating func startExchange(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    let slot = Int(connections[index].heldHead) - 1
    connections[index].state = .exchange
    connections[index].lastActivity = now
    timers.schedule(index, at: now + min(limits.bodyTimeout, limits.responseTimeout))
    loadName(index)
    let head = exchanges[exchange].head
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = RequestWriter.write(
      head, from: heads.memory.span(heads.offset(slot), head.length), host: key.bytes,
      isIPv6: connections[index].isLiteral
        && connections[index].upstreamAddress.address.family == .v6,
      port: connections[index].port, pseudonym: texts.span(texts.pseudonym),
      upstreamPersistent: true,
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

  // MARK: Request body

  private mutating func pumpRequest(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    var reads = 0
    while true {
      if connections[index].up.isBlocked {
        guard flush(index, up: true) else { return cutOff(index, exchange) }
        if connections[index].up.isBlocked { return }
      }
      if exchanges[exchange].requestBody.isEnded || exchanges[exchange].isCutOff { return }
      if exchanges[exchange].owesContinue {
        guard sendContinue(index, exchange) else { return abandon(index, .clientReset) }
      }
      guard reads < Relay<K>.readsPerTurn else { return queue(index) }
      guard pools.remainders.available > 0 else { return queue(index, starved: true) }
      reads += 1
      let count = readRequestBody(index, exchange)
      if count == 0 { return }
      guard count > 0 else { return abandon(index, .clientEOF) }
      guard sendRequestBody(index, exchange, count) else { return }
    }
  }

  /// Brings bytes of the body into the scratch buffer: first what came with the head. 0: none now;
  /// negative: the client has gone.
  private mutating func readRequestBody(_ index: Int, _ exchange: Int) -> Int {
    let held = Int(connections[index].heldBytes) - exchanges[exchange].heldOffset
    if held > 0 {
      let slot = Int(connections[index].heldHead) - 1
      pools.scratch.write(
        heads.memory.span(heads.offset(slot) + exchanges[exchange].heldOffset, held), at: 0)
      exchanges[exchange].heldOffset += held
      return held
    }
    guard connections[index].up.isReadable else { return 0 }
    let room = min(Relay<K>.copyBytes, exchanges[exchange].requestBody.readable)
    let count = kernel.receive(connections[index].client, into: pools.scratch, at: 0, count: room)
    if count == -Int(Errno.again) {
      connections[index].up.isReadable = false
      return 0
    }
    guard count > 0 else { return -1 }
    if count < room && !connections[index].up.isPeerClosed {
      connections[index].up.isReadable = false
    }
    return count
  }

  /// Frames `count` bytes of the scratch buffer anew and sends them; no when the exchange is over.
  private mutating func sendRequestBody(_ index: Int, _ exchange: Int, _ count: Int) -> Bool {
    connections[index].lastActivity = now
    let isChunked = exchanges[exchange].head.framing == .chunked
    let step = exchanges[exchange].requestBody.take(
      pools.scratch, 0, count, into: out, at: ChunkHeader.maximumLength)
    let length: Int
    switch step {
    case .invalid:
      refuseStarted(index, .invalidFraming)
      return false
    case .more(let bytes):
      length = frame(bytes, isChunked: isChunked, isLast: false)
    case .end(let bytes, let used):
      length = frame(bytes, isChunked: isChunked, isLast: true)
      // What is left belongs to the next request.
      keepPipelined(index, from: used, count: count - used)
      exchanges[exchange].heldOffset = 0
      exchanges[exchange].isReused = false
    }
    guard push(index, up: true, count: length) else {
      cutOff(index, exchange)
      return false
    }
    return true
  }

  /// The upstream takes no more: it may have refused the request before it had all of it, so what it
  /// sent is looked at before it is given up.
  private mutating func cutOff(_ index: Int, _ exchange: Int) {
    exchanges[exchange].isCutOff = true
    exchanges[exchange].upstreamPersists = false
    Relay<K>.release(&connections[index].up, &pools)
    connections[index].down.isReadable = true
    connections[index].down.isPeerClosed = true
  }

  private mutating func sendContinue(_ index: Int, _ exchange: Int) -> Bool {
    exchanges[exchange].owesContinue = false
    // A client that has begun to send does not wait for it (RFC 9110 §10.1.1).
    guard Int(connections[index].heldBytes) == exchanges[exchange].heldOffset,
      !exchanges[exchange].hasResponseHead
    else { return true }
    let text = texts.carryOn
    return kernel.send(
      connections[index].client, from: texts.memory, at: text.offset, count: text.count)
      == text.count
  }

  // MARK: Response

  private mutating func pumpResponse(_ index: Int) {
    var reads = 0
    while connections[index].state == .exchange {
      let exchange = Int(connections[index].exchange) - 1
      if connections[index].down.isBlocked {
        guard flush(index, up: false) else { return abandon(index, .clientReset) }
        if connections[index].down.isBlocked { return }
      }
      if exchanges[exchange].hasResponseHead && exchanges[exchange].responseBody.isEnded {
        return finishExchange(index)
      }
      guard connections[index].down.isReadable else { return }
      guard reads < Relay<K>.readsPerTurn else { return queue(index) }
      guard pools.remainders.available > 0 else { return queue(index, starved: true) }
      reads += 1
      let held = exchanges[exchange].heldResponseBytes
      let room = limits.headBytes - held
      let count = kernel.receive(
        connections[index].upstream, into: pools.scratch, at: held, count: room)
      if count == -Int(Errno.again) {
        connections[index].down.isReadable = false
        return
      }
      guard count > 0 else { return upstreamEnded(index, isEOF: count == 0) }
      if count < room && !connections[index].down.isPeerClosed {
        connections[index].down.isReadable = false
      }
      connections[index].lastActivity = now
      if exchanges[exchange].hasResponseHead {
        relayResponseBody(index, from: 0, count: count, outputAt: 0)
      } else {
        readResponseHead(index, exchange, total: held + count)
      }
    }
  }

  private mutating func readResponseHead(_ index: Int, _ exchange: Int, total: Int) {
    let held = exchanges[exchange].heldResponseBytes
    if held > 0 {
      let slot = Int(exchanges[exchange].heldResponse) - 1
      pools.scratch.write(heads.memory.span(heads.offset(slot), held), at: 0)
    }
    var start = 0
    while true {
      let length = total - start
      let method = exchanges[exchange].head.method
      let head: ResponseHead
      switch parseResponse(pools.scratch, start, length, to: method) {
      case .incomplete: return holdResponse(index, exchange, from: start, count: length)
      case .malformed: return upstreamFailed(index, .upstreamMalformed)
      case .head(let parsed): head = parsed
      }
      guard head.isInterim else {
        releaseResponse(exchange)
        return sendResponseHead(index, exchange, head, at: start, total: total)
      }
      exchanges[exchange].interimResponses += 1
      guard exchanges[exchange].interimResponses <= limits.interimResponses else {
        return upstreamFailed(index, .upstreamMalformed)
      }
      guard sendInterim(index, exchange, head, at: start) else {
        return abandon(index, .clientReset)
      }
      start += head.length
    }
  }

  private mutating func holdResponse(_ index: Int, _ exchange: Int, from offset: Int, count: Int) {
    guard count < limits.headBytes else { return upstreamFailed(index, .upstreamMalformed) }
    if exchanges[exchange].heldResponse == 0 {
      guard count > 0 else { return }
      guard let slot = heads.take() else { return upstreamFailed(index, .overloaded) }
      exchanges[exchange].heldResponse = UInt32(slot + 1)
    }
    let slot = Int(exchanges[exchange].heldResponse) - 1
    heads.memory.write(pools.scratch.span(offset, count), at: heads.offset(slot))
    exchanges[exchange].heldResponseBytes = count
  }

  private mutating func releaseResponse(_ exchange: Int) {
    guard exchanges[exchange].heldResponse != 0 else { return }
    heads.giveBack(Int(exchanges[exchange].heldResponse) - 1)
    exchanges[exchange].heldResponse = 0
    exchanges[exchange].heldResponseBytes = 0
  }

  /// Passes a 1xx response on, except 100: Sluice answers that one itself. No when the client is gone.
  private mutating func sendInterim(
    _ index: Int, _ exchange: Int, _ head: ResponseHead, at start: Int
  ) -> Bool {
    guard head.status != 100, exchanges[exchange].head.version == .http11 else { return true }
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = ResponseWriter.write(
      head, from: pools.scratch.span(start, head.length), framing: .none,
      pseudonym: texts.span(texts.pseudonym), clientPersistent: true, into: &output)
    guard let written else { return true }
    return kernel.send(connections[index].client, from: out, at: 0, count: written) == written
  }

  private mutating func sendResponseHead(
    _ index: Int, _ exchange: Int, _ head: ResponseHead, at start: Int, total: Int
  ) {
    let request = exchanges[exchange].head
    // An HTTP/1.0 client reads no chunks: it gets the body until close.
    let framing = head.framing(for: request.version)
    let persists =
      request.isPersistent && framing != .untilClose && !isDraining
      && !exchanges[exchange].isCutOff
      && exchanges[exchange].requestBody.isEnded
    connections[index].closesAfterExchange = !persists
    connections[index].status = head.status
    exchanges[exchange].hasResponseHead = true
    exchanges[exchange].sendsChunked = framing == .chunked
    exchanges[exchange].responseBody = BodyProgress(response: head.framing)
    exchanges[exchange].upstreamPersists =
      head.isPersistent && head.framing != .untilClose && !exchanges[exchange].isCutOff
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = ResponseWriter.write(
      head, from: pools.scratch.span(start, head.length), framing: framing,
      pseudonym: texts.span(texts.pseudonym), clientPersistent: persists, into: &output)
    guard let written else { return upstreamFailed(index, .upstreamMalformed) }
    let rest = total - start - head.length
    if exchanges[exchange].responseBody.isEnded || rest == 0 {
      if rest > 0 { exchanges[exchange].upstreamPersists = false }
      guard push(index, up: false, count: written) else { return abandon(index, .clientReset) }
    } else {
      relayResponseBody(index, from: start + head.length, count: rest, outputAt: written)
    }
  }

  /// Frames response bytes of the scratch buffer anew, behind `outputAt` bytes of the output buffer
  /// that are ready, and sends all of it in one call.
  private mutating func relayResponseBody(
    _ index: Int, from offset: Int, count: Int, outputAt: Int
  ) {
    let exchange = Int(connections[index].exchange) - 1
    let isChunked = exchanges[exchange].sendsChunked
    let bodyAt = outputAt + ChunkHeader.maximumLength
    let step = exchanges[exchange].responseBody.take(
      pools.scratch, offset, count, into: out, at: bodyAt)
    let length: Int
    switch step {
    // The head has gone out: only a reset can say that the body is broken.
    case .invalid: return abandon(index, .upstreamMalformed)
    case .more(let bytes):
      length = frame(bytes, isChunked: isChunked, isLast: false, after: outputAt)
    case .end(let bytes, let used):
      length = frame(bytes, isChunked: isChunked, isLast: true, after: outputAt)
      // Bytes that nobody asked for: this connection serves no more.
      if used < count { exchanges[exchange].upstreamPersists = false }
    }
    guard push(index, up: false, count: length) else { return abandon(index, .clientReset) }
  }

  private mutating func upstreamEnded(_ index: Int, isEOF: Bool) {
    let exchange = Int(connections[index].exchange) - 1
    guard exchanges[exchange].hasResponseHead else {
      return exchangeUpstreamLost(index, isEOF ? .upstreamClosed : .upstreamReset)
    }
    if isEOF, exchanges[exchange].responseBody.endsAtClose {
      exchanges[exchange].responseBody.isEnded = true
      exchanges[exchange].upstreamPersists = false
      if exchanges[exchange].sendsChunked {
        let length = frame(0, isChunked: true, isLast: true)
        guard push(index, up: false, count: length) else { return abandon(index, .clientReset) }
      }
      return pumpResponse(index)
    }
    // Cut short: the client must see that, too.
    abandon(index, isEOF ? .upstreamClosed : .upstreamReset)
  }

  private mutating func finishExchange(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    recordClose(index, .complete)
    let persists =
      exchanges[exchange].upstreamPersists
      && exchanges[exchange].requestBody.isEnded && !connections[index].up.isBlocked
      && !connections[index].down.isReadable
    if !persists || connections[index].closesAfterExchange {
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
  private mutating func dropServedHead(_ index: Int, _ exchange: Int) {
    let slot = Int(connections[index].heldHead) - 1
    let served = exchanges[exchange].heldOffset
    let rest = Int(connections[index].heldBytes) - served
    guard rest > 0 else { return releaseHead(index) }
    let start = heads.offset(slot)
    heads.memory.move(from: start + served, to: start, count: rest)
    connections[index].heldBytes = UInt16(rest)
    connections[index].searched = 0
  }

  // MARK: Failures

  /// The upstream went away before a response. One that served a request before may just have been
  /// closed for being idle: then the request, which is safe and has no body, goes to a new one.
  private mutating func exchangeUpstreamLost(_ index: Int, _ end: EndCode) {
    let exchange = Int(connections[index].exchange) - 1
    guard !exchanges[exchange].hasResponseHead else { return abandon(index, end) }
    let wasReused = exchanges[exchange].isReused && exchanges[exchange].heldResponseBytes == 0
    Relay<K>.release(&connections[index].up, &pools)
    connections[index].up.isReadable = true
    closeUpstream(index)
    guard wasReused else { return upstreamFailed(index, end) }
    exchanges[exchange].isReused = false
    exchanges[exchange].isCutOff = false
    connections[index].up.bytes = 0
    loadName(index)
    reach(index)
  }

  /// The client's own fault, found after the upstream was connected.
  private mutating func refuseStarted(_ index: Int, _ reason: ReasonCode) {
    let exchange = Int(connections[index].exchange) - 1
    guard !exchanges[exchange].hasResponseHead else { return abandon(index, .clientMalformed) }
    connections[index].status = reason.status
    recordClose(index, .clientMalformed)
    resetUpstream(index)
    Relay<K>.release(&connections[index].up, &pools)
    answerFailure(
      index, status: reason.status, error: reason.proxyStatusError, name: reason.name,
      title: reason.title, next: reason.nextStep)
  }

  // MARK: Output

  /// Puts the framing of one chunk around `bytes` that stand in the output buffer behind
  /// `outputAt` and room for a chunk header; returns how much of the buffer is to be sent.
  private func frame(_ bytes: Int, isChunked: Bool, isLast: Bool, after outputAt: Int = 0) -> Int {
    let bodyAt = outputAt + ChunkHeader.maximumLength
    guard isChunked else {
      out.move(from: bodyAt, to: outputAt, count: bytes)
      return outputAt + bytes
    }
    var end = outputAt
    if bytes > 0 {
      var header = out.mutableSpan(outputAt, ChunkHeader.maximumLength)
      guard let headerLength = ChunkHeader.write(bytes, into: &header) else { return outputAt }
      out.move(from: bodyAt, to: outputAt + headerLength, count: bytes)
      end = outputAt + headerLength + bytes
      end += out.write(ChunkHeader.lineEnd, at: end)
    }
    if isLast { end += out.write(ChunkHeader.last, at: end) }
    return end
  }

  /// Sends the first `count` bytes of the output buffer; what the target does not take waits in a
  /// remainder buffer. No when the target is gone. A buffer must be available.
  private mutating func push(_ index: Int, up: Bool, count: Int) -> Bool {
    guard count > 0 else { return true }
    let target = up ? connections[index].upstream : connections[index].client
    let sent = kernel.send(target, from: out, at: 0, count: count)
    if sent < 0 && sent != -Int(Errno.again) { return false }
    let taken = max(sent, 0)
    let rest = count - taken
    if rest > 0 {
      pools.scratch.write(out.span(taken, rest), at: 0)
    }
    if up {
      connections[index].up.bytes &+= UInt64(taken)
      if rest > 0 {
        Relay<K>.keepRemainder(&connections[index].up, &pools, from: 0, count: rest)
        noteStall(index, up: true, bytesBefore: 0)
      }
    } else {
      connections[index].down.bytes &+= UInt64(taken)
      if rest > 0 {
        Relay<K>.keepRemainder(&connections[index].down, &pools, from: 0, count: rest)
        noteStall(index, up: false, bytesBefore: 0)
      }
    }
    return true
  }

  /// Sends what waits in one direction; no when the target is gone.
  private mutating func flush(_ index: Int, up: Bool) -> Bool {
    let before = up ? connections[index].up.bytes : connections[index].down.bytes
    let outcome =
      up
      ? Relay<K>.flush(kernel, to: connections[index].upstream, &connections[index].up, &pools)
      : Relay<K>.flush(kernel, to: connections[index].client, &connections[index].down, &pools)
    connections[index].lastActivity = now
    noteStall(index, up: up, bytesBefore: before)
    return outcome != .targetFailed
  }
}
