internal import Reactor

/// recv(2), send(2) and shutdown(2) of connections, with what the faults make of them.
extension World {
  func receive(_ fd: Int32, _ count: Int, into bytes: inout [UInt8]) -> Int {
    guard let descriptor = find(fd, .receive) else { return -Int(Errno.invalid) }
    switch descriptor.kind {
    case .datagram:
      var peer = SocketAddress.none
      return receiveDatagram(fd, count, into: &bytes, &peer)
    case .stream(let endpoint): return receive(endpoint, .receive, count, into: &bytes)
    default: return Int(misuse(fd, .receive))
    }
  }

  func receive(
    _ endpoint: Endpoint, _ call: Call, _ count: Int, into bytes: inout [UInt8]
  ) -> Int {
    let error = fault(call)
    if error == Errno.connectionReset { loseConnection(endpoint) }
    if error != 0 { return -Int(error) }
    if !endpoint.received.isEmpty && random.chance(faults.againPercent) {
      // As if the bytes came a moment later.
      endpoint.isReadCut = true
      return -Int(Errno.again)
    }
    let available = min(count, endpoint.received.count)
    let limit = min(count, cut(faults.readBytesMax))
    switch endpoint.receive(limit, cut: limit < available) {
    case .bytes(let taken):
      bytes = taken
      return taken.count
    case .end: return 0
    case .failure(let error): return -Int(error)
    }
  }

  func isQuiet(_ fd: Int32) -> Bool {
    guard let descriptor = find(fd, .receive), case .stream(let endpoint) = descriptor.kind else {
      return false
    }
    return fault(.receive) == 0 && endpoint.state == .established && endpoint.received.isEmpty
      && !endpoint.isEndReceived && endpoint.error == 0
  }

  func send(_ fd: Int32, _ bytes: [UInt8]) -> Int {
    guard let descriptor = find(fd, .send) else { return -Int(Errno.invalid) }
    switch descriptor.kind {
    case .datagram(let socket): return sendDatagram(socket, bytes)
    case .stream(let endpoint):
      let room = admission(endpoint, .send, bytes.count)
      if room > 0 { endpoint.outgoing.append(bytes[..<room]) }
      return room
    default: return Int(misuse(fd, .send))
    }
  }

  /// How many of `count` bytes a send takes, or a negative errno.
  func admission(_ endpoint: Endpoint, _ call: Call, _ count: Int) -> Int {
    let error = fault(call)
    if error == Errno.connectionReset { loseConnection(endpoint) }
    if error != 0 { return -Int(error) }
    if endpoint.state == .established && random.chance(faults.againPercent) {
      endpoint.lacksSpace = true
      return -Int(Errno.again)
    }
    let limit = min(count, cut(faults.writeBytesMax))
    let taken = endpoint.admission(limit)
    if taken >= 0 && taken < count { endpoint.lacksSpace = true }
    return taken
  }

  func shutdownWrite(_ fd: Int32) -> Int32 {
    guard let descriptor = find(fd, .shutdown) else { return -Errno.invalid }
    guard case .stream(let endpoint) = descriptor.kind else { return misuse(fd, .shutdown) }
    let error = fault(.shutdown)
    guard error == 0 else { return -error }
    guard endpoint.state == .established else { return -107 }
    endpoint.isShutForSending = true
    return 0
  }

  private func cut(_ limit: Int) -> Int {
    guard limit < Int.max, faults.cutsAtRandom else { return limit }
    return Int.random(in: 1...limit, using: &random)
  }

  /// The network cut the connection: both sides see a reset.
  private func loseConnection(_ endpoint: Endpoint) {
    let peer = endpoint.peer
    endpoint.error = 0
    endpoint.abandonSending()
    peer?.receiveReset()
  }
}
