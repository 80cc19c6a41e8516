internal import Policy
internal import Reactor

// SIGTERM: nothing new is accepted, what is under way may finish until the deadline.
extension Worker {
  @inline(never) mutating func startDraining() {
    isDraining = true
    if isListening {
      isListening = false
      for fd in listeners { _ = kernel.epollDelete(epoll, fd) }
    }
    for fd in listeners { kernel.close(fd) }
    listeners = []
    closeIdleUpstreams()
    if shared.idleUntil == 0 { closeIdle() }
  }

  private mutating func closeIdle() {
    hasClosedIdle = true
    for index in 0..<connections.highWater where isIdle(index) { closeConnection(index) }
  }

  /// Between requests, with nothing of the next one read.
  private func isIdle(_ index: Int) -> Bool {
    connections[index].state == .head && connections[index].heldHead == 0
  }

  mutating func continueDraining() {
    if !hasClosedIdle, now >= shared.idleUntil { closeIdle() }
    if now >= shared.stopDeadline {
      for index in 0..<connections.highWater where connections[index].state != .free {
        // In the numbers of the policy in force, for the record.
        _ = isInOrder(index)
        switch connections[index].state {
        case .tunnel, .hello, .exchange, .connecting, .resolving, .handshake:
          abandon(index, .drained)
        case .head, .lingering: closeConnection(index)
        case .free: break
        }
      }
    }
    if connections.count == 0 { isFinished = true }
  }
}
