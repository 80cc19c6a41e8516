internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// A tunnel by an upstream proxy: our CONNECT to it, and its answer, which is trusted no more than a
// client. Nothing of the answer goes to the client, because it is written for us: it may ask for the
// operator's password. The client's first bytes wait until the tunnel stands.
extension Worker {
  /// The connection to the proxy stands: asks it for the tunnel.
  mutating func startHandshake(_ index: Int) {
    connections[index].state = .handshake
    connections[index].lastActivity = now
    timers.schedule(index, at: now + limits.upstreamProxyTimeout)
    loadName(index)
    let written = writeConnect(
      to: out, pools.remainders.stride, key,
      isIPv6: connections[index].isLiteral && literalAddress(index).family == .v6,
      port: connections[index].port, snapshot, environment: environment(index))
    guard let written else { return upstreamFailed(index, .internalError) }
    let sent = kernel.send(connections[index].upstream, from: out, at: 0, count: written)
    // Nothing was sent on this connection before, so it takes two kilobytes or is dead.
    guard sent == written else { return upstreamFailed(index, .upstreamReset) }
    readConnectAnswer(index)
  }

  /// Reads what the proxy answers, as far as it goes now.
  mutating func readConnectAnswer(_ index: Int) {
    while connections[index].state == .handshake, connections[index].down.isReadable {
      let exchange = Int(connections[index].exchange) - 1
      let held = exchanges[exchange].heldResponseBytes
      let count = receiveFromUpstream(index, behind: held)
      if count == -Int(Errno.again) { return }
      guard count > 0 else {
        return upstreamFailed(index, count == 0 ? .upstreamClosed : .upstreamReset)
      }
      takeConnectAnswer(index, exchange, total: held + count)
    }
  }

  private mutating func takeConnectAnswer(_ index: Int, _ exchange: Int, total: Int) {
    loadHeldResponse(exchange)
    var start = 0
    while true {
      switch parseConnectAnswer(pools.scratch, start, total - start) {
      case .incomplete: return holdResponse(index, exchange, from: start, count: total - start)
      case .malformed(let detail):
        return upstreamFailed(index, .upstreamMalformed, detail: detail.message)
      case .ambiguous:
        return upstreamFailed(
          index, .upstreamMalformed, detail: "an answer that opens a tunnel announces a body")
      case .interim(let length):
        exchanges[exchange].interimResponses += 1
        guard exchanges[exchange].interimResponses <= limits.interimResponses else {
          return upstreamFailed(
            index, .upstreamMalformed, detail: "more interim responses than the limit")
        }
        start += length
      case .refused(let status): return proxyRefused(index, status)
      case .established(let length):
        return openProxiedTunnel(index, from: start + length, count: total - start - length)
      }
    }
  }

  /// The tunnel stands; the `count` bytes at `offset` of the scratch buffer are the host's first.
  private mutating func openProxiedTunnel(_ index: Int, from offset: Int, count: Int) {
    releaseExchange(index)
    if count > 0 {
      // A TLS server never speaks first, so these are no server's.
      if connections[index].isGuarded {
        return upstreamFailed(
          index, .upstreamMalformed, detail: "bytes behind the answer, before the client's first")
      }
      guard pools.remainders.available > 0 else { return upstreamFailed(index, .overloaded) }
      Relay<K>.keepRemainder(&connections[index].down, &pools, from: offset, count: count)
    }
    startTunnel(index)
  }

  /// The upstream proxy answered `status` and no tunnel, or asks for other credentials.
  mutating func proxyRefused(_ index: Int, _ status: UInt16) {
    upstreamStatus = status
    upstreamFailed(
      index, status == 407 ? .upstreamProxyUnauthorized : .upstreamProxyRefused)
    upstreamStatus = 0
  }
}
