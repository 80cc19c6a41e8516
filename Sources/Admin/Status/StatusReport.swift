package import Audit
internal import CLinux
internal import Domains
internal import Glibc
internal import Policy
package import Proxy
internal import Review

/// What `GET /v1/status` answers with.
package struct StatusReport: Sendable {
  private let board: StatusBoard
  private let shared: SharedState
  private let audit: AuditLog
  private let version: String
  private let listeners: [String]
  private let workers: Int
  private let connectionLimit: Int
  /// Monotonic nanoseconds, and Unix time in microseconds.
  private let started = (monotonic: cl_monotonic_ns(), wall: cl_realtime_us())
  private let rates: RecentRates

  /// Names of environments that are shown.
  static let nameLimit = 100

  package init(
    board: StatusBoard, shared: SharedState, audit: AuditLog, version: String,
    listeners: [String], workers: Int, connectionLimit: Int
  ) {
    self.board = board
    self.shared = shared
    self.audit = audit
    self.version = version
    self.listeners = listeners
    self.workers = workers
    self.connectionLimit = connectionLimit
    rates = RecentRates(RecentRates.Sample(shared, time: started.monotonic))
  }

  /// Keeps the counters as they stand, for rates; to be called every ten seconds or so.
  package func noteRates() {
    rates.note(RecentRates.Sample(shared, time: cl_monotonic_ns()))
  }

  /// One JSON object.
  package func text() -> String {
    let state = board.current
    let names = state.snapshot.environments.prefix(Self.nameLimit).map { JSONText.quoted($0.name) }
    let lists = PolicyText.distinctLists(of: state.snapshot).prefix(1000)
    let decisions = ReasonCode.allCases.compactMap { reason -> String? in
      let count = shared.counters.decisions(reason)
      return count == 0 ? nil : "\"\(reason.name)\":\(count)"
    }
    let members: [(String, String)] = [
      ("version", JSONText.quoted(version)),
      ("pid", "\(getpid())"),
      ("started_us", "\(started.wall)"),
      ("uptime_s", "\((cl_monotonic_ns() - started.monotonic) / 1_000_000_000)"),
      ("draining", "\(state.isDraining)"),
      ("generation", "\(state.snapshot.generation)"),
      ("listeners", JSONText.array(listeners.map(JSONText.quoted))),
      ("workers", "\(workers)"),
      ("connections", "\(shared.connections)"),
      ("connection_limit", "\(connectionLimit)"),
      ("tunnels", "\(shared.tunnels)"),
      ("environment_count", "\(state.snapshot.environmentCount)"),
      ("environments", JSONText.array(Array(names))),
      ("lists", PolicyText.array(lists)),
      ("overrides", overridesText(state)),
      ("recent", recentText),
      ("decisions", "{\(decisions.joined(separator: ","))}"),
      ("audit", auditText),
      ("settling_ns_max", "\(shared.settlingNanosecondsMax)"),
      ("reload", reloadText(state)),
    ]
    return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  private var recentText: String {
    let recent = rates.recent(RecentRates.Sample(shared, time: cl_monotonic_ns()))
    return
      "{\"ms\":\(recent.milliseconds),\"allowed\":\(recent.allowed),\"refused\":\(recent.refused)}"
  }

  /// The names of environments that the administration has changed.
  private func overridesText(_ state: StatusBoard.State) -> String {
    JSONText.array(
      state.overrides.current.keys.sorted().prefix(Self.nameLimit).map(JSONText.quoted))
  }

  private var auditText: String {
    let statistics = audit.statistics
    var text = """
      "path":\(JSONText.quoted(audit.path)),"written":\(statistics.written),\
      "dropped":\(statistics.dropped),"refused":\(statistics.refused),\
      "waiting_bytes":\(statistics.waitingBytes),"failing":\(statistics.isFailing)
      """
    if let head = statistics.chainHead {
      text += ",\"chain\":{\"seq\":\(head.sequence),\"head\":\"\(head.link.hexadecimal)\"}"
    }
    let outputs = audit.outputStates
    if !outputs.isEmpty {
      let items = outputs.map { output in
        let problem = output.problem.map { ",\"problem\":\(JSONText.quoted($0))" } ?? ""
        return "{\"to\":\(JSONText.quoted(output.name)),\"sent\":\(output.sent),"
          + "\"lost\":\(output.lost)\(problem)}"
      }
      text += ",\"outputs\":\(JSONText.array(items))"
    }
    if let error = statistics.lastErrorText { text += ",\"last_error\":\(JSONText.quoted(error))" }
    return "{\(text)}"
  }

  private func reloadText(_ state: StatusBoard.State) -> String {
    var text = "\"count\":\(state.reloads),\"failed\":\(state.failures)"
    if let last = state.last {
      text +=
        ",\"last\":{\"time_us\":\(last.time),\"generation\":\(last.generation),\(last.members)}"
    }
    return "{\(text)}"
  }
}
