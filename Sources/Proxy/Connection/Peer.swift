internal import Reactor

/// The other end of a connection where there is more to know than its address: a process behind a Unix
/// listener, or a peer that begins with a PROXY header. One for each connection that has it
/// (`Connection.hasPeer`); the memory of the others is never touched.
struct Peer: BitwiseCopyable {
  /// Whose the connection is.
  enum Source: UInt8 {
    /// The peer's own: nobody asked for a header.
    case own
    /// A header has still to come.
    case undecided
    /// The peer's own, as its header says (`LOCAL`).
    case peer
    /// That of the client whom the header names; the connection's client address.
    case client
    /// That of somebody whom the header does not name.
    case unnamed
  }

  var isProcess = false
  /// No: the kernel does not say which process it is.
  var isKnown = true
  var source = Source.own
  /// Bytes of the path of the process's control group; 0: not asked for, -1: it cannot be told.
  var cgroupLength: Int16 = 0
  var address = SocketAddress.none
  var process = PeerProcess.none
}
