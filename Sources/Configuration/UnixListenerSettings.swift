/// A Unix socket on which programs reach the proxy.
package struct UnixListenerSettings: Hashable, Sendable {
  package let path: String
  /// Permission bits: who may write to it may connect.
  package var mode: UInt32
  /// `nil`: that of the process.
  package var owner: UInt32?
  package var group: UInt32?

  package static let standardMode: UInt32 = 0o660

  package init(
    path: String, mode: UInt32 = standardMode, owner: UInt32? = nil, group: UInt32? = nil
  ) {
    self.path = path
    self.mode = mode
    self.owner = owner
    self.group = group
  }
}

extension Settings {
  /// Every listener as it is written, in the order of their numbers.
  package var listenerPlaces: [String] {
    listen.map(\.description) + inherited.map { "systemd:\($0)" }
      + unixListeners.map { "unix:\($0.path)" }
  }
}
