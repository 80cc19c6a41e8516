package import Audit
internal import CLinux
internal import Policy
package import Proxy

/// What `/metrics` reads from. It writes nothing that a worker reads, and holds no lock that one could
/// meet.
package struct MetricsSource: Sendable {
  let board: StatusBoard
  let shared: SharedState
  let audit: AuditLog
  let version: String
  let connectionLimit: Int
  /// Unix time in microseconds.
  let started = cl_realtime_us()

  package init(
    board: StatusBoard, shared: SharedState, audit: AuditLog, version: String, connectionLimit: Int
  ) {
    self.board = board
    self.shared = shared
    self.audit = audit
    self.version = version
    self.connectionLimit = connectionLimit
  }

  /// Everything that does not belong to an environment.
  func writeProcess(_ out: inout Exposition) {
    let process = ProcessReading.now()
    let state = board.current
    out.begin(.build)
    out.sample(Exposition.labels([("version", version)]), 1)
    out.begin(.startTime)
    out.sample(microseconds: started)
    out.begin(.cpu)
    out.sample(microseconds: process.cpuMicroseconds)
    out.begin(.memory)
    out.sample(process.residentBytes)
    out.begin(.descriptors)
    out.sample(process.openDescriptors)
    out.begin(.descriptorLimit)
    out.sample(process.descriptorLimit)
    out.begin(.workers)
    out.sample(UInt64(shared.counters.workers))
    out.begin(.draining)
    out.sample(state.isDraining ? 1 : 0)
    out.begin(.generation)
    out.sample(state.snapshot.generation)
    out.begin(.environments)
    out.sample(UInt64(state.snapshot.environmentCount))
    out.begin(.reloads)
    out.sample(Exposition.labels([("result", "ok")]), state.reloads - state.failures)
    out.sample(Exposition.labels([("result", "refused")]), state.failures)
    out.begin(.lastReload)
    out.sample(microseconds: state.last?.time ?? 0)
    out.begin(.lastReloadOK)
    out.sample(state.last?.error == nil ? 1 : 0)
    out.begin(.settling)
    out.sample(microseconds: shared.settlingNanosecondsMax / 1000)
  }

  /// What the workers count beside what belongs to environments.
  func writeWorkers(_ out: inout Exposition) {
    let counters = shared.counters
    out.begin(.accepted)
    out.sample(counters.count(.accepted))
    out.begin(.connectionLimit)
    out.sample(UInt64(connectionLimit))
    out.begin(.ends)
    for end in EndCode.allCases {
      out.sample(Exposition.labels([("end", "\(end.name)")]), counters.ends(end))
    }
    out.begin(.lookups)
    out.sample(Exposition.labels([("result", "cached")]), counters.count(.namesKnown))
    out.sample(Exposition.labels([("result", "asked")]), counters.count(.namesAsked))
    out.sample(Exposition.labels([("result", "refused")]), counters.count(.namesRefused))
    out.begin(.reused)
    out.sample(counters.count(.upstreamsReused))
    let times: [(Metric, WorkerTime)] = [
      (.resolution, .resolution), (.connect, .connect), (.firstByte, .firstByte), (.turn, .turn),
    ]
    for (metric, time) in times {
      out.begin(metric)
      out.histogram(counters.histogram(time))
    }
    out.begin(.turnMax)
    for worker in 0..<counters.workers {
      out.sample(
        Exposition.labels([("worker", "\(worker)")]),
        microseconds: counters.count(.turnNanosecondsMax, worker: worker) / 1000)
    }
    writeTables(&out)
  }

  private func writeTables(_ out: inout Exposition) {
    let counters = shared.counters
    func labels(_ worker: Int, _ table: WorkerTable) -> [UInt8] {
      Exposition.labels([("worker", "\(worker)"), ("table", table.name)])
    }
    out.begin(.tableUsed)
    for worker in 0..<counters.workers {
      for table in WorkerTable.allCases {
        out.sample(labels(worker, table), counters.used(table, worker: worker))
      }
    }
    out.begin(.tableCapacity)
    for worker in 0..<counters.workers {
      for table in WorkerTable.allCases {
        out.sample(labels(worker, table), counters.capacity(table, worker: worker))
      }
    }
  }

  func writeAudit(_ out: inout Exposition) {
    let statistics = audit.statistics
    out.begin(.auditWritten)
    out.sample(statistics.written)
    out.begin(.auditDropped)
    out.sample(statistics.dropped)
    out.begin(.auditRefused)
    out.sample(statistics.refused)
    out.begin(.auditBacklog)
    out.sample(statistics.waitingBytes)
    out.begin(.auditFailing)
    out.sample(statistics.isFailing ? 1 : 0)
  }
}

extension WorkerTable {
  /// The value of the label `table`.
  var name: String {
    switch self {
    case .connections: "connections"
    case .exchanges: "exchanges"
    case .dials: "dials"
    case .heads: "heads"
    case .remainders: "remainders"
    case .idleUpstreams: "idle_upstreams"
    case .names: "names"
    }
  }
}
