internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// Who an origin is told that a plain HTTP request is for, where the environment asks for it.
extension Worker {
  /// What a request says of its client, by the environment that it is carried out in.
  func forwardedClient(_ index: Int) -> ForwardedClient {
    switch snapshot.treatment(of: environment(index)).forwardedField {
    case .off: .unsaid
    case .xForwardedFor: .xForwardedFor(clientAddress(index))
    case .forwarded: .forwarded(clientAddress(index))
    }
  }

  /// `nil`: it has none.
  private func clientAddress(_ index: Int) -> IPAddress? {
    isProcess(index) ? nil : connections[index].clientAddress.address
  }
}
