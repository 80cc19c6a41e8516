package import Configuration
internal import Domains
internal import Proxy
internal import Reactor

/// A listener of the administration with an address.
package final class AdminPort: Sendable {
  package let endpoint: Endpoint
  let listener: Int32
  private let kernel = LinuxKernel()

  package init(_ endpoint: Endpoint) throws(ConfigurationError) {
    self.endpoint = endpoint
    do throws(ListenError) {
      let address = SocketAddress(endpoint.address, port: endpoint.port.number)
      listener = try openListeners(kernel, on: address, workers: 1)[0]
    } catch {
      throw ConfigurationError(
        "--admin '\(endpoint)'", "\(error)", remedy: "name a free port, or stop who has this one")
    }
  }

  /// The next connection.
  func accept() -> (fd: Int32, address: IPAddress)? {
    var peer = SocketAddress.none
    let fd = kernel.accept(listener, peer: &peer)
    return fd >= 0 ? (fd, peer.address) : nil
  }

  func close() { kernel.close(listener) }
}
