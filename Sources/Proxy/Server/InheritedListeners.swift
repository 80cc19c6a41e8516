internal import CLinux
internal import Glibc
package import Reactor

/// Listening sockets that this process did not open: those of a process that it replaces.
package struct InheritedListeners<K: Kernel> {
  private let kernel: K
  private var sockets: [(address: SocketAddress, descriptor: Int32)] = []
  private var unixSockets: [(path: String, descriptor: Int32)] = []

  /// Takes the descriptors; what is neither an IP socket nor a Unix socket with a path is closed.
  package init(_ kernel: K, _ descriptors: [Int32]) {
    self.kernel = kernel
    for descriptor in descriptors {
      if let path = Self.path(descriptor) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        unixSockets.append((path, descriptor))
        continue
      }
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

  /// Those that listen on a Unix socket of this path.
  package mutating func take(unix path: String) -> [Int32] {
    defer { unixSockets.removeAll { $0.path == path } }
    return unixSockets.filter { $0.path == path }.map(\.descriptor)
  }

  /// The paths of the Unix sockets that nobody took.
  package var unixPaths: Set<String> { Set(unixSockets.map(\.path)) }

  /// The path of a Unix socket, if it has one.
  private static func path(_ descriptor: Int32) -> String? {
    var bytes = [CChar](repeating: 0, count: 108)
    let count = unsafe cl_unix_path(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Closes those that nobody took, and says where they listened.
  package mutating func closeRest() -> [String] {
    defer { (sockets, unixSockets) = ([], []) }
    for socket in sockets { kernel.close(socket.descriptor) }
    for socket in unixSockets { kernel.close(socket.descriptor) }
    var paths: [String] = []
    for socket in unixSockets where !paths.contains(socket.path) { paths.append(socket.path) }
    return sockets.map { "port \($0.address.port)" } + paths
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
