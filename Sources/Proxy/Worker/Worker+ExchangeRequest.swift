internal import Policy
internal import Reactor
internal import Wire

// The request's way: its body is read from the client, framed anew and sent to the upstream.
extension Worker {
  mutating func pumpRequest(_ index: Int) {
    let exchange = Int(connections[index].exchange) - 1
    var reads = 0
    while true {
      if connections[index].up.isBlocked {
        guard flush(index, up: true) else { return cutOff(index, exchange) }
        if connections[index].up.isBlocked { return }
      }
      if exchanges[exchange].requestBody.isEnded || exchanges[exchange].isCutOff { return }
      guard reads < Relay<K>.readsPerTurn else { return queue(index) }
      guard pools.remainders.available > 0 else { return queue(index, starved: true) }
      reads += 1
      var limit = Relay<K>.copyBytes
      if connections[index].isPaced {
        guard hasRequestBody(index, exchange) else { return }
        limit = min(limit, allowance(index, up: true))
        guard limit > 0 else { return }
      }
      let count = readRequestBody(index, exchange, atMost: limit)
      if connections[index].isPaced && count > 0 { spend(index, up: true, count) }
      if count == 0 { return }
      guard count > 0 else { return abandon(index, .clientEOF) }
      guard sendRequestBody(index, exchange, count) else { return }
    }
  }

  /// Whether some of the body is held, or may be there to read.
  private func hasRequestBody(_ index: Int, _ exchange: Int) -> Bool {
    connections[index].up.isReadable
      || Int(connections[index].heldBytes) > exchanges[exchange].heldOffset
  }

  /// Brings bytes of the body into the scratch buffer: first what came with the head, whole, then up to
  /// `limit`. 0: none now; negative: the client has gone.
  private mutating func readRequestBody(
    _ index: Int, _ exchange: Int, atMost limit: Int
  ) -> Int {
    let held = Int(connections[index].heldBytes) - exchanges[exchange].heldOffset
    if held > 0 {
      let slot = Int(connections[index].heldHead) - 1
      pools.scratch.write(
        heads.memory.span(heads.offset(slot) + exchanges[exchange].heldOffset, held), at: 0)
      exchanges[exchange].heldOffset += held
      return held
    }
    guard connections[index].up.isReadable else { return 0 }
    let room = min(limit, exchanges[exchange].requestBody.readable)
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
    // Not with every byte: a client that sends one now and then would hold the exchange for ever.
    exchanges[exchange].paced += count
    if exchanges[exchange].paced >= limits.bodyPace {
      exchanges[exchange].paced = 0
      connections[index].lastActivity = now
    }
    let isChunked = exchanges[exchange].head.framing == .chunked
    let step = exchanges[exchange].requestBody.take(
      pools.scratch, 0, count, into: out, at: bodyPlace(isChunked: isChunked),
      trailers: trailers.memory)
    var length: Int
    switch step {
    case .invalid(let detail):
      refuseStarted(index, .invalidFraming, detail: detail.message)
      return false
    case .more(let bytes):
      length = frame(bytes, isChunked: isChunked)
    case .end(let bytes, let used):
      connections[index].lastActivity = now
      length = frame(bytes, isChunked: isChunked)
      if isChunked {
        switch endChunks(at: length, exchanges[exchange].requestBody.trailers) {
        case .written(let end): length = end
        case .malformed(let detail):
          refuseStarted(index, .invalidFraming, detail: detail.message)
          return false
        }
      }
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
  mutating func cutOff(_ index: Int, _ exchange: Int) {
    exchanges[exchange].isCutOff = true
    exchanges[exchange].upstreamPersists = false
    Relay<K>.release(&connections[index].up, &pools)
    connections[index].down.isReadable = true
    connections[index].down.isPeerClosed = true
  }
}
