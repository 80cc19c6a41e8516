/// The process at the other end of a Unix socket when the connection was made (SO_PEERCRED, unix(7)).
package struct PeerProcess: Hashable, Sendable, BitwiseCopyable {
  package var user: UInt32
  /// The primary group.
  package var group: UInt32
  /// 0: the process is not of our namespace.
  package var number: UInt32

  package init(user: UInt32, group: UInt32, number: UInt32) {
    self.user = user
    self.group = group
    self.number = number
  }

  package static let none = PeerProcess(user: .max, group: .max, number: 0)
}
