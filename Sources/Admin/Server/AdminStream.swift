/// A body without an end, taken piece by piece when there is room for it. Used by the server's thread.
package protocol AdminStream: AnyObject, Sendable {
  /// What there is to send now, about `room` bytes at most; empty: nothing.
  func next(room: Int) -> [UInt8]
  /// What says that the stream is still there while it has nothing to say.
  var heartbeat: [UInt8] { get }
  /// The client has gone, or was dropped.
  func end()
}
