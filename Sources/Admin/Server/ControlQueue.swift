internal import CLinux
internal import Synchronization

/// What the administration asks of the control thread.
package enum ControlCommand: Sendable {
  /// `by` says who asks, as ``AdminIdentity`` does.
  case reload(AdminReply, by: String)
  case drain(AdminReply, by: String)
  case change(EnvironmentChange, AdminReply, by: String)
  /// Another process takes over: it is at the other end of the descriptor.
  case handOver(Int32)
}

/// Commands on their way to the control thread.
package final class ControlQueue: Sendable {
  private let waiting = Mutex<[ControlCommand]>([])
  /// An eventfd(2) that is readable while commands wait.
  package let descriptor = cl_eventfd()

  /// More wait for nothing: the control thread does one after the other.
  static let limit = 64

  package init() {}

  deinit { _ = cl_close(descriptor) }

  /// No if too many wait already.
  func put(_ command: ControlCommand) -> Bool {
    let isTaken = waiting.withLock { waiting in
      guard waiting.count < Self.limit else { return false }
      waiting.append(command)
      return true
    }
    if isTaken { _ = cl_eventfd_signal(descriptor) }
    return isTaken
  }

  package func takeAll() -> [ControlCommand] {
    cl_eventfd_clear(descriptor)
    return waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
