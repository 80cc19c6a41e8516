package import Policy
internal import Synchronization

/// The words that all workers of a process share and touch atomically; everything else is a worker's
/// own.
package final class SharedState: Sendable {
  private let counted = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let deadline = Atomic<UInt64>(0)
  private let idleDeadline = Atomic<UInt64>(0)
  /// What workers count for others to read.
  package let counters: CounterBoard

  /// Client connections of each environment, by slot.
  let environments = EnvironmentCounts(slots: PolicySnapshot.slotCount)
  /// Connections of each source that have not sent a whole request.
  let halfOpen = HalfOpenCounts()
  /// Bandwidth of each environment, by slot.
  let accounts = BandwidthAccounts(slots: PolicySnapshot.slotCount)
  /// Bandwidth of each client of an environment.
  let clientAccounts = ClientAccounts()
  /// What environments, clients and destinations have taken of their limits.
  package let limiter: EnvironmentLimiter

  private let idleShed = Atomic<UInt64>(0)
  private let settlingMax = Atomic<UInt64>(0)
  let latest: Mutex<Latest>
  let inquiries: Mutex<Inquiries>

  package init(workers: Int = 1, limiterKeys: Int = Limits().limiterKeys) {
    limiter = EnvironmentLimiter(
      keys: limiterKeys, seed: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    counters = CounterBoard(workers: workers, slots: PolicySnapshot.slotCount)
    latest = Mutex(Latest(workers: workers))
    inquiries = Mutex(Inquiries(workers: workers))
  }

  /// Tunnels open now, over all workers.
  package var tunnels: Int { counters.tunnels }
  /// The longest turn of a worker's loop while it brought over what was under way when the policy
  /// changed, in nanoseconds.
  package var settlingNanosecondsMax: UInt64 { settlingMax.load(ordering: .relaxed) }
  func noteSettling(nanoseconds: UInt64) { settlingMax.max(nanoseconds, ordering: .relaxed) }
  /// Idle client connections closed since start because connections ran out.
  package var idleConnectionsShed: UInt64 { idleShed.load(ordering: .relaxed) }
  func countIdleShed() { idleShed.add(1, ordering: .relaxed) }

  /// Client connections open now, over all workers.
  package var connections: Int { counted.load(ordering: .relaxed) }

  /// Client connections of an environment open now, over all workers. `snapshot` was published last.
  package func connections(of environment: Int, in snapshot: PolicySnapshot) -> Int {
    environments.count(snapshot.slot(of: environment))
  }

  /// Counts one more connection unless `limit` are open.
  func admit(limit: Int) -> Bool {
    if counted.add(1, ordering: .relaxed).newValue <= limit { return true }
    counted.subtract(1, ordering: .relaxed)
    return false
  }

  func leave() { counted.subtract(1, ordering: .relaxed) }

  /// Tells every worker to stop accepting and to end by `deadline` (monotonic nanoseconds). The
  /// caller wakes them.
  ///
  /// `idleUntil`: another process takes over. Then clients that are connected are served until they have
  /// had the answer to one more request, which tells them to connect anew; those that ask for nothing
  /// are disconnected at that time. 0: they are at once.
  package func stop(by deadline: UInt64, idleUntil: UInt64 = 0) {
    self.deadline.store(deadline, ordering: .relaxed)
    idleDeadline.store(idleUntil, ordering: .relaxed)
    stopping.store(true, ordering: .releasing)
  }

  package var isStopping: Bool { stopping.load(ordering: .acquiring) }
  /// 0: who asks for nothing is disconnected at once.
  var idleUntil: UInt64 { idleDeadline.load(ordering: .relaxed) }
  package var stopDeadline: UInt64 { deadline.load(ordering: .relaxed) }
}
