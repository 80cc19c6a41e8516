package import Domains

/// Every system call that a worker makes, so that the same worker runs on Linux and on a simulated
/// kernel. Conforming types are values that cost nothing to copy; on Linux it is an empty struct and
/// each call compiles to the call itself.
///
/// Calls that can fail return a negative errno (`-Errno.again`); EINTR never comes out.
package protocol Kernel {
  // epoll(7)
  func epollCreate() -> Int32
  func epollAdd(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32
  func epollModify(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32
  func epollDelete(_ epoll: Int32, _ fd: Int32) -> Int32
  /// Waits up to `timeoutMilliseconds` (-1: no limit) and fills `events`; returns how many.
  func epollWait(_ epoll: Int32, _ events: borrowing EventList, timeoutMilliseconds: Int32) -> Int

  // socket(7), tcp(7)
  func streamSocket(_ family: IPAddress.Family) -> Int32
  func datagramSocket(_ family: IPAddress.Family) -> Int32
  func bind(_ fd: Int32, _ address: SocketAddress) -> Int32
  func listen(_ fd: Int32, backlog: Int32) -> Int32
  func accept(_ listener: Int32, peer: inout SocketAddress) -> Int32
  func connect(_ fd: Int32, _ address: SocketAddress) -> Int32
  func localAddress(_ fd: Int32, _ address: inout SocketAddress) -> Int32
  /// Who is at the other end of a Unix socket.
  func peerProcess(_ fd: Int32, _ process: inout PeerProcess) -> Int32
  /// The path of the control group of that process; its length, at most `count`. An error if it cannot
  /// be told for certain.
  func peerCgroup(
    _ fd: Int32, _ process: UInt32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int
  /// SO_ERROR, negated: 0 when the connection stands.
  func socketError(_ fd: Int32) -> Int32
  func shutdownWrite(_ fd: Int32) -> Int32
  func close(_ fd: Int32)
  /// Closes with SO_LINGER 0: the peer sees RST.
  func closeReset(_ fd: Int32)
  func setNoDelay(_ fd: Int32) -> Int32
  func setReuse(_ fd: Int32, port: Bool) -> Int32
  func setV6Only(_ fd: Int32) -> Int32

  /// Whether the connection stands and nothing has come that was not read: recv(2) with MSG_PEEK.
  func isQuiet(_ fd: Int32) -> Bool
  func receive(_ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int) -> Int
  func send(_ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int) -> Int
  /// As `send`, for the last bytes before ``shutdownWrite(_:)``: they wait for it, so that they and
  /// the end of stream leave in one segment (MSG_MORE, send(2)).
  func sendLast(_ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int) -> Int
  func receiveFrom(
    _ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int,
    peer: inout SocketAddress
  ) -> Int

  // pipe(7), splice(2)
  func pipe(size: Int) -> PipeResult
  func splice(from source: Int32, to target: Int32, count: Int, more: Bool) -> Int

  // eventfd(2)
  func eventDescriptor() -> Int32
  func signalEvent(_ fd: Int32)
  func drainEvent(_ fd: Int32)

  // time(7)
  func monotonicNanoseconds() -> UInt64
  func realtimeMicroseconds() -> UInt64
}

/// A new pipe, or the negative errno in `error`.
package struct PipeResult: BitwiseCopyable, Sendable {
  package var error: Int32
  package var readEnd: Int32
  package var writeEnd: Int32

  package init(error: Int32, readEnd: Int32 = -1, writeEnd: Int32 = -1) {
    self.error = error
    self.readEnd = readEnd
    self.writeEnd = writeEnd
  }
}

/// The errno values that Sluice tells apart (errno(3), Linux numbering of every 64-bit platform).
package enum Errno {
  package static let again: Int32 = 11
  package static let noProcess: Int32 = 3
  package static let pipe: Int32 = 32
  package static let mfile: Int32 = 24
  package static let nfile: Int32 = 23
  package static let nobufs: Int32 = 105
  package static let nomem: Int32 = 12
  package static let inProgress: Int32 = 115
  package static let connectionReset: Int32 = 104
  package static let connectionRefused: Int32 = 111
  package static let connectionAborted: Int32 = 103
  package static let timedOut: Int32 = 110
  package static let hostUnreachable: Int32 = 113
  package static let networkUnreachable: Int32 = 101
  package static let invalid: Int32 = 22
  package static let addressInUse: Int32 = 98
  package static let addressNotAvailable: Int32 = 99
  package static let access: Int32 = 13
}
