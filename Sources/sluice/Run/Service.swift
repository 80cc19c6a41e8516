import Admin
import Audit
import CLinux
import Configuration
import Domains
import Glibc
import Logging
import Policy
import Proxy
import Reactor
import Resolver
import Review

/// The running proxy: opens everything, starts the workers, then waits for signals until the last
/// worker has ended.
struct Service {
  private var settings: Settings
  private let source: ConfigurationSource
  private let replaces: Bool
  private let log: Logger

  init(_ settings: Settings, _ source: ConfigurationSource, replaces: Bool) {
    self.replaces = replaces
    self.settings = settings
    self.source = source
    LoggingSystem.bootstrap { _ in StandardErrorLog(settings) }
    log = Logger(label: "sluice")
  }

  mutating func run() throws {
    cl_ignore_sigpipe()
    // Before any thread is made, so that no thread ever takes one of them.
    let signals = try signalDescriptor()
    let workers = settings.workers ?? max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    // As they were asked for: a reload compares itself with them.
    let asked = settings
    fitConnections(workers: workers)
    let files = source.files(of: settings)
    let marks = FileWatch.marks(files)
    let inherited = try takeInherited()
    let endpoints = inherited.compactMap(\.endpoint)
    let isWildcard = hasWildcard(settings.listen + settings.adminEndpoints + endpoints)
    let kept = try Overrides(path: statePath("overrides.json"))
    let overrides = kept.only(settings.environmentNames)
    for name in kept.current.keys.sorted() where overrides.current[name] == nil {
      log.notice("no environment '\(name.printable)' any more: its changes are forgotten")
    }
    settings = settings.overridden(by: overrides.current)
    let snapshot = try settings.makeSnapshot(
      generation: 1, localAddresses: isWildcard ? LocalAddresses.current() : [],
      otherListeners: endpoints)
    let takeover = try takeOver()
    var unix = UnixListeners()
    // Those of a process that goes on are its own.
    defer { unix.removeOwned() }
    let listeners = try openAll(
      inherited, workers: workers, given: takeover?.listeners ?? [], &unix)
    // From here on nothing is left to go wrong but the audit log itself.
    try takeover?.requestRelease()
    let audit = try openAudit(workers: workers)
    for notice in audit.notices { log.notice("\(notice)") }
    audit.start()
    noteStart(audit, snapshot, workers: workers)

    let pseudonym = "sluice-\(String(randomWord() & 0xffff_ffff, radix: 16))"
    let shared = SharedState(workers: workers, limiterKeys: settings.limits.limiterKeys)
    var quotas = QuotaFile(path: try statePath("quota"))
    for notice in quotas.synchronize(shared, snapshot) { log.notice("\(notice)") }
    let board = StatusBoard(settings: settings, snapshot: snapshot, overrides: overrides)
    let queue = ControlQueue()
    let report = StatusReport(
      board: board, shared: shared, audit: audit, version: Version.number,
      listeners: settings.listenerPlaces,
      workers: workers,
      connectionLimit: settings.limits.connections)
    let metrics = MetricsSource(
      board: board, shared: shared, audit: audit, version: Version.number,
      connectionLimit: settings.limits.connections)
    let wakes = (0..<workers).map { _ in cl_eventfd() }
    let routes = AdminRoutes(
      AdminRoutes.Parts(
        report: report, board: board, queue: queue, shared: shared, audit: audit, wakes: wakes,
        metrics: metrics))
    // Whoever cannot open it ends here: from the first worker's thread on, requests are served.
    var admin = try openAdmin(routes)
    var threads: [WorkerThread] = []
    for number in 0..<workers {
      threads.append(
        WorkerThread(
          configuration: WorkerConfiguration(
            number: number, limits: settings.limits, snapshot: snapshot,
            listeners: listeners[number], listenerCount: settings.listenerPlaces.count,
            unixListeners: unixNumbers(inherited), wake: wakes[number],
            resolver: resolverSettings(),
            pseudonym: pseudonym), shared: shared,
          journal: audit.journal(worker: number)))
    }
    try unix.giveTaken()
    try takeover?.announceReady()
    unix.ownAll()
    announce(snapshot, audit, workers: workers)
    ReadyNotice.ready(replaces: takeover != nil)
    cl_release_startup_pages()

    let source = source
    let reloader = Reloader(
      settings: asked, overrides: overrides, snapshot: snapshot, shared: shared, wakes: wakes,
      audit: audit,
      board: board, localAddresses: { isWildcard ? LocalAddresses.current() : [] },
      otherListeners: endpoints,
      load: { try source.load() }, files: { source.files(of: $0) },
      explain: { source.explain($0) })
    var loop = ControlLoop(
      signals: signals, queue: queue, reloader: reloader, source: source, audit: audit,
      report: report, log: log, files: files, marks: marks, shared: shared, quotas: quotas)
    let isReplaced = waitForEnd(&loop) { descriptor in
      handOver(descriptor, listeners.flatMap(\.self), audit, routes, &admin)
    }
    if isReplaced { unix.disownAll() } else { unix.removeOwned() }
    board.noteDraining()
    stop(
      shared, wakes, drainMilliseconds: reloader.inForceSettings.drainMilliseconds,
      isReplaced: isReplaced)
    for thread in threads { thread.join() }
    loop.keepQuotas()
    admin?.stop()
    audit.stop()
    let statistics = audit.statistics
    if !isReplaced, let head = statistics.chainHead {
      StandardErrorLog.say(
        "the audit log ends at seq \(head.sequence), link \(head.link.hexadecimal)",
        settings.logFormat)
    }
    if statistics.dropped > 0 {
      log.warning("\(statistics.dropped) audit records were lost")
    }
  }

  /// Waits until the process is to end; yes if another one has taken over.
  private func waitForEnd(
    _ loop: inout ControlLoop, handOver: (Int32) -> Bool
  ) -> Bool {
    while true {
      switch loop.run() {
      case .stop: return false
      case .handOver(let descriptor):
        // What the other process starts from.
        loop.keepQuotas()
        if handOver(descriptor) { return true }
      }
    }
  }

  /// Gives sockets and audit log to the process at the other end of `descriptor`; yes once it serves.
  private func handOver(
    _ descriptor: Int32, _ listeners: [Int32], _ audit: AuditLog, _ routes: AdminRoutes,
    _ admin: inout AdminServer?
  ) -> Bool {
    var server = admin
    let result = HandOver.run(descriptor, listeners: listeners) {
      try audit.release()
      server?.stop()
      server = nil
    } takeBack: {
      takeBack(audit)
      do { server = try openAdmin(routes) } catch {
        log.error("after a failed hand-over: \(error)")
      }
    }
    admin = server
    switch result {
    case .done: return true
    case .failed(let why):
      log.warning("not replaced, serving on: \(why)")
      return false
    }
  }

  /// Writes the audit log again. The other process may need a moment to end; until then the workers'
  /// rings keep the records.
  private func takeBack(_ audit: AuditLog) {
    for attempt in 1... {
      do { return try audit.takeBack() } catch {
        guard attempt < 50 else {
          return log.error("after a failed hand-over, nobody writes the audit log: \(error)")
        }
      }
      usleep(200_000)
    }
  }

  /// The process to take over from, if it is wanted and there is one.
  private func takeOver() throws -> Takeover? {
    guard replaces else { return nil }
    guard let path = adminPath(settings.admin) else {
      throw ConfigurationError(
        "--replace", "no administration socket",
        remedy: "name that of the other process with --admin")
    }
    let found = try Takeover(path)
    if found == nil { log.notice("--replace: nothing runs at \(path)") }
    return found
  }

  /// Tells the workers to end.
  private func stop(
    _ shared: SharedState, _ wakes: [Int32], drainMilliseconds: Int, isReplaced: Bool
  ) {
    if !isReplaced { ReadyNotice.stopping() }
    StandardErrorLog.say(
      "\(isReplaced ? "replaced" : "stopping"); \(shared.connections) connections open, up to "
        + "\(SettingParser.duration(drainMilliseconds)) for them to end", settings.logFormat)
    let now = cl_monotonic_ns()
    let deadline = now + UInt64(drainMilliseconds) * 1_000_000
    shared.stop(
      by: deadline,
      idleUntil: isReplaced ? min(deadline, now + settings.limits.handOverIdleTimeout) : 0)
    for wake in wakes { _ = cl_eventfd_signal(wake) }
    // A second signal ends the process at once: the default action is in force again.
    cl_unblock_default(SIGTERM)
    cl_unblock_default(SIGINT)
  }

  /// The administration's server, if there is to be one. Where nobody named a place, one that another
  /// process serves on is no reason not to start.
  private func openAdmin(_ routes: AdminRoutes) throws -> AdminServer? {
    let ports = try settings.adminEndpoints.map { try AdminPort($0) }
    let socket = try openAdminSocket()
    guard socket != nil || !ports.isEmpty else { return nil }
    if !ports.isEmpty, settings.adminTokens.isEmpty {
      log.notice("admin_tokens is empty: by TCP, only what needs no token is to be had")
    }
    let server = AdminServer(socket, ports, routes)
    server.start()
    return server
  }

  private func openAdminSocket() throws -> AdminSocket? {
    guard let path = adminPath(settings.admin) else { return nil }
    do {
      if settings.admin.isEmpty, let slash = path.lastIndex(of: "/") {
        _ = unsafe String(path[..<slash]).withCString { unsafe cl_make_directories($0) }
      }
      return try AdminSocket(path)
    } catch {
      guard settings.admin.isEmpty else { throw error }
      log.notice("no administration: \(error)")
      return nil
    }
  }

  /// A file of what outlives the process, beside the audit journal.
  private func statePath(_ kind: String) throws -> String {
    let audit = try settings.auditPath ?? defaultAuditPath()
    let name = audit == "-" ? "stdout" : String(audit.split(separator: "/").last ?? "audit")
    guard let directory = try stateDirectory(audit) else { return "\(audit).\(kind)" }
    return "\(directory)/\(name).\(kind)"
  }

  /// Where the audit journal is, if not beside its log.
  private func stateDirectory(_ audit: String) throws -> String? {
    try settings.stateDirectory ?? (audit == "-" ? defaultStateDirectory() : nil)
  }

  private func signalDescriptor() throws(ConfigurationError) -> Int32 {
    let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1]
    let fd = unsafe signals.withUnsafeBufferPointer { buffer in
      unsafe cl_signalfd(buffer.baseAddress, Int32(buffer.count))
    }
    guard fd >= 0 else {
      throw ConfigurationError(
        "signals", "no descriptor for them (errno \(-fd))", remedy: "raise ulimit -n")
    }
    return fd
  }

  /// Two descriptors a connection, two for each pipe, some for the rest and for idle upstreams. Where the
  /// hard limit allows fewer, fewer upstreams are kept; where not even that does, there are fewer
  /// connections, and the log says so.
  private mutating func fitConnections(workers: Int) {
    let pipes = 2 * settings.limits.pipes * workers
    let rest = 64 + workers * (settings.limits.overflowConnections + 16)
    let wanted = 2 * settings.limits.connections + pipes + rest
    let idle = settings.limits.idleUpstreams * workers
    let granted = Int(cl_raise_descriptor_limit(wanted + idle))
    if granted < wanted + idle {
      settings.limits.idleUpstreams = max(granted - wanted, 0) / workers
    }
    guard granted < wanted else { return }
    let possible = max((granted - pipes - rest) / 2, 16)
    guard possible < settings.limits.connections else { return }
    log.warning(
      "\(possible) connections at once instead of \(settings.limits.connections): ulimit -Hn is \(granted)"
    )
    settings.limits.connections = possible
  }

  /// The sockets that the service manager passed, those that the settings name.
  private func takeInherited() throws(ConfigurationError) -> [InheritedSockets.Socket] {
    let inherited = try InheritedSockets.take(settings.inherited)
    for name in inherited.unused {
      log.warning("the socket \(name.printable) was passed, but no listener is systemd:NAME of it")
    }
    return inherited.sockets
  }

  /// For each listener, in the order of their numbers, a descriptor for each worker: those that another
  /// process or the service manager gave, and new ones where none was.
  private func openAll(
    _ named: [InheritedSockets.Socket], workers: Int, given: [Int32],
    _ unix: inout UnixListeners
  ) throws -> [[Int32]] {
    let kernel = LinuxKernel()
    var inherited = InheritedListeners(kernel, given)
    var all: [[Int32]] = []
    for endpoint in settings.listen {
      let address = SocketAddress(endpoint.address, port: endpoint.port.number)
      let sockets = inherited.take(address)
      all.append(
        try sockets.isEmpty ? openListeners(kernel, on: address, workers: workers) : sockets)
    }
    for socket in named { all.append([socket.descriptor]) }
    for listener in settings.unixListeners {
      let sockets = inherited.take(unix: listener.path)
      all.append(try sockets.isEmpty ? [unix.open(listener)] : sockets)
      if !sockets.isEmpty { unix.take(listener) }
    }
    unix.drop(inherited.unixPaths)
    for place in inherited.closeRest() {
      log.warning(
        "a socket that was passed on \(place.printable) is no listener of the configuration")
    }
    return distribute(all, workers: workers) { cl_duplicate($0) }
  }

  /// The numbers of the listeners that are Unix sockets.
  private func unixNumbers(_ named: [InheritedSockets.Socket]) -> Set<Int> {
    let first = settings.listen.count
    let passed = named.indices.filter { named[$0].endpoint == nil }.map { first + $0 }
    let opened = settings.unixListeners.indices.map { first + named.count + $0 }
    return Set(passed + opened)
  }

  private func openAudit(workers: Int) throws -> AuditLog {
    let path = try settings.auditPath ?? defaultAuditPath()
    if path == "-", settings.auditOutputs.contains(where: { $0.target == .standardOutput }) {
      throw ConfigurationError(
        "audit.outputs", "standard output twice, because the log itself goes there",
        remedy: "take `stdout` out of the outputs")
    }
    let directory = try stateDirectory(path)
    if settings.auditPath == nil || directory != settings.stateDirectory {
      try makeDefaultStateDirectory()
    }
    return try AuditLog(
      path: path, workers: workers,
      onFull: settings.auditWhenFull == .block ? .block : .drop, stateDirectory: directory,
      isChained: settings.auditChain == .sha256, outputs: settings.auditOutputs,
      report: { [log] in log.warning("\($0)") })
  }

  private func noteStart(_ audit: AuditLog, _ snapshot: PolicySnapshot, workers: Int) {
    var record = AuditRecord(
      event: .start, id: RequestID(high: randomWord(), low: randomWord()),
      timeMicroseconds: cl_realtime_us())
    record.generation = snapshot.generation
    // A record has room for some of many lists; the others are named by the decisions they make.
    let lists = PolicyText.distinctLists(of: snapshot).prefix(64)
    let place =
      settings.environments.isEmpty
      ? "\"environment\":\(JSONText.quoted(settings.environmentName)),"
        + "\"access\":\"\(settings.access.rawValue)\""
      : "\"environments\":\(snapshot.environmentCount)"
    audit.note(
      record,
      members: """
        "version":"\(Version.number)","pid":\(getpid()),\
        \(place),"workers":\(workers),\
        "lists":\(PolicyText.array(lists))
        """)
  }

  private func announce(_ snapshot: PolicySnapshot, _ audit: AuditLog, workers: Int) {
    let labels = PolicyText.distinctLists(of: snapshot).map(\.label)
    let lists =
      labels.count <= 8
      ? labels.joined(separator: ", ") : "\(labels[0]) and \(labels.count - 1) others"
    let policy =
      settings.environments.isEmpty
      ? "access \(settings.access.rawValue)" : "\(snapshot.environmentCount) environments"
    let places = settings.listenerPlaces.joined(separator: ", ")
    StandardErrorLog.say(
      "listening on \(places) (\(Version.text), \(policy), "
        + "lists \(lists.isEmpty ? "none" : lists), audit \(audit.path), \(workers) workers)",
      settings.logFormat)
  }

  private func resolverSettings() -> ResolverSettings {
    var resolver = ResolverSettings()
    resolver.servers = settings.dns.map { SocketAddress($0.address, port: $0.port.number) }
    resolver.seed = (randomWord(), randomWord())
    return resolver
  }

  private func hasWildcard(_ listeners: [Endpoint]) -> Bool {
    listeners.contains { $0.address.high == 0 && $0.address.low == 0 }
  }
}

func randomWord() -> UInt64 {
  var word: UInt64 = 0
  let result = unsafe withUnsafeMutableBytes(of: &word) { bytes in
    unsafe cl_random(bytes.baseAddress, bytes.count)
  }
  precondition(result >= 0, "the kernel gives no random bytes")
  return word
}
