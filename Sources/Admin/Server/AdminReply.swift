internal import CLinux
internal import Synchronization

/// The way back to the client of one request. Any thread may take it, once.
package struct AdminReply: Sendable {
  let ticket: UInt64
  let mailbox: Mailbox

  package func send(_ response: AdminResponse) {
    mailbox.put(ticket, .respond(response))
  }

  /// As ``send(_:)``, of what is made on the server's thread.
  package func send(made: @escaping @Sendable () -> AdminResponse) {
    mailbox.put(ticket, .make(made))
  }

  /// Answers with `stream`, until the client goes. `make` is given the eventfd(2) to signal when there is
  /// something to send. It is not called if there are too many streams.
  package func stream(
    type: String, _ make: @escaping @Sendable (_ wake: Int32) -> any AdminStream
  ) {
    mailbox.put(ticket, .stream(type: type, make))
  }

  /// Takes the connection out of the server, for a protocol of its own: `head` is sent, then `owner` is
  /// given the descriptor, which does not block, on the server's thread.
  package func detach(_ head: String, _ owner: @escaping @Sendable (Int32) -> Void) {
    mailbox.put(ticket, .detach(Array(head.utf8), owner))
  }

  enum Outcome: Sendable {
    case respond(AdminResponse)
    case make(@Sendable () -> AdminResponse)
    case stream(type: String, @Sendable (Int32) -> any AdminStream)
    case detach([UInt8], @Sendable (Int32) -> Void)
  }
}

/// Answers on their way to the server's thread.
final class Mailbox: Sendable {
  private let waiting = Mutex<[(ticket: UInt64, outcome: AdminReply.Outcome)]>([])
  /// An eventfd(2) that tells the thread to look.
  let wake: Int32

  init(wake: Int32) { self.wake = wake }

  deinit { _ = cl_close(wake) }

  func put(_ ticket: UInt64, _ outcome: AdminReply.Outcome) {
    waiting.withLock { $0.append((ticket, outcome)) }
    signal()
  }

  func takeAll() -> [(ticket: UInt64, outcome: AdminReply.Outcome)] {
    waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }

  func signal() { _ = cl_eventfd_signal(wake) }
}
