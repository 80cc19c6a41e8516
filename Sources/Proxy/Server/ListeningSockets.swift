internal import Domains
package import Reactor

/// Why a listener could not be opened.
package struct ListenError: Error, CustomStringConvertible {
  package let address: SocketAddress
  /// Negated errno.
  package let error: Int32

  package var description: String {
    let host =
      address.address.family == .v6
      ? "[\(address.address)]" : "\(address.address)"
    let place = "\(host):\(address.port)"
    return switch -error {
    case Errno.addressInUse:
      "\(place) is in use by another process; stop it, or listen elsewhere with --listen"
    case Errno.access:
      "\(place): no permission to listen on a port below 1024; choose another with --listen, or give "
        + "the binary cap_net_bind_service"
    case Errno.addressNotAvailable:
      "\(place): this machine has no such address; see `ip address`, and set --listen"
    default: "\(place): cannot listen (errno \(-error))"
    }
  }
}

/// Opens one listening socket for each worker on the same address, so that the kernel spreads new
/// connections over them (SO_REUSEPORT, socket(7)).
package func openListeners<K: Kernel>(
  _ kernel: K, on address: SocketAddress, workers: Int
) throws(ListenError) -> [Int32] {
  if workers > 1 {
    // Without this look, a second process of the same user would share the port in silence, each
    // getting half of the connections. A socket without SO_REUSEPORT is refused beside such ones.
    let probe = try openListener(kernel, address, sharesPort: false)
    kernel.close(probe)
  }
  var sockets: [Int32] = []
  do {
    for _ in 0..<workers {
      sockets.append(try openListener(kernel, address, sharesPort: workers > 1))
    }
  } catch {
    for fd in sockets { kernel.close(fd) }
    throw error
  }
  return sockets
}

private func openListener<K: Kernel>(
  _ kernel: K, _ address: SocketAddress, sharesPort: Bool
) throws(ListenError) -> Int32 {
  let fd = kernel.streamSocket(address.address.family)
  guard fd >= 0 else { throw ListenError(address: address, error: fd) }
  var result = kernel.setReuse(fd, port: sharesPort)
  if result >= 0 && address.address.family == .v6 { result = kernel.setV6Only(fd) }
  // Accepted sockets inherit it: one call less for each connection.
  if result >= 0 { result = kernel.setNoDelay(fd) }
  if result >= 0 { result = kernel.bind(fd, address) }
  if result >= 0 { result = kernel.listen(fd, backlog: 4096) }
  guard result >= 0 else {
    kernel.close(fd)
    throw ListenError(address: address, error: result)
  }
  return fd
}
