package import Audit
internal import Domains
internal import Policy
package import Reactor
internal import Resolver
internal import Synchronization
internal import Wire

/// One thread's proxy: its epoll loop, its listeners, its connections and all memory that they use.
/// It shares nothing that changes with other workers but the words of ``SharedState``.
///
/// The life of a request, and where it is: `+Accept`, `+Peer` and `+ProxyHeader` (who is at the other end), `+Intake` (head to decision), `+Dial` (resolve,
/// guard, connect), then `+Tunnel`, by way of `+Hello` where TLS is expected, or `+Exchange`, `+Refuse` for every answer of our own, `+Close`.
package struct Worker<K: Kernel>: ~Copyable {
  let kernel: K
  let limits: Limits
  /// What is decided from; ``policy`` keeps it alive.
  var snapshot: PolicyInForce
  var policy: PolicySnapshot
  /// Goes over with each change of policy: a connection of the other parity is still in the numbers of
  /// the snapshot before.
  var parity = false
  var settling = Settling()
  /// From the snapshot before to this one.
  var succession: Succession
  let shared: SharedState
  /// What this worker counts, in memory of ``shared``.
  let counters: WorkerCounters
  let number: Int

  let epoll: Int32
  let wake: Int32
  var listeners: [Int32]
  let listenerCount: Int
  /// A bit for each listener that is a Unix socket.
  let unixListeners: UInt64
  var isListening = true
  /// Monotonic nanoseconds.
  var resumeNotBefore: UInt64 = 0
  /// Connections to accept in one turn: grows while there are more, so that a lone connection costs
  /// no second accept(2) that finds nothing.
  var acceptBudget = 1
  /// Held open so that one connection can be answered when descriptors have run out.
  var reserve: Int32

  var connections: Slab<Connection>
  /// By the index of the connection, and the paths of control groups.
  var peers: Slab<Peer>
  let cgroupPaths: ByteBuffer
  /// By the index of the connection, of those whose environment has limits.
  var limitStates: Slab<LimitState>
  var exchanges: Slab<Exchange>
  var dials: Slab<Dial>
  var timers: TimerWheel
  /// By the index of the connection, twice: what its directions have of a bandwidth, and when they may go
  /// on. Memory that nobody touches where there is no limit.
  var paces: Slab<Pace>
  var paceTimers: TimerWheel
  var heads: BufferPool
  var hellos: HelloPools
  var pools: RelayPools<K>
  /// Announced trailer fields, each with their announcement, until their message is whole.
  var trailers: BufferPool
  var pool: UpstreamPool
  /// Output of one send; nothing stays in it between calls.
  let out: ByteBuffer
  let texts: Texts
  /// Host names of connections up to ``nameBytes`` long; longer ones in `longNames`, 256 bytes each,
  /// whose memory is touched by those alone.
  let names: ByteBuffer
  let longNames: ByteBuffer
  var key = HostKey()
  var hostKey = HostKey()
  let credentials: CredentialCheck
  var failures: FailureTable
  /// Connections to look at again in this turn, and those that wait for a remainder buffer.
  var ready: IndexQueue
  var starved: IndexQueue

  var resolver: Resolver
  var journal: Journal

  /// Monotonic nanoseconds, read once a turn.
  var now: UInt64
  /// Wall clock less monotonic clock, in microseconds, looked at once a second.
  var wallOffset: Int64
  var wallChecked: UInt64
  var today: Day
  var ids = RequestIDSource()
  /// Where half-open connections count, by their index; and how many of one source there may be.
  var halfOpenPlaces: Slab<HalfOpenCounts.Place>
  let halfOpenMax: Int
  var relief = Relief()
  /// Lingering connections that were one over a limit.
  var turnedAway = 0
  var isDraining = false
  var hasClosedIdle = false
  var turns: UInt32 = 0
  /// More events may wait than this turn got.
  var isBatchFull = false
  var isFinished = false
  /// A question of the administration is being answered.
  var isInquiring = false
  var inquiring = Inquiring()

  /// Where in the scratch buffer the client's own spelling of the target is, for the record of a
  /// refusal in the same call.
  var recordRaw: Texts.Place?
  /// What an upstream proxy answered, for the record of the end in the same call; 0: nothing.
  var upstreamStatus: UInt16 = 0

  /// The limit that refuses the request, for the answer in the same call.
  var limitHit: LimitHit?
  /// The request in the same call has waited for a place, and was counted before.
  var hasWaited = false

  /// What exactly was wrong, for the next record.
  var recordDetail: StaticString = ""

  let events = EventList(capacity: 256)

  /// Makes a worker a type that cannot be moved while it is borrowed. Without it each call of a method
  /// that does not mutate copied all of it, 3 KiB, to the stack (Swift 6.3.1).
  private let pin = Atomic(false)

  package init(
    kernel: K, configuration: WorkerConfiguration, shared: SharedState, journal: consuming Journal
  ) {
    // Of the parameter: with Swift 6.3.1 an autoclosure that reads `self` here, while half of it is
    // made, has the whole of it destroyed in debug builds.
    precondition(
      configuration.limits.headBytes <= 32768, "heads are put together in buffers of 64 KiB")
    self.kernel = kernel
    limits = configuration.limits
    policy = configuration.snapshot
    snapshot = PolicyInForce(configuration.snapshot)
    succession = Succession(from: configuration.snapshot, to: configuration.snapshot)
    self.shared = shared
    counters = shared.counters.counters(configuration.number)
    number = configuration.number
    now = kernel.monotonicNanoseconds()
    let wall = kernel.realtimeMicroseconds()
    wallOffset = Int64(wall) - Int64(now / 1000)
    wallChecked = now
    today = Day(unixSeconds: Int64(wall / 1_000_000))

    epoll = kernel.epollCreate()
    wake = configuration.wake
    listeners = configuration.listeners
    listenerCount = configuration.listenerCount
    unixListeners = configuration.unixListeners.reduce(0) { $0 | (1 << UInt64($1)) }
    reserve = kernel.eventDescriptor()

    let capacity = limits.connections + limits.overflowConnections
    connections = Slab(capacity: capacity)
    peers = Slab(capacity: capacity)
    limitStates = Slab(capacity: capacity)
    cgroupPaths = ByteBuffer(count: capacity * limits.cgroupBytes)
    exchanges = Slab(capacity: min(limits.exchanges, capacity))
    dials = Slab(capacity: min(limits.dials, capacity))
    timers = TimerWheel(capacity: capacity, now: now)
    paces = Slab(capacity: 2 * capacity)
    paceTimers = TimerWheel(capacity: 2 * capacity, now: now, step: Self.paceTick)
    // What came behind a request body is held like a head: at most one copying read.
    heads = BufferPool(
      buffers: min(limits.heldHeads, 2 * capacity),
      stride: max(limits.headBytes, Relay<K>.copyBytes))
    hellos = HelloPools(limits: limits, connections: capacity)
    pools = RelayPools(kernel: kernel, limits: limits)
    trailers = BufferPool(
      buffers: min(limits.trailers, 2 * capacity),
      stride: TrailerSection.announcementLimit + ChunkedDecoder.maximumTrailerLength)
    pool = UpstreamPool(
      capacity: capacity + limits.idleUpstreams, seed: configuration.resolver.seed)
    out = ByteBuffer(count: 1 << 16)
    texts = Texts(pseudonym: configuration.pseudonym)
    texts.setDate(unixSeconds: Int64(wall / 1_000_000))
    names = ByteBuffer(count: capacity * Self.nameBytes)
    longNames = ByteBuffer(count: capacity * 256)
    credentials = CredentialCheck()
    failures = FailureTable(
      sources: limits.failureSources, limit: limits.credentialFailures,
      window: limits.credentialFailureWindow)
    halfOpenPlaces = Slab(capacity: capacity)
    halfOpenMax = min(limits.halfOpenPerSource, max(limits.connections / 4, 16))
    ready = IndexQueue(capacity: capacity)
    starved = IndexQueue(capacity: capacity)
    resolver = Resolver(
      kernel: kernel, epoll: epoll, tokenBase: Token.base(.resolver),
      settings: configuration.resolver)
    self.journal = journal
    shared.limiter.prepare(configuration.snapshot)
    useNameServers()
    showCapacities()

    // What an idle tunnel costs, beside its name and its timer; docs/architecture.md counts on it.
    assert(MemoryLayout<Connection>.stride <= 256, "a connection is four cache lines")
    precondition(epoll >= 0 && wake >= 0, "no descriptor for the event loop")
    _ = kernel.epollAdd(epoll, wake, .readable, token: Token(.wake).rawValue)
    for fd in listeners {
      _ = kernel.epollAdd(epoll, fd, .listener, token: Token(.listener, fd: fd).rawValue)
    }
  }

  /// Serves until told to stop and the last connection has ended.
  package mutating func run() {
    while !isFinished { turn(timeoutMilliseconds: waitTime()) }
    retire()
  }

  /// One turn of the loop: waits for events up to `timeoutMilliseconds`, then handles all of them.
  package mutating func turn(timeoutMilliseconds: Int32) {
    let count = kernel.epollWait(epoll, events, timeoutMilliseconds: timeoutMilliseconds)
    now = kernel.monotonicNanoseconds()
    if now - wallChecked > Limits.second { checkWallClock() }
    isBatchFull = count == events.capacity
    if pool.idleCount > 0 { closeUselessUpstreams(count) }
    var index = 0
    while index < count {
      dispatch(events[index])
      index += 1
    }
    runReady()
    if paceTimers.count > 0 { runPaces() }
    while let index = timers.nextExpired(now: now) {
      if isInOrder(index) { timerExpired(index) }
    }
    runResolver()
    expireUpstreams()
    resumeListening()
    if settling.isUnderWay { continueSettling() }
    if relief.pressure != .none { relieve() }
    if isInquiring { continueInquiry() }
    if resolver.isUntidy { resolver.tidy(now: now) }
    journal.flushHint()
    if isDraining { continueDraining() }
    showUse()
    noteTurn(events: count)
  }

  /// How long the loop may sleep, in milliseconds; -1: until an event.
  package func waitTime() -> Int32 {
    if !ready.isEmpty || settling.isWalking || settling.upstreamsBefore != nil || isInquiring {
      return 0
    }
    // A buffer came back after the queue of those that wait for one was looked at.
    if !starved.isEmpty && pools.remainders.available > 0 { return 0 }
    var wait = timers.timeoutMilliseconds(now: now)
    wait = shortened(wait, by: resolver.nextDeadline(now: now))
    wait = shortened(wait, by: upstreamDeadline)
    wait = shortened(wait, by: settling.graceEnd)
    if paceTimers.count > 0 {
      let turn = paceTimers.timeoutMilliseconds(now: now)
      wait = wait < 0 ? turn : min(wait, turn)
    }
    if isDraining || !isListening || relief.pressure != .none {
      wait = wait < 0 ? 100 : min(wait, 100)
    }
    return wait
  }

  /// A wait as ``waitTime()`` gives it that ends at `deadline` at the latest, and after a minute.
  @inline(__always) private func shortened(_ wait: Int32, by deadline: UInt64?) -> Int32 {
    guard let deadline else { return wait }
    let time = deadline > now ? Int32(min((deadline - now + 999_999) / 1_000_000, 60_000)) : 0
    return wait < 0 ? time : min(wait, time)
  }

  private mutating func dispatch(_ event: ReadyEvent) {
    let token = Token(rawValue: event.token)
    if token.isSpecial { return dispatchSpecial(token, event.events) }
    let index = token.index
    guard index < connections.capacity, connections[index].generation == token.generation,
      connections[index].state != .free, isInOrder(index)
    else { return }
    if token.socket == 0 {
      clientEvent(index, event.events)
    } else {
      upstreamEvent(index, token.socket, event.events)
    }
  }

  private mutating func dispatchSpecial(_ token: Token, _ events: Events) {
    switch token.special {
    case .listener: acceptConnections(token.fd)
    case .wake:
      kernel.drainEvent(wake)
      takeUpPolicy()
      takeUpInquiry()
      if shared.isStopping && !isDraining { startDraining() }
    case .resolver:
      resolver.handle(
        fd: token.fd, channel: token.channel,
        readable: events.contains(.readable | .dead),
        writable: events.contains(.writable), now: now)
    case .pooled: pooledEvent(token, events)
    case nil: break
    }
  }

  private mutating func clientEvent(_ index: Int, _ events: Events) {
    if events.contains(.anyInput) {
      connections[index].up.isReadable = true
      if events.contains(.anyEnd) {
        connections[index].up.isPeerClosed = true
      }
    }
    switch connections[index].state {
    case .free: break
    case .tunnel: tunnelEvent(index, fromClient: true, events)
    case .hello: helloEvent(index, fromClient: true, events)
    case .head:
      // What came behind the request before is looked at first; it is queued.
      if connections[index].waitsForSlot {
        if events.contains(.dead) { closeConnection(index) }
      } else if !connections[index].hasPipelined {
        readHead(index)
      }
    case .resolving, .connecting, .handshake:
      // Both sides shut, or reset: nobody waits for an answer any more. A client that only closed
      // its sending side still gets one.
      if events.contains(.dead) { abandon(index, .clientReset) }
    case .exchange: exchangeEvent(index, fromClient: true, events)
    case .lingering: linger(index)
    }
  }

  private mutating func upstreamEvent(_ index: Int, _ socket: UInt8, _ events: Events) {
    if connections[index].state == .connecting { return attemptEvent(index, socket, events) }
    // Events of an attempt that lost the race.
    guard socket == connections[index].upstreamSocket else { return }
    upstreamReady(index, events)
  }

  /// An event of the upstream that the connection uses.
  mutating func upstreamReady(_ index: Int, _ events: Events) {
    if events.contains(.anyInput) {
      connections[index].down.isReadable = true
      if events.contains(.anyEnd) {
        connections[index].down.isPeerClosed = true
      }
    }
    switch connections[index].state {
    case .tunnel: tunnelEvent(index, fromClient: false, events)
    case .hello: helloEvent(index, fromClient: false, events)
    case .exchange: exchangeEvent(index, fromClient: false, events)
    case .handshake: readConnectAnswer(index)
    case .free, .head, .resolving, .connecting, .lingering: break
    }
  }

  /// Looks again at connections that used up their share of a turn, or waited for a buffer.
  private mutating func runReady() {
    while pools.remainders.available > 0, let index = starved.pop() {
      connections[index].isStarved = false
      queue(index)
    }
    var budget = ready.count
    while budget > 0, let index = ready.pop() {
      budget -= 1
      connections[index].isQueued = false
      guard isInOrder(index) else { continue }
      switch connections[index].state {
      case .tunnel: runTunnel(index)
      case .hello: runHello(index)
      case .exchange: runExchange(index)
      case .head:
        if connections[index].waitsForSlot { continue }
        if connections[index].hasPipelined {
          examinePipelined(index)
        } else {
          readHead(index)
        }
      case .free, .resolving, .connecting, .handshake, .lingering: break
      }
    }
  }

  /// Queues `index` for another look; `starved`: only once a remainder buffer is free.
  mutating func queue(_ index: Int, starved isStarved: Bool = false) {
    if isStarved {
      guard !connections[index].isStarved else { return }
      connections[index].isStarved = true
      starved.push(index)
    } else {
      guard !connections[index].isQueued else { return }
      connections[index].isQueued = true
      ready.push(index)
    }
  }

  private mutating func runResolver() {
    if let deadline = resolver.nextDeadline(now: now), deadline <= now { resolver.expire(now: now) }
    while let completion = resolver.nextCompletion() {
      let token = Token(rawValue: completion.waiter)
      let index = token.index
      guard connections[index].generation == token.generation,
        connections[index].state == .resolving, isInOrder(index)
      else { continue }
      connections[index].dnsMicroseconds = completion.dnsMicroseconds
      counters.observe(.resolution, microseconds: UInt64(completion.dnsMicroseconds))
      resolved(index, completion.result)
    }
  }

  private mutating func checkWallClock() {
    let wall = kernel.realtimeMicroseconds()
    wallOffset = Int64(wall) - Int64(now / 1000)
    wallChecked = now
    today = Day(unixSeconds: Int64(wall / 1_000_000))
    texts.setDate(unixSeconds: Int64(wall / 1_000_000))
  }
}
