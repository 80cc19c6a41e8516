internal import CLinux
internal import Glibc
internal import Synchronization

/// Serves the administration on a thread of its own: few connections, one request each, bounded in bytes
/// and time. What is asked for is answered by an ``AdminService``.
package final class AdminServer: Sendable {
  private let socket: AdminSocket?
  private let ports: [AdminPort]
  private let service: any AdminService
  private let mailbox: Mailbox
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<UInt64?>(nil)

  /// Where connections begin among the bits of ``wait(_:accepts:)``.
  private static let firstConnection = 8

  /// While no connection can be accepted that waits.
  private static let pauseNanoseconds: UInt64 = 100_000_000

  package init(_ socket: AdminSocket?, _ ports: [AdminPort] = [], _ service: any AdminService) {
    precondition(2 + ports.count <= Self.firstConnection)
    self.socket = socket
    self.ports = ports
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

  /// Ends the thread and closes the listeners; answers that are being written are finished first.
  package func stop() {
    let made = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    guard let made else { return }
    isStopping.store(true, ordering: .releasing)
    mailbox.signal()
    cl_thread_join(made)
    socket?.close()
    for port in ports { port.close() }
  }

  fileprivate func run() {
    var connections: [AdminConnection] = []
    var nextTicket: UInt64 = 1
    // Nobody is accepted before: descriptors have run out, and poll(2) would return at once for ever.
    var pausedUntil: UInt64 = 0
    while true {
      let isEnding = isStopping.load(ordering: .acquiring)
      if isEnding {
        for connection in connections where !isFinishing(connection) { connection.end() }
        connections.removeAll { !isFinishing($0) }
        if connections.isEmpty { return }
      }
      let isPaused = pausedUntil > cl_monotonic_ns()
      let ready = wait(
        connections, accepts: !isEnding && !isPaused, pausedUntil: isPaused ? pausedUntil : .max)
      let now = cl_monotonic_ns()
      cl_eventfd_clear(mailbox.wake)
      deliver(&connections, now: now)
      for index in connections.indices {
        if ready & (1 << UInt64(index + Self.firstConnection)) != 0 {
          progress(&connections[index], now: now)
        }
        connections[index].feed(now: now)
        if connections[index].deadline <= now { connections[index].expire(now: now) }
      }
      for connection in connections {
        if case .over = connection.state { connection.end() }
      }
      connections.removeAll { if case .over = $0.state { true } else { false } }
      guard !isEnding, !isPaused else { continue }
      let before = nextTicket
      accept(&connections, &nextTicket, now: now)
      let wasAsked = ready & ((1 << UInt64(Self.firstConnection)) - 2) != 0
      if wasAsked, nextTicket == before { pausedUntil = now + Self.pauseNanoseconds }
    }
  }

  /// An answer of bounded length that is being written.
  private func isFinishing(_ connection: AdminConnection) -> Bool {
    connection.wantsToWrite && !connection.isStreaming
  }

  private func deliver(_ connections: inout [AdminConnection], now: UInt64) {
    for (ticket, outcome) in mailbox.takeAll() {
      guard let index = connections.firstIndex(where: { $0.ticket == ticket }),
        case .waiting = connections[index].state
      else { continue }
      switch outcome {
      case .respond(let response): connections[index].respond(response, now: now)
      case .make(let make): connections[index].respond(make(), now: now)
      case .detach(let head, let owner): connections[index].detach(head, owner, now: now)
      case .stream(let type, let make):
        guard connections.count(where: \.isStreaming) < AdminLimits.streams else {
          let refusal = AdminResponse.problem(
            503, "\(AdminLimits.streams) streams are open", remedy: "close one of them")
          connections[index].respond(refusal, now: now)
          continue
        }
        let head = AdminResponse(type: type, body: []).streamHead
        connections[index].stream(head, make(mailbox.wake), now: now)
      }
    }
  }

  private func accept(
    _ connections: inout [AdminConnection], _ nextTicket: inout UInt64, now: UInt64
  ) {
    func take(_ fd: Int32, _ source: AdminSource) {
      connections.append(
        AdminConnection(fd: fd, ticket: nextTicket, source: source, now: now))
      nextTicket += 1
    }
    while hasRoom(connections), let peer = socket?.accept() { take(peer.fd, .user(peer.user)) }
    for port in ports {
      while hasAddressRoom(connections), let peer = port.accept() {
        take(peer.fd, .address(peer.address))
      }
    }
  }

  private func hasRoom(_ connections: [AdminConnection]) -> Bool {
    connections.count < AdminLimits.connections
  }

  private func hasAddressRoom(_ connections: [AdminConnection]) -> Bool {
    hasRoom(connections)
      && connections.count(where: \.source.isAddress) < AdminLimits.addressConnections
  }

  private func progress(_ connection: inout AdminConnection, now: UInt64) {
    switch connection.state {
    case .writing: return connection.write()
    case .streaming where connection.wantsToWrite: return
    case .reading, .waiting, .streaming, .over: break
    }
    guard let request = connection.read(now: now) else { return }
    service.handle(request, AdminReply(ticket: connection.ticket, mailbox: mailbox))
  }

  /// Waits until something is to be done; bit 8 and up are the connections.
  private func wait(
    _ connections: [AdminConnection], accepts: Bool, pausedUntil: UInt64
  ) -> UInt64 {
    let isOpen = accepts && hasRoom(connections)
    let areOpen = accepts && hasAddressRoom(connections)
    var descriptors = [mailbox.wake, isOpen ? socket?.listener ?? -1 : -1]
    descriptors += ports.map { areOpen ? $0.listener : -1 }
    descriptors += Array(repeating: -1, count: Self.firstConnection - descriptors.count)
    descriptors += connections.map(\.fd)
    var writing: UInt64 = 0
    var deadline = pausedUntil
    for (index, connection) in connections.enumerated() {
      if connection.wantsToWrite { writing |= 1 << UInt64(index + Self.firstConnection) }
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
