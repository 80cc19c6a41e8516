internal import CLinux

/// One connection to the administration: a request is read, waits for its answer, and that is written.
struct AdminConnection {
  enum State {
    case reading
    case waiting
    case writing
    case over
  }

  let fd: Int32
  let ticket: UInt64
  private let user: UInt32
  private(set) var state = State.reading
  /// Monotonic nanoseconds: what it is at must be done by then.
  private(set) var deadline: UInt64
  private var bytes: [UInt8] = []
  private var sent = 0
  private var owner: (@Sendable (Int32) -> Void)?

  init(fd: Int32, ticket: UInt64, user: UInt32, now: UInt64) {
    self.fd = fd
    self.ticket = ticket
    self.user = user
    deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
  }

  var wantsToWrite: Bool { state == .writing }

  /// Reads what is there; gives the request once it is whole.
  mutating func read(now: UInt64) -> AdminRequest? {
    var chunk = [UInt8](repeating: 0, count: 8192)
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe cl_read(fd, $0.baseAddress, $0.count) }
    if count == -11 { return nil }
    guard count > 0, state == .reading else {
      // A client that goes away before its answer needs none.
      state = .over
      return nil
    }
    bytes += chunk[..<count]
    switch AdminRequest.read(bytes, user: user) {
    case .incomplete: return nil
    case .refused(let response):
      respond(response, now: now)
      return nil
    case .request(let request):
      state = .waiting
      deadline = now + UInt64(AdminLimits.workMilliseconds) * 1_000_000
      return request
    }
  }

  mutating func respond(_ response: AdminResponse, now: UInt64) {
    start(response.bytes, now: now)
  }

  /// Sends `head`, and then gives the descriptor away.
  mutating func detach(
    _ head: [UInt8], _ owner: @escaping @Sendable (Int32) -> Void, now: UInt64
  ) {
    self.owner = owner
    start(head, now: now)
  }

  private mutating func start(_ bytes: [UInt8], now: UInt64) {
    self.bytes = bytes
    sent = 0
    state = .writing
    deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
    write()
  }

  mutating func write() {
    while sent < bytes.count {
      let rest = bytes[sent...]
      let count = unsafe rest.withUnsafeBytes { unsafe cl_send(fd, $0.baseAddress, $0.count) }
      if count == -11 { return }
      guard count > 0 else {
        state = .over
        return
      }
      sent += count
    }
    state = .over
  }

  /// Its time is up: a client that sent half a request is told, any other has gone.
  mutating func expire(now: UInt64) {
    if state == .waiting {
      respond(.problem(503, "no answer in time; see the log"), now: now)
    } else {
      state = .over
    }
  }

  /// Closes it, or gives it to whom it was promised.
  func end() {
    if let owner, sent == bytes.count { return owner(fd) }
    _ = cl_close(fd)
  }
}
