internal import Domains
internal import Reactor

/// socket(7) calls that make, place and end sockets.
extension World {
  func streamSocket(_ family: IPAddress.Family) -> Int32 {
    let error = fault(.socket)
    guard error == 0 else { return -error }
    let endpoint = Endpoint()
    let fd = open(.stream(endpoint))
    guard fd >= 0 else { return fd }
    endpoint.local = SocketAddress(own(family), port: freshPort())
    tellEpoll(of: endpoint, fd)
    return fd
  }

  /// The address of the machine that its outgoing connections come from.
  private func own(_ family: IPAddress.Family) -> IPAddress {
    family == .v4
      ? IPAddress(v4: 0xcb00_7105) : IPAddress(v6High: 0x2001_0db8_0000_0000, low: 5)
  }

  func freshPort() -> UInt16 {
    nextPort = nextPort == 60_999 ? 32_768 : nextPort + 1
    return nextPort
  }

  private func tellEpoll(of endpoint: Endpoint, _ fd: Int32) {
    endpoint.onChange = { [unowned self] in descriptors[fd]?.noteEdge() }
  }

  func bind(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    guard let descriptor = find(fd, .bind) else { return -Errno.invalid }
    guard backlogs[address] == nil else { return -Errno.addressInUse }
    boundAddresses.append(address)
    switch descriptor.kind {
    case .stream(let endpoint): endpoint.local = address
    case .datagram(let socket): socket.local = address
    default: return misuse(fd, .bind)
    }
    return 0
  }

  func listen(_ fd: Int32, _ limit: Int) -> Int32 {
    guard let descriptor = find(fd, .listen) else { return -Errno.invalid }
    guard case .stream(let endpoint) = descriptor.kind else { return misuse(fd, .listen) }
    let backlog = Backlog(address: endpoint.local, limit: limit)
    backlogs[endpoint.local] = backlog
    descriptor.kind = .listener(backlog)
    return 0
  }

  func accept(_ fd: Int32, _ peer: inout SocketAddress) -> Int32 {
    guard let descriptor = find(fd, .accept) else { return -Errno.invalid }
    guard case .listener(let backlog) = descriptor.kind else { return misuse(fd, .accept) }
    guard let endpoint = backlog.waiting.first else { return -Errno.again }
    let error = fault(.accept)
    if error == Errno.connectionAborted { reset(backlog.waiting.removeFirst()) }
    guard error == 0 else { return -error }
    let accepted = open(.stream(endpoint))
    guard accepted >= 0 else { return accepted }
    backlog.waiting.removeFirst()
    tellEpoll(of: endpoint, accepted)
    peer = endpoint.remote
    return accepted
  }

  func connect(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    guard let descriptor = find(fd, .connect) else { return -Errno.invalid }
    switch descriptor.kind {
    case .datagram(let socket):
      socket.remote = address
      if socket.local.port == 0 {
        socket.local = SocketAddress(own(address.address.family), port: freshPort())
      }
      return 0
    case .stream(let endpoint):
      let error = fault(.connect)
      return error == 0 ? connect(endpoint, to: address) : -error
    default: return misuse(fd, .connect)
    }
  }

  func localAddress(_ fd: Int32, _ address: inout SocketAddress) -> Int32 {
    guard let descriptor = find(fd, .localAddress) else { return -Errno.invalid }
    switch descriptor.kind {
    case .stream(let endpoint): address = endpoint.local
    case .listener(let backlog): address = backlog.address
    case .datagram(let socket): address = socket.local
    default: return misuse(fd, .localAddress)
    }
    return 0
  }

  func peerProcess(_ fd: Int32, _ process: inout PeerProcess) -> Int32 {
    guard let descriptor = find(fd, .localAddress) else { return -Errno.invalid }
    guard case .stream(let endpoint) = descriptor.kind,
      let known = processes[endpoint.remote]
    else { return -Errno.noProcess }
    process = known
    return 0
  }

  func socketError(_ fd: Int32) -> Int32 {
    guard let descriptor = find(fd, .socketError) else { return -Errno.invalid }
    guard case .stream(let endpoint) = descriptor.kind else { return 0 }
    return -endpoint.takeError()
  }

  func setOption(_ fd: Int32) -> Int32 {
    guard find(fd, .setOption) != nil else { return -Errno.invalid }
    return -fault(.setOption)
  }

  func close(_ fd: Int32, withReset: Bool) {
    guard let descriptor = find(fd, .close) else { return }
    descriptors[fd] = nil
    if let registration = descriptor.registration,
      case .epoll(let interests)? = descriptors[registration.epoll]?.kind
    {
      interests.descriptors.removeAll { $0 == fd }
    }
    switch descriptor.kind {
    case .stream(let endpoint):
      withReset ? reset(endpoint) : closeStream(endpoint)
    case .listener(let backlog):
      backlogs[backlog.address] = nil
      for endpoint in backlog.waiting { reset(endpoint) }
      backlog.waiting = []
    case .pipeReadEnd(let pipe), .pipeWriteEnd(let pipe): pipe.ends -= 1
    case .datagram, .event, .epoll: break
    }
  }
}
