package import Reactor

/// How the network answers a connection attempt to an address.
package enum Route: Sendable {
  /// SYN-ACK after so many nanoseconds, if a server is there; else RST.
  case open(afterNanoseconds: UInt64)
  /// RST after so many nanoseconds.
  case refused(afterNanoseconds: UInt64)
  /// Nothing ever comes back.
  case blackHole
  /// connect(2) itself fails: ENETUNREACH.
  case unreachable
  /// An ICMP error after so many nanoseconds: EHOSTUNREACH.
  case hostUnreachable(afterNanoseconds: UInt64)
}

extension World {
  /// Sets how attempts to connect to `address` end from now on.
  package func route(_ address: SocketAddress, _ route: Route) { routes[address] = route }

  func connect(_ endpoint: Endpoint, to address: SocketAddress) -> Int32 {
    guard endpoint.state == .unconnected else { return -Errno.invalid }
    dialled.append(address)
    onDial?(address)
    endpoint.remote = address
    let route = routes[address] ?? .open(afterNanoseconds: 0)
    switch route {
    case .unreachable: return -Errno.networkUnreachable
    case .blackHole: endpoint.state = .connecting
    case .refused(let delay):
      endpoint.state = .connecting
      schedule(after: delay) { Self.fail(endpoint, Errno.connectionRefused) }
    case .hostUnreachable(let delay):
      endpoint.state = .connecting
      schedule(after: delay) { Self.fail(endpoint, Errno.hostUnreachable) }
    case .open(let delay):
      endpoint.state = .connecting
      schedule(after: delay) { [unowned self] in establish(endpoint, at: address) }
    }
    return -Errno.inProgress
  }

  private static func fail(_ endpoint: Endpoint, _ error: Int32) {
    guard endpoint.state == .connecting, !endpoint.isOrphan else { return }
    endpoint.state = .closed
    endpoint.error = error
    endpoint.onChange?()
  }

  private func establish(_ endpoint: Endpoint, at address: SocketAddress) {
    guard endpoint.state == .connecting, !endpoint.isOrphan else { return }
    if let backlog = backlogs[address], backlog.waiting.count < backlog.limit {
      // The machine connects to itself.
      let other = join(endpoint)
      other.local = address
      other.remote = endpoint.local
      other.sendCapacity = sendCapacity
      backlog.waiting.append(other)
      endpoint.onChange?()
      return
    }
    guard let server = servers[address] else {
      return Self.fail(endpoint, Errno.connectionRefused)
    }
    let far = join(endpoint)
    far.local = address
    far.remote = endpoint.local
    server.take(far)
    endpoint.onChange?()
  }

  /// Makes the other side of a connection.
  func join(_ endpoint: Endpoint) -> Endpoint {
    let other = Endpoint()
    other.peer = endpoint
    endpoint.peer = other
    other.state = .established
    endpoint.state = .established
    endpoint.receiveCapacity = receiveCapacity
    endpoint.sendCapacity = sendCapacity
    other.receiveCapacity = receiveCapacity
    other.sendCapacity = Int.max
    endpoints.append(endpoint)
    endpoints.append(other)
    return other
  }
}
