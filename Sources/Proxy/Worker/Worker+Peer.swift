internal import Audit
internal import Domains
internal import Policy
internal import Reactor

// Who is at the other end of a connection, and where that places it. Of a TCP connection to an ordinary
// listener the address says it all; for the others there is a `Peer`.
extension Worker {
  /// Whether a listener is a Unix socket.
  @inline(__always) func isUnix(_ listener: Int) -> Bool {
    listener < 64 && unixListeners & (1 << UInt64(listener)) != 0
  }

  /// Whether the first bytes are still to come, and have to be a PROXY header.
  @inline(__always) func awaitsProxyHeader(_ index: Int) -> Bool {
    connections[index].hasPeer && peers[index].source == .undecided
  }

  /// Finds out who is at the other end of a new connection, and where it stands.
  mutating func identifyPeer(_ index: Int) {
    let listener = Int(connections[index].listener)
    if isUnix(listener) {
      identifyProcess(index, snapshot.headerDutyOfProcess(listener: listener))
    } else {
      let address = connections[index].clientAddress
      if snapshot.headerDuty(listener: listener, client: address.address) == .required {
        var peer = Peer()
        peer.address = address
        peer.source = .undecided
        peers[index] = peer
        connections[index].hasPeer = true
      }
    }
    connections[index].place = placement(index).code
  }

  private mutating func identifyProcess(_ index: Int, _ duty: HeaderDuty) {
    var peer = Peer()
    peer.isProcess = true
    peer.isKnown = kernel.peerProcess(connections[index].client, &peer.process) >= 0
    peer.source = duty == .required ? .undecided : .own
    peers[index] = peer
    connections[index].hasPeer = true
    // What accept(2) gives for one is no address.
    connections[index].clientAddress = .none
  }

  /// Where a connection stands, by the policy in force.
  @inline(__always) mutating func placement(_ index: Int) -> Placement {
    if connections[index].hasPeer { return placementOfPeer(index) }
    return placement(
      Int(connections[index].listener), connections[index].clientAddress.address)
  }

  /// Where a client that came without a PROXY header stands.
  private func placement(_ listener: Int, _ client: IPAddress) -> Placement {
    snapshot.headerDuty(listener: listener, client: client) == .none
      ? snapshot.place(listener: listener, client: client) : .unknown
  }

  @inline(never) private mutating func placementOfPeer(_ index: Int) -> Placement {
    let listener = Int(connections[index].listener)
    let duty =
      peers[index].isProcess
      ? snapshot.headerDutyOfProcess(listener: listener)
      : snapshot.headerDuty(listener: listener, client: peers[index].address.address)
    switch (duty, peers[index].source) {
    case (.none, .own), (.required, .peer):
      if peers[index].isProcess { return placementOfProcess(index, listener) }
      return snapshot.place(listener: listener, client: peers[index].address.address)
    case (.required, .client):
      return snapshot.place(listener: listener, client: connections[index].clientAddress.address)
    // The header has not come, names nobody, or is not asked for any more; or the peer is none of those
    // who are let in here.
    case (.none, _), (.required, _), (.stranger, _): return .unknown
    }
  }

  private mutating func placementOfProcess(_ index: Int, _ listener: Int) -> Placement {
    guard peers[index].isKnown else { return .unknown }
    var finding = CgroupFinding.environment(-1)
    if snapshot.hasCgroups {
      readCgroup(index)
      let length = Int(peers[index].cgroupLength)
      finding =
        length < 0
        ? .unknown : snapshot.cgroup(cgroupPaths.span(index * limits.cgroupBytes, length))
    }
    return snapshot.place(listener: listener, process: peers[index].process, cgroup: finding)
  }

  /// Asked for once, when it first matters: where the process goes later changes nothing.
  private mutating func readCgroup(_ index: Int) {
    guard peers[index].cgroupLength == 0 else { return }
    let length = kernel.peerCgroup(
      connections[index].client, peers[index].process.number, into: cgroupPaths,
      at: index * limits.cgroupBytes, count: limits.cgroupBytes)
    peers[index].cgroupLength = length > 0 ? Int16(length) : -1
  }

  /// Whether the client is a process behind a Unix listener, and not one that a PROXY header named: it has
  /// no address.
  func isProcess(_ index: Int) -> Bool {
    connections[index].hasPeer && peers[index].isProcess && peers[index].source != .client
  }

  /// Whose failures those of a connection's credentials are. A user behind a Unix listener counts as an
  /// address that no client has (ff00::/8, RFC 4291 §2.7), and in each environment that processes are
  /// placed in as another one: containers mostly run as the same user.
  func failureSource(_ index: Int) -> IPAddress {
    guard isProcess(index) else { return connections[index].clientAddress.address }
    var place: UInt64 = 0
    if case .environment(let environment) = Placement(code: connections[index].place) {
      place = UInt64(snapshot.slot(of: environment)) + 1
    }
    return IPAddress(
      v6High: 0xFF00 << 48 | place << 32 | UInt64(peers[index].process.user), low: 0)
  }

  /// Says in a record who asked.
  func describeClient(_ index: Int, _ record: inout AuditRecord) {
    record.client = connections[index].clientAddress.address
    record.clientPort = connections[index].clientAddress.port
    guard connections[index].hasPeer else { return }
    let process = peers[index].isProcess ? audited(peers[index].process) : nil
    if peers[index].source == .client {
      let address = peers[index].address
      record.via = process.map(AuditPeer.process) ?? .address(address.address, port: address.port)
    } else {
      record.process = process
    }
  }

  /// As above, of a connection that has no place of its own; gives its placement as far as it is known.
  func describeStray(
    _ peer: SocketAddress, _ fd: Int32, _ listener: Int, _ record: inout AuditRecord
  ) -> Placement {
    guard isUnix(listener) else {
      record.client = peer.address
      record.clientPort = peer.port
      return placement(listener, peer.address)
    }
    var process = PeerProcess.none
    guard kernel.peerProcess(fd, &process) >= 0 else { return .unknown }
    record.process = audited(process)
    guard snapshot.headerDutyOfProcess(listener: listener) == .none, !snapshot.hasCgroups else {
      return .unknown
    }
    return snapshot.place(listener: listener, process: process, cgroup: .environment(-1))
  }

  private func audited(_ process: PeerProcess) -> AuditProcess {
    AuditProcess(user: process.user, group: process.group, number: process.number)
  }
}
