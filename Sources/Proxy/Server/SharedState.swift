package import Policy
internal import Synchronization

/// The words that all workers of a process share and touch atomically; everything else is a worker's
/// own.
package final class SharedState: Sendable {
  private let counted = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let deadline = Atomic<UInt64>(0)
  private let idleDeadline = Atomic<UInt64>(0)
  /// Requests by reason, in the order of `ReasonCode.rawValue`: read by status, written by workers.
  private let reasons: InlineArray<64, ReasonCounter>
  /// Tunnels and exchanges by end, in the order of `EndCode.rawValue`.
  private let ends: InlineArray<64, ReasonCounter>

  /// Client connections of each environment, by slot.
  let environments = EnvironmentCounts(slots: PolicySnapshot.slotCount)

  private let tunnelCount = Atomic<Int>(0)
  private let settlingMax = Atomic<UInt64>(0)
  let latest: Mutex<Latest>
  let inquiries: Mutex<Inquiries>

  package init(workers: Int = 1) {
    reasons = InlineArray { _ in ReasonCounter() }
    ends = InlineArray { _ in ReasonCounter() }
    latest = Mutex(Latest(workers: workers))
    inquiries = Mutex(Inquiries(workers: workers))
  }

  /// Tunnels open now, over all workers.
  package var tunnels: Int { tunnelCount.load(ordering: .relaxed) }
  /// The longest turn of a worker's loop while it brought over what was under way when the policy
  /// changed, in nanoseconds.
  package var settlingNanosecondsMax: UInt64 { settlingMax.load(ordering: .relaxed) }
  func noteSettling(nanoseconds: UInt64) { settlingMax.max(nanoseconds, ordering: .relaxed) }
  func openTunnel() { tunnelCount.add(1, ordering: .relaxed) }
  func closeTunnel() { tunnelCount.subtract(1, ordering: .relaxed) }

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

  func count(reason: UInt8) { reasons[Int(reason) & 63].value.add(1, ordering: .relaxed) }

  func count(end: UInt8) { ends[Int(end) & 63].value.add(1, ordering: .relaxed) }

  /// Tunnels and exchanges that ended so since start.
  package func ends(_ end: UInt8) -> UInt64 {
    ends[Int(end) & 63].value.load(ordering: .relaxed)
  }

  /// Decisions with this reason since start.
  package func decisions(reason: UInt8) -> UInt64 {
    reasons[Int(reason) & 63].value.load(ordering: .relaxed)
  }
}

/// A counter on a cache line of its own, so that two workers' counting does not share one by more
/// than the reason that they count. No class: reaching through it would count references.
private struct ReasonCounter: ~Copyable, Sendable {
  let value = Atomic<UInt64>(0)
  private let filling: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0)
}
