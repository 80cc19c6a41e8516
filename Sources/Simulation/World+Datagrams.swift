internal import Domains
package import Reactor

/// What a datagram service does with one datagram.
package struct DatagramReply {
  package var datagrams: [[UInt8]]
  package var afterNanoseconds: UInt64

  package init(_ datagrams: [[UInt8]], afterNanoseconds: UInt64 = 0) {
    self.datagrams = datagrams
    self.afterNanoseconds = afterNanoseconds
  }
}

/// udp(7), between the machine and services that a test puts into the world.
extension World {
  /// Puts a service at `address`; it is called for each datagram.
  package func datagramService(
    at address: SocketAddress, _ service: @escaping ([UInt8]) -> DatagramReply
  ) {
    datagramServices[address] = service
  }

  func datagramSocket(_ family: IPAddress.Family) -> Int32 {
    let error = fault(.socket)
    return error == 0 ? open(.datagram(DatagramSocket())) : -error
  }

  /// To the connected address. Where nobody listens the datagram is lost.
  func sendDatagram(_ socket: DatagramSocket, _ bytes: [UInt8]) -> Int {
    guard let remote = socket.remote else { return -89 }
    let error = fault(.send)
    guard error == 0 || error == Errno.connectionReset else { return -Int(error) }
    datagramCount += 1
    guard let service = datagramServices[remote] else { return bytes.count }
    let reply = service(bytes)
    guard !reply.datagrams.isEmpty else { return bytes.count }
    schedule(after: reply.afterNanoseconds) { [unowned self] in
      for datagram in reply.datagrams { socket.received.append((datagram, remote)) }
      for descriptor in descriptors.values {
        if case .datagram(let other) = descriptor.kind, other === socket { descriptor.noteEdge() }
      }
    }
    return bytes.count
  }

  func receiveDatagram(
    _ fd: Int32, _ count: Int, into bytes: inout [UInt8], _ peer: inout SocketAddress
  ) -> Int {
    guard let descriptor = find(fd, .receive) else { return -Int(Errno.invalid) }
    guard case .datagram(let socket) = descriptor.kind else {
      return Int(misuse(fd, .receive))
    }
    guard !socket.received.isEmpty else { return -Int(Errno.again) }
    let first = socket.received.removeFirst()
    // What does not fit is cut off, as recv(2) does.
    bytes = Array(first.bytes.prefix(count))
    peer = first.from
    return bytes.count
  }
}
