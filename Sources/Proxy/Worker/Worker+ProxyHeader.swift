internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// The PROXY header that some peers begin their connections with: it says for whom they speak.
extension Worker {
  enum HeaderProgress {
    /// Bytes behind the header, moved to the front of the scratch buffer; they may be none.
    case done(Int)
    case needsMore
    case refused
  }

  /// Takes the header off the first `total` bytes of the scratch buffer. The time for it is that of a
  /// request's head; what is no header is answered, recorded and closed.
  @inline(never) mutating func takeProxyHeader(_ index: Int, _ total: Int) -> HeaderProgress {
    let step = ProxyHeader.parse(pools.scratch.span(0, min(total, ProxyHeader.lengthMax)))
    switch step {
    case .incomplete:
      if holdHead(index, total) { return .needsMore }
      beginRequest(index)
      refuse(index, .overloaded)
      return .refused
    case .refused(let fault):
      beginRequest(index)
      refuse(index, .malformedProxyHeader, detail: fault.message)
      return .refused
    case .complete(let header):
      take(index, header.source)
      releaseHead(index)
      let isPlaced = enterPlace(index)
      guard isPlaced, enterHalfOpen(index) else {
        beginRequest(index)
        connections[index].isTurnedAway = true
        refuse(index, isPlaced ? .halfOpenLimit : .connectionLimit)
        return .refused
      }
      let rest = total - header.length
      if rest > 0 { pools.scratch.move(from: header.length, to: 0, count: rest) }
      return .done(rest)
    }
  }

  private mutating func take(_ index: Int, _ source: ProxyHeader.Source) {
    switch source {
    case .peer: peers[index].source = .peer
    case .unnamed: peers[index].source = .unnamed
    case .client(let address, let port):
      peers[index].source = .client
      connections[index].clientAddress = SocketAddress(address, port: port)
    }
    connections[index].place = placement(index).code
  }
}
