internal import Policy
internal import Reactor
internal import Wire

// The response's way: its head is read, checked and rebuilt, its body framed anew for the client.
extension Worker {
  mutating func pumpResponse(_ index: Int) {
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
      let count = receiveFromUpstream(index, behind: held)
      if count == -Int(Errno.again) { return }
      guard count > 0 else { return upstreamEnded(index, isEOF: count == 0) }
      if exchanges[exchange].hasResponseHead {
        connections[index].lastActivity = now
        relayResponseBody(index, from: 0, count: count, outputAt: 0)
      } else {
        readResponseHead(index, exchange, total: held + count)
      }
    }
  }

  /// Reads what the upstream sends into the scratch buffer, behind room for `held` bytes; as `receive` of
  /// the kernel. After that it is known whether there is more to read.
  @inline(__always)
  mutating func receiveFromUpstream(_ index: Int, behind held: Int) -> Int {
    let room = limits.headBytes - held
    let count = kernel.receive(
      connections[index].upstream, into: pools.scratch, at: held, count: room)
    let isDrained = count > 0 && count < room && !connections[index].down.isPeerClosed
    if isDrained || count == -Int(Errno.again) { connections[index].down.isReadable = false }
    return count
  }

  /// Puts what is held of a response's head to the front of the scratch buffer.
  @inline(__always) func loadHeldResponse(_ exchange: Int) {
    let held = exchanges[exchange].heldResponseBytes
    guard held > 0 else { return }
    let slot = Int(exchanges[exchange].heldResponse) - 1
    pools.scratch.write(heads.memory.span(heads.offset(slot), held), at: 0)
  }

  private mutating func readResponseHead(_ index: Int, _ exchange: Int, total: Int) {
    loadHeldResponse(exchange)
    var start = 0
    while true {
      let length = total - start
      let request = exchanges[exchange].head
      let head: ResponseHead
      switch parseResponse(pools.scratch, start, length, to: request) {
      case .incomplete: return holdResponse(index, exchange, from: start, count: length)
      case .malformed(let detail):
        return upstreamFailed(index, .upstreamMalformed, detail: detail.message)
      case .head(let parsed): head = parsed
      }
      guard head.isInterim else {
        releaseResponse(exchange)
        // It asks for the operator's credentials, which are not the client's to give.
        if head.status == 407, connections[index].isProxied { return proxyRefused(index, 407) }
        if head.switchesProtocols {
          return startWebSocket(index, exchange, head, at: start, total: total)
        }
        return sendResponseHead(index, exchange, head, at: start, total: total)
      }
      exchanges[exchange].interimResponses += 1
      guard exchanges[exchange].interimResponses <= limits.interimResponses else {
        return upstreamFailed(
          index, .upstreamMalformed, detail: "more interim responses than the limit")
      }
      guard sendInterim(index, exchange, head, at: start) else {
        return abandon(index, .clientReset)
      }
      // A sign of life; a head that drips in is none, so that it cannot put its deadline off.
      connections[index].lastActivity = now
      start += head.length
    }
  }

  mutating func holdResponse(_ index: Int, _ exchange: Int, from offset: Int, count: Int) {
    guard count < limits.headBytes else {
      return upstreamFailed(
        index, .upstreamMalformed, detail: "the response head is larger than the limit")
    }
    if exchanges[exchange].heldResponse == 0 {
      guard count > 0 else { return }
      guard let slot = heads.take() else { return upstreamFailed(index, .overloaded) }
      exchanges[exchange].heldResponse = UInt32(slot + 1)
    }
    let slot = Int(exchanges[exchange].heldResponse) - 1
    heads.memory.write(pools.scratch.span(offset, count), at: heads.offset(slot))
    exchanges[exchange].heldResponseBytes = count
  }

  mutating func releaseResponse(_ exchange: Int) {
    guard exchanges[exchange].heldResponse != 0 else { return }
    heads.giveBack(Int(exchanges[exchange].heldResponse) - 1)
    exchanges[exchange].heldResponse = 0
    exchanges[exchange].heldResponseBytes = 0
  }

  /// Passes a 1xx response on; 100 only to a client that waits for it, once. No when the client is gone.
  private mutating func sendInterim(
    _ index: Int, _ exchange: Int, _ head: ResponseHead, at start: Int
  ) -> Bool {
    guard exchanges[exchange].head.version == .http11 else { return true }
    if head.status == 100 {
      guard exchanges[exchange].awaitsContinue else { return true }
      exchanges[exchange].awaitsContinue = false
    }
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = ResponseWriter.write(
      head, from: pools.scratch.span(start, head.length), framing: .none,
      pseudonym: texts.span(texts.pseudonym), trailers: announcement(nil),
      date: texts.span(texts.date), clientPersistent: true, into: &output)
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
    connections[index].lastActivity = now
    exchanges[exchange].hasResponseHead = true
    exchanges[exchange].sendsChunked = framing == .chunked
    exchanges[exchange].responseBody = BodyProgress(response: head.framing)
    exchanges[exchange].upstreamPersists =
      head.isPersistent && head.framing != .untilClose && !exchanges[exchange].isCutOff
    keepResponseTrailers(index, exchange, head, at: start)
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = ResponseWriter.write(
      head, from: pools.scratch.span(start, head.length), framing: framing,
      pseudonym: texts.span(texts.pseudonym),
      trailers: announcement(exchanges[exchange].responseBody.trailers),
      date: texts.span(texts.date), own: snapshot.responseFields(of: environment(index)),
      clientPersistent: persists, into: &output)
    guard let written else {
      return upstreamFailed(
        index, .upstreamMalformed, detail: "the response head is larger than the limit")
    }
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
      pools.scratch, offset, count, into: out, at: bodyAt, trailers: trailers.memory)
    var length: Int
    switch step {
    // The head has gone out: only a reset can say that the body is broken.
    case .invalid(let detail): return breakOff(index, detail)
    case .more(let bytes):
      length = frame(bytes, isChunked: isChunked, after: outputAt)
    case .end(let bytes, let used):
      length = frame(bytes, isChunked: isChunked, after: outputAt)
      if isChunked {
        switch endChunks(at: length, exchanges[exchange].responseBody.trailers) {
        case .written(let end): length = end
        case .malformed(let detail): return breakOff(index, detail)
        }
      }
      // Bytes that nobody asked for: this connection serves no more.
      if used < count { exchanges[exchange].upstreamPersists = false }
    }
    guard push(index, up: false, count: length) else { return abandon(index, .clientReset) }
  }

  /// The body turned out to be broken, behind a head that has gone out.
  private mutating func breakOff(_ index: Int, _ detail: RefusalDetail) {
    recordDetail = detail.message
    abandon(index, .upstreamMalformed)
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
        let length = out.write(ChunkHeader.last, at: 0)
        guard push(index, up: false, count: length) else { return abandon(index, .clientReset) }
      }
      return pumpResponse(index)
    }
    // Cut short: the client must see that, too.
    abandon(index, isEOF ? .upstreamClosed : .upstreamReset)
  }
}
