package import Domains

/// Who is at the other end of a connection to the administration.
package enum AdminSource: Hashable, Sendable {
  /// By the Unix socket, as the kernel says: root or the user of this process.
  case user(UInt32)
  /// By TCP. Nothing but a token says who that is.
  case address(IPAddress)

  var isAddress: Bool { if case .address = self { true } else { false } }
}
