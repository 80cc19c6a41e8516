internal import Policy
internal import Reactor
internal import Wire

// A WebSocket over plain HTTP: an exchange that becomes a tunnel when the upstream agrees.
extension Worker {
  /// The upstream has answered 101 to a handshake. Its answer goes on, rebuilt, with the first frames that
  /// came behind it; from there on both ways are opaque bytes.
  mutating func startWebSocket(
    _ index: Int, _ exchange: Int, _ head: ResponseHead, at start: Int, total: Int
  ) {
    // An upstream that agrees to what it has not read whole does not speak HTTP.
    guard !connections[index].up.isBlocked else { return upstreamFailed(index, .upstreamMalformed) }
    var output = out.mutableSpan(0, pools.remainders.stride)
    let written = ResponseWriter.write(
      head, from: pools.scratch.span(start, head.length), framing: .none,
      pseudonym: texts.span(texts.pseudonym), trailers: announcement(nil),
      date: texts.span(texts.date), clientPersistent: true,
      into: &output)
    let rest = total - start - head.length
    guard let written, written + rest <= pools.remainders.stride else {
      return upstreamFailed(index, .upstreamMalformed)
    }
    out.write(pools.scratch.span(start + head.length, rest), at: written)
    connections[index].status = head.status
    connections[index].lastActivity = now
    // Before the answer goes: a client that takes none of it has the earlier deadline.
    timers.schedule(index, at: min(now + idleTimeout(index), lifetimeEnd(index)))
    guard push(index, up: false, count: written + rest) else {
      return abandon(index, .clientReset)
    }
    dropServedHead(index, exchange)
    releaseExchange(index)
    connections[index].state = .tunnel
    // What the client sent behind its handshake belongs to the tunnel now.
    if connections[index].heldHead != 0 { sendFirst(index, takeEarlyData(index)) }
    guard connections[index].state == .tunnel else { return }
    runTunnel(index)
  }
}
