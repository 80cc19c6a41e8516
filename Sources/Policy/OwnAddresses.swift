package import Domains

/// Where this process listens itself. Dialling any of it would make the proxy its own client, so it is
/// refused for every environment, even where an address rule opens the range.
///
/// The addresses are those of the moment the snapshot was made: an address that the machine gets later
/// counts only after the next snapshot. Loopback needs no list.
///
/// An IPv4 address inside an IPv6 form counts as the IPv4 address, and the unspecified address counts
/// as every listener's, because Linux connects it to loopback.
package struct OwnAddresses: Hashable, Sendable {
  /// A listening socket. No address means that it is bound to the wildcard.
  package struct Listener: Hashable, Sendable, BitwiseCopyable {
    package let address: IPAddress?
    package let port: Port

    package init(address: IPAddress?, port: Port) {
      self.address = address
      self.port = port
    }
  }

  /// Every listening socket: proxy, admin, metrics.
  package let listeners: [Listener]
  /// The addresses of this machine's interfaces; they matter for wildcard listeners only.
  package let localAddresses: [IPAddress]

  package init(listeners: [Listener] = [], localAddresses: [IPAddress] = []) {
    self.listeners = listeners.map {
      Listener(address: $0.address.map(AddressGuard.unwrapped), port: $0.port)
    }
    self.localAddresses = localAddresses.map(AddressGuard.unwrapped)
  }
}
