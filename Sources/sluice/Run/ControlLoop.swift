import Admin
import Audit
import CLinux
import Configuration
import Glibc
import Logging
import Proxy

/// The control thread: waits for signals, for changes of files and for what the administration asks,
/// until the process is to end. Nothing here is on the way of a request.
struct ControlLoop: ~Copyable {
  let signals: Int32
  let queue: ControlQueue
  let reloader: Reloader
  let source: ConfigurationSource
  let audit: AuditLog
  let report: StatusReport
  let log: Logger
  let shared: SharedState
  var quotas: QuotaFile
  private var watch = FileWatch()
  /// Monotonic nanoseconds of the first and the last event that nobody has looked into.
  private var unrest: (first: UInt64, last: UInt64)?
  private var lastLook = cl_monotonic_ns()
  private var clock = ClockWatch()

  /// An editor needs several steps to write a file: quiet for so long before it is read, …
  static let quietMilliseconds: UInt64 = 200
  /// … but not later than so long after the first step.
  static let unrestMilliseconds: UInt64 = 2000
  /// Files are looked at now and then, for what inotify does not see: network file systems, and
  /// directories that were moved.
  static let lookMilliseconds: UInt64 = 10_000

  /// Why it ended.
  enum Ending {
    case stop
    /// Another process is at the other end of the descriptor.
    case handOver(Int32)
  }

  init(
    signals: Int32, queue: ControlQueue, reloader: Reloader, source: ConfigurationSource,
    audit: AuditLog, report: StatusReport, log: Logger, files: [String], marks: [FileMark],
    shared: SharedState, quotas: consuming QuotaFile
  ) {
    self.shared = shared
    self.quotas = quotas
    self.signals = signals
    self.queue = queue
    self.reloader = reloader
    self.source = source
    self.audit = audit
    self.report = report
    self.log = log
    watch.follow(files, marks)
    // What changed between the reading of the files and now had nobody who watched.
    let now = cl_monotonic_ns()
    unrest = (now, now)
  }

  mutating func run() -> Ending {
    while true {
      let ready = wait()
      if ready & 1 != 0, isEnd(cl_signalfd_read(signals)) { return .stop }
      if ready & 2 != 0 {
        watch.drain()
        let now = cl_monotonic_ns()
        unrest = (unrest?.first ?? now, now)
      }
      if ready & 4 != 0, let ending = handleCommands() { return ending }
      lookAtFiles()
    }
  }

  private func wait() -> UInt64 {
    let now = cl_monotonic_ns()
    var deadline = lastLook + Self.lookMilliseconds * 1_000_000
    if let quiet = quietAt { deadline = min(deadline, quiet) }
    let timeout = deadline > now ? Int32(clamping: (deadline - now + 999_999) / 1_000_000) : 0
    var ready: UInt64 = 0
    let descriptors = [signals, watch.descriptor, queue.descriptor]
    _ = unsafe cl_poll_many(descriptors, 3, 0, &ready, timeout)
    return ready
  }

  /// When what happens in the directories counts as over.
  private var quietAt: UInt64? {
    unrest.map {
      min(
        $0.last + Self.quietMilliseconds * 1_000_000, $0.first + Self.unrestMilliseconds * 1_000_000
      )
    }
  }

  private mutating func lookAtFiles() {
    let now = cl_monotonic_ns()
    if let quiet = quietAt {
      guard now >= quiet else { return }
    } else {
      guard now >= lastLook + Self.lookMilliseconds * 1_000_000 else { return }
    }
    unrest = nil
    lastLook = now
    report.noteRates()
    keepQuotas()
    noteClock()
    if watch.hasChanged() { _ = reload(.file) }
  }

  /// Brings the quotas and their file together.
  mutating func keepQuotas() {
    for notice in quotas.synchronize(shared, reloader.inForce) { log.notice("\(notice)") }
  }

  /// Says it, in the log and to the operator, when somebody set the wall clock.
  private mutating func noteClock() {
    guard let step = clock.step(wall: cl_realtime_us(), monotonic: cl_monotonic_ns()) else {
      return
    }
    let record = AuditRecord(
      event: .clock, id: RequestID(high: 0, low: 0), timeMicroseconds: cl_realtime_us())
    audit.note(record, members: "\"clock_step_us\":\(step)")
    log.warning("the wall clock was set by \(step / 1000) ms; times of the audit log jump here")
  }

  /// Whether the signal ends the process.
  private mutating func isEnd(_ signal: Int32) -> Bool {
    switch signal {
    case SIGUSR1:
      audit.reopen()
      log.info("audit log opened anew")
    case SIGHUP: _ = reload(.signal)
    case SIGTERM, SIGINT: return true
    default: break
    }
    return false
  }

  private mutating func handleCommands() -> Ending? {
    var ending: Ending?
    for command in queue.takeAll() {
      switch command {
      case .reload(let reply, let who):
        answer(reply, reload(.command, by: who))
      case .change(let change, let reply, let who):
        let outcome = reloader.change(change, by: who)
        say(outcome)
        answer(reply, outcome)
      case .drain(let reply, let who):
        audit.noteAdmin("drain", by: who)
        reply.send(.json("{\"draining\":true}", status: 202))
        if ending == nil { ending = .stop }
      case .handOver(let descriptor):
        if ending == nil { ending = .handOver(descriptor) } else { HandOver.refuse(descriptor) }
      }
    }
    return ending
  }

  private func answer(_ reply: AdminReply, _ outcome: ReloadOutcome) {
    let status: UInt16 = outcome.error == nil ? 200 : outcome.isStale ? 409 : 422
    guard let error = outcome.error, outcome.cause == .change else {
      return reply.send(
        .json("{\"generation\":\(outcome.generation),\(outcome.members)}", status: status))
    }
    reply.send(
      .problem(
        status, error,
        remedy: outcome.isStale
          ? "look at what is in force now, and ask again" : "nothing was changed; correct it"))
  }

  private mutating func reload(_ cause: ReloadCause, by who: String? = nil) -> ReloadOutcome {
    ReadyNotice.reloading()
    let outcome = reloader.reload(cause, by: who)
    watch.follow(source.files(of: reloader.settings), reloader.marks)
    say(outcome)
    ReadyNotice.ready()
    return outcome
  }

  private func say(_ outcome: ReloadOutcome) {
    let cause = outcome.by.map { "\(outcome.cause.rawValue) by \($0)" } ?? outcome.cause.rawValue
    if let error = outcome.error {
      log.error(
        "the configuration was not taken up, generation \(outcome.generation) goes on: \(error)")
    } else {
      let rest =
        outcome.restartNeeded.isEmpty
        ? "" : "; restart needed for: \(outcome.restartNeeded.joined(separator: ", "))"
      log.notice(
        "generation \(outcome.generation) is in force (\(cause), \(outcome.milliseconds) ms)\(rest)"
      )
    }
  }
}
