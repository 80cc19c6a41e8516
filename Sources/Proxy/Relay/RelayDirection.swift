/// One direction of a relay: what was read from the source and not yet taken by the target, and what
/// is known of both ends.
struct RelayDirection: BitwiseCopyable {
  /// Bytes moved to the target.
  var bytes: UInt64 = 0
  /// When the target last took something of what waits for it; monotonic nanoseconds.
  var blockedSince: UInt64 = 0
  /// Number + 1 of the buffer with the unsent remainder; 0: none.
  var remainder: UInt32 = 0
  var remainderOffset: UInt32 = 0
  var remainderCount: UInt32 = 0
  /// Number + 1 of the borrowed pipe; 0: the direction copies.
  var pipe: UInt32 = 0
  var pipeCount: UInt32 = 0
  /// The source may have bytes: epoll said so, and no short read has shown it empty since.
  var isReadable = false
  /// The source's peer has sent FIN (or worse): read on until it shows.
  var isPeerClosed = false
  /// The source's peer has reset the connection. Behind an end of stream no read would show it.
  var isReset = false
  /// End of stream was read from the source.
  var isEnded = false
  /// End of stream was passed on to the target.
  var isEndPassed = false
  /// Something waits for the target.
  @inline(__always) var isBlocked: Bool { remainderCount != 0 || pipeCount != 0 }
}
