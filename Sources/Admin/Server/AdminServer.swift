internal import CLinux
internal import Glibc
internal import Synchronization

/// Serves the administration on a thread of its own: few connections, one request each, bounded in bytes
/// and time. What is asked for is answered by an ``AdminService``.
package final class AdminServer: Sendable {
  private let socket: AdminSocket
  private let service: any AdminService
  private let mailbox: Mailbox
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<UInt64?>(nil)

  package var path: String { socket.path }

  package init(_ socket: AdminSocket, _ service: any AdminService) {
    self.socket = socket
    self.service = service
    mailbox = Mailbox(wake: cl_eventfd())
  }

  package func start() {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    var made: UInt64 = 0
    let result = unsafe cl_thread_start(runServer, context, &made)
    precondition(result == 0, "no thread for the administration (errno \(-result))")
    thread.withLock { $0 = made }
  }

  /// Ends the thread and removes the socket; answers that are being written are finished first.
  package func stop() {
    let made = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    guard let made else { return }
    isStopping.store(true, ordering: .releasing)
    mailbox.signal()
    cl_thread_join(made)
    socket.close()
  }

  fileprivate func run() {
    var connections: [AdminConnection] = []
    var nextTicket: UInt64 = 1
    while true {
      let isEnding = isStopping.load(ordering: .acquiring)
      if isEnding {
        for connection in connections where !connection.wantsToWrite { connection.end() }
        connections.removeAll { !$0.wantsToWrite }
        if connections.isEmpty { return }
      }
      let ready = wait(connections, accepts: !isEnding)
      let now = cl_monotonic_ns()
      cl_eventfd_clear(mailbox.wake)
      for (ticket, outcome) in mailbox.takeAll() {
        guard let index = connections.firstIndex(where: { $0.ticket == ticket }),
          case .waiting = connections[index].state
        else { continue }
        switch outcome {
        case .respond(let response): connections[index].respond(response, now: now)
        case .detach(let head, let owner): connections[index].detach(head, owner, now: now)
        }
      }
      for index in connections.indices {
        if ready & (1 << UInt64(index + 2)) != 0 { progress(&connections[index], now: now) }
        if connections[index].deadline <= now { connections[index].expire(now: now) }
      }
      for connection in connections {
        if case .over = connection.state { connection.end() }
      }
      connections.removeAll { if case .over = $0.state { true } else { false } }
      while !isEnding, connections.count < AdminLimits.connections, let peer = socket.accept() {
        connections.append(
          AdminConnection(fd: peer.fd, ticket: nextTicket, user: peer.user, now: now))
        nextTicket += 1
      }
    }
  }

  private func progress(_ connection: inout AdminConnection, now: UInt64) {
    guard !connection.wantsToWrite else { return connection.write() }
    guard let request = connection.read(now: now) else { return }
    service.handle(request, AdminReply(ticket: connection.ticket, mailbox: mailbox))
  }

  /// Waits until something is to be done; bit 2 and up are the connections.
  private func wait(_ connections: [AdminConnection], accepts: Bool) -> UInt64 {
    let hasRoom = accepts && connections.count < AdminLimits.connections
    let descriptors = [mailbox.wake, hasRoom ? socket.listener : -1] + connections.map(\.fd)
    var writing: UInt64 = 0
    var deadline = UInt64.max
    for (index, connection) in connections.enumerated() {
      if connection.wantsToWrite { writing |= 1 << UInt64(index + 2) }
      deadline = min(deadline, connection.deadline)
    }
    var timeout: Int32 = -1
    if deadline != .max {
      let now = cl_monotonic_ns()
      timeout = deadline > now ? Int32(clamping: (deadline - now) / 1_000_000 + 1) : 0
    }
    var ready: UInt64 = 0
    _ = unsafe cl_poll_many(descriptors, Int32(descriptors.count), writing, &ready, timeout)
    return ready
  }
}

private func runServer(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe cl_name_thread("sluice-admin")
  unsafe Unmanaged<AdminServer>.fromOpaque(context).takeUnretainedValue().run()
  return nil
}
