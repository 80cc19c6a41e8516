package import Domains

/// An address and port as sockets use them. Port 0 is "any" when binding.
package struct SocketAddress: Hashable, Sendable, BitwiseCopyable {
  package var address: IPAddress
  package var port: UInt16

  package init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  package static let none = SocketAddress(IPAddress(v4: 0), port: 0)
}
