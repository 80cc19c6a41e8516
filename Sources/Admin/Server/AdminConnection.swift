internal import CLinux

/// One connection to the administration: a request is read, waits for its answer, and that is written.
struct AdminConnection {
  enum State {
    case reading
    case waiting
    case writing
    /// What a stream has to say is written as it comes.
    case streaming
    case over
  }

  let fd: Int32
  let ticket: UInt64
  let source: AdminSource
  private(set) var state = State.reading
  /// Monotonic nanoseconds: what it is at must be done by then.
  private(set) var deadline: UInt64
  private var bytes: [UInt8] = []
  private var sent = 0
  /// See ``RequestProgress``.
  private var searched = 0
  private var least = 0
  private var owner: (@Sendable (Int32) -> Void)?
  private var stream: (any AdminStream)?

  init(fd: Int32, ticket: UInt64, source: AdminSource, now: UInt64) {
    self.fd = fd
    self.ticket = ticket
    self.source = source
    deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
  }

  /// Bytes wait to be taken.
  var wantsToWrite: Bool {
    switch state {
    case .writing: true
    case .streaming: sent < bytes.count
    case .reading, .waiting, .over: false
    }
  }

  var isStreaming: Bool { stream != nil }

  /// Reads what is there; gives the request once it is whole.
  mutating func read(now: UInt64) -> AdminRequest? {
    var chunk = [UInt8](repeating: 0, count: 8192)
    let count = unsafe chunk.withUnsafeMutableBytes { unsafe cl_read(fd, $0.baseAddress, $0.count) }
    if count == -11 { return nil }
    guard count > 0, case .reading = state else {
      // A client that goes away before its answer needs none, and nothing may follow a request.
      state = .over
      return nil
    }
    bytes += chunk[..<count]
    guard bytes.count >= least else { return nil }
    switch AdminRequest.read(bytes, from: searched, source: source) {
    case .incomplete(let searched, let least):
      self.searched = searched
      self.least = least
      return nil
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

  /// Sends `head`, and from then on what `stream` has to say.
  mutating func stream(_ head: [UInt8], _ stream: any AdminStream, now: UInt64) {
    self.stream = stream
    start(head, now: now)
    if case .over = state { return }
    state = .streaming
    deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
    feed(now: now)
  }

  /// Sends what the stream has, as far as the client takes it.
  mutating func feed(now: UInt64) {
    guard case .streaming = state, let stream else { return }
    while true {
      if sent == bytes.count {
        bytes = stream.next(room: AdminLimits.streamBytes)
        sent = 0
        if bytes.isEmpty { return }
        deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
      }
      let before = sent
      write()
      if sent > before { deadline = now + UInt64(AdminLimits.ioMilliseconds) * 1_000_000 }
      if case .over = state { return }
      if sent < bytes.count { return }
      deadline = now + UInt64(AdminLimits.heartbeatMilliseconds) * 1_000_000
    }
  }

  private mutating func start(_ bytes: [UInt8], now: UInt64) {
    self.bytes = bytes
    sent = 0
    state = stream == nil ? .writing : .streaming
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
    if stream == nil { state = .over }
  }

  /// Its time is up: a client that sent half a request is told, any other has gone.
  mutating func expire(now: UInt64) {
    switch state {
    case .waiting: respond(.problem(503, "no answer in time; see the log"), now: now)
    case .streaming where sent == bytes.count:
      bytes = stream?.heartbeat ?? []
      sent = 0
      deadline = now + UInt64(AdminLimits.heartbeatMilliseconds) * 1_000_000
      write()
    case .reading, .writing, .streaming, .over: state = .over
    }
  }

  /// Closes it, or gives it to whom it was promised.
  func end() {
    stream?.end()
    if let owner, sent == bytes.count { return owner(fd) }
    _ = cl_close(fd)
  }
}
