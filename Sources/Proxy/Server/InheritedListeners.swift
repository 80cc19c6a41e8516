internal import Glibc
package import Reactor

/// Listening sockets that this process did not open: those of a process that it replaces.
package struct InheritedListeners<K: Kernel> {
  private let kernel: K
  private var sockets: [(address: SocketAddress, descriptor: Int32)] = []

  /// Takes the descriptors; what is no IP socket is closed.
  package init(_ kernel: K, _ descriptors: [Int32]) {
    self.kernel = kernel
    for descriptor in descriptors {
      var address = SocketAddress.none
      guard kernel.localAddress(descriptor, &address) >= 0, address.port != 0 else {
        kernel.close(descriptor)
        continue
      }
      // As our own: accepting never waits, and what is accepted sends at once.
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
      _ = kernel.setNoDelay(descriptor)
      sockets.append((address, descriptor))
    }
  }

  /// Those that listen on `address`; none if nobody does.
  package mutating func take(_ address: SocketAddress) -> [Int32] {
    defer { sockets.removeAll { $0.address == address } }
    return sockets.filter { $0.address == address }.map(\.descriptor)
  }

  /// Closes those that nobody took, and says where they listened.
  package mutating func closeRest() -> [SocketAddress] {
    defer { sockets = [] }
    for socket in sockets { kernel.close(socket.descriptor) }
    return sockets.map(\.address)
  }
}

/// Shares the sockets of each listener among workers: for each worker one socket of every listener, in the
/// listeners' order, and so again until all sockets have a worker. Where a listener has fewer sockets than
/// there are workers, several workers accept from one.
package func distribute(
  _ listeners: [[Int32]], workers: Int, duplicate: (Int32) -> Int32
) -> [[Int32]] {
  let most = listeners.map(\.count).max() ?? 0
  let rounds = max((most + workers - 1) / workers, 1)
  return (0..<workers).map { worker in
    (0..<rounds).flatMap { round in
      listeners.map { sockets in
        let place = round * workers + worker
        return place < sockets.count ? sockets[place] : duplicate(sockets[place % sockets.count])
      }
    }
  }
}
