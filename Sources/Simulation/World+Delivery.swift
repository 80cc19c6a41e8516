internal import Reactor

/// Bytes on their way: from what one side sent into what the other has received.
extension World {
  /// Lets everything arrive that there is room for, at most one segment a connection and direction.
  package func deliver() {
    lastDeliveryMoved = false
    for endpoint in endpoints { deliver(from: endpoint) }
    for farEnd in farEnds { farEnd.readArrived() }
    endpoints.removeAll { $0.peer == nil && $0.outgoing.isEmpty }
  }

  private func deliver(from endpoint: Endpoint) {
    if endpoint.isReadCut {
      endpoint.isReadCut = false
      endpoint.onChange?()
      lastDeliveryMoved = true
    }
    guard let peer = endpoint.peer else { return }
    if !endpoint.outgoing.isEmpty && peer.isOrphan {
      // Nobody will read this: the machine answers with a reset.
      lastDeliveryMoved = true
      peer.abandonSending()
      return endpoint.receiveReset()
    }
    let limit = segmentLimit()
    let room = peer.receiveCapacity - peer.received.count
    let count = min(endpoint.outgoing.count, room, limit)
    if count > 0 {
      peer.received.append(endpoint.outgoing.take(count))
      peer.onChange?()
      lastDeliveryMoved = true
    }
    if endpoint.outgoing.isEmpty && endpoint.isShutForSending && !endpoint.hasEndArrived {
      endpoint.hasEndArrived = true
      peer.isEndReceived = true
      peer.onChange?()
      lastDeliveryMoved = true
    }
    if endpoint.lacksSpace && endpoint.space > 0 {
      endpoint.lacksSpace = false
      endpoint.onChange?()
      lastDeliveryMoved = true
    }
    if endpoint.isOrphan && peer.isOrphan {
      endpoint.abandonSending()
      peer.abandonSending()
    }
  }

  private func segmentLimit() -> Int {
    guard faults.segmentBytesMax < Int.max else { return Int.max }
    return faults.cutsAtRandom
      ? Int.random(in: 1...faults.segmentBytesMax, using: &random) : faults.segmentBytesMax
  }

  /// Closes a side: what it sent still arrives, then its end; with unread bytes left, a reset does
  /// (RFC 2525 §2.17).
  func closeStream(_ endpoint: Endpoint) {
    endpoint.onChange = nil
    guard endpoint.state == .established else {
      endpoint.isOrphan = true
      return endpoint.abandonSending()
    }
    guard endpoint.received.isEmpty else { return reset(endpoint) }
    endpoint.isOrphan = true
    endpoint.isShutForSending = true
  }

  /// Closes a side with a reset. What it sent arrives as far as the other side has room.
  func reset(_ endpoint: Endpoint) {
    endpoint.onChange = nil
    endpoint.isOrphan = true
    if let peer = endpoint.peer, endpoint.state == .established {
      let room = peer.receiveCapacity - peer.received.count
      let count = min(endpoint.outgoing.count, room)
      if count > 0 && !peer.isOrphan { peer.received.append(endpoint.outgoing.take(count)) }
      peer.receiveReset()
    }
    endpoint.abandonSending()
  }
}
