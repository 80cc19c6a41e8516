internal import Reactor

/// One side of a TCP connection: what has arrived, what was sent and has not, and how it stands
/// (tcp(7)). Both the proxy's sockets and the far ends are made of it.
///
/// Simplified: no loss and no reordering, bytes arrive in one piece or in pieces as the world is
/// told; a send buffer counts as writable as soon as it has a byte of room (Linux waits for a
/// third).
final class Endpoint {
  enum State {
    case unconnected
    case connecting
    case established
    /// Reset by either side, or never connected.
    case closed
  }

  var state = State.unconnected
  var local = SocketAddress.none
  var remote = SocketAddress.none
  var peer: Endpoint?

  /// Arrived and not yet read.
  var received = ByteQueue()
  /// Sent and not yet arrived.
  var outgoing = ByteQueue()
  var receiveCapacity = 1 << 16
  var sendCapacity = 1 << 16

  /// Shut for sending; the end follows the last of `outgoing`.
  var isShutForSending = false
  var hasEndArrived = false
  var isEndReceived = false
  /// SO_ERROR: cleared by the call that reports it.
  var error: Int32 = 0
  /// The last send(2) took less than it was given: when there is room, that is an edge.
  var lacksSpace = false
  /// A read was cut short: what it left "arrives" with the next delivery.
  var isReadCut = false
  /// Nobody holds it any more; what still arrives is answered with a reset.
  var isOrphan = false
  /// Was reset by the other side.
  var wasReset = false
  /// Called whenever epoll would be told.
  var onChange: (() -> Void)?

  var space: Int { max(sendCapacity - outgoing.count, 0) }

  /// What poll(2) says.
  var readiness: Events {
    switch state {
    case .unconnected: return .writable | .hangUp
    case .connecting: return Events(rawValue: 0)
    case .closed:
      let all: Events = .readable | .writable | .peerClosed | .hangUp
      return error == 0 ? all : all | .error
    case .established:
      var events = Events(rawValue: 0)
      if !received.isEmpty || isEndReceived { events = events | .readable }
      if isEndReceived { events = events | .peerClosed }
      if isShutForSending || space > 0 { events = events | .writable }
      if isShutForSending && isEndReceived { events = events | .hangUp }
      if error != 0 { events = events | .error }
      return events
    }
  }

  /// recv(2): bytes before an end, an end before an error, as Linux has it.
  func receive(_ count: Int, cut: Bool) -> Result {
    if !received.isEmpty {
      if cut { isReadCut = true }
      return .bytes(received.take(count))
    }
    if isEndReceived { return .end }
    if error != 0 { return .failure(takeError()) }
    return state == .closed ? .end : .failure(Errno.again)
  }

  enum Result {
    case bytes([UInt8])
    case end
    /// An errno.
    case failure(Int32)
  }

  /// How many of `count` bytes send(2) takes now, or a negative errno.
  func admission(_ count: Int) -> Int {
    if error != 0 { return -Int(takeError()) }
    switch state {
    case .connecting: return -Int(Errno.again)
    case .unconnected, .closed: return -Int(Errno.pipe)
    case .established: break
    }
    if isShutForSending { return -Int(Errno.pipe) }
    let taken = min(count, space)
    if taken < count { lacksSpace = true }
    return taken == 0 && count > 0 ? -Int(Errno.again) : taken
  }

  func takeError() -> Int32 {
    let reported = error
    error = 0
    return reported
  }

  /// A reset arrives. After the peer's end it is told as EPIPE.
  func receiveReset() {
    guard state != .closed else { return }
    error = isEndReceived ? Errno.pipe : Errno.connectionReset
    wasReset = true
    abandonSending()
    onChange?()
  }

  /// Ends without a word to the other side.
  func abandonSending() {
    state = .closed
    outgoing.removeAll()
    peer = nil
  }
}
