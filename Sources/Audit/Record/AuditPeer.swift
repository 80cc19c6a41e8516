package import Domains

/// A process at the other end of a Unix socket, as the kernel says (SO_PEERCRED, unix(7)).
package struct AuditProcess: Hashable, Sendable, BitwiseCopyable {
  package var user: UInt32
  package var group: UInt32
  /// 0: not of our namespace.
  package var number: UInt32

  package init(user: UInt32, group: UInt32, number: UInt32) {
    self.user = user
    self.group = group
    self.number = number
  }
}

/// Somebody at the other end of a connection.
package enum AuditPeer: Hashable, Sendable, BitwiseCopyable {
  case address(IPAddress, port: UInt16)
  case process(AuditProcess)
}

extension AuditProcess {
  /// As two words of a ring.
  var words: (high: UInt64, low: UInt64) {
    (UInt64(user) << 32 | UInt64(group), UInt64(number))
  }

  init(high: UInt64, low: UInt64) {
    self.init(
      user: UInt32(truncatingIfNeeded: high >> 32), group: UInt32(truncatingIfNeeded: high),
      number: UInt32(truncatingIfNeeded: low))
  }
}
