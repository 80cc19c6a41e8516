package import Audit
internal import CLinux
package import Configuration
package import Domains
internal import Glibc
package import Policy
package import Proxy

/// Reads the configuration again and puts it into force: all is read, checked and compiled before the
/// workers hear of it, and what is wrong changes nothing. Used by one thread.
package final class Reloader {
  /// Reads the configuration and its lists' names; what it throws says file, line and remedy.
  package typealias Load = () throws -> Settings

  private let load: Load
  /// The files that settings come from.
  private let files: (Settings) -> [String]
  /// The settings read last without an error.
  package private(set) var settings: Settings
  /// The files of ``settings`` as they were just before they were read last.
  package private(set) var marks: [FileMark] = []
  /// Makes the best of an error that came of the lists.
  private let explain: (any Error) -> any Error
  /// What the process was started with.
  private let started: Settings
  /// What is in force: those that were taken up last, on the listeners that are open.
  package private(set) var inForceSettings: Settings
  private var overrides: Overrides
  private let localAddresses: () -> [IPAddress]
  /// Sockets that were passed to the process, beside those of the settings.
  private let otherListeners: [Endpoint]
  private let shared: SharedState
  private let wakes: [Int32]
  private let audit: AuditLog
  private let board: StatusBoard
  /// The snapshot that all workers come from.
  package private(set) var inForce: PolicySnapshot

  /// For the workers to take a snapshot up. They do in milliseconds; one that is stopped does not.
  static let settleMilliseconds = 5000

  package init(
    settings: Settings, overrides: Overrides, snapshot: PolicySnapshot, shared: SharedState,
    wakes: [Int32],
    audit: AuditLog, board: StatusBoard, localAddresses: @escaping () -> [IPAddress],
    otherListeners: [Endpoint] = [],
    load: @escaping Load, files: @escaping (Settings) -> [String],
    explain: @escaping (any Error) -> any Error = { $0 }
  ) {
    started = settings
    inForceSettings = settings.overridden(by: overrides.current)
    self.overrides = overrides
    self.settings = settings
    self.files = files
    inForce = snapshot
    self.shared = shared
    self.wakes = wakes
    self.audit = audit
    self.board = board
    self.localAddresses = localAddresses
    self.otherListeners = otherListeners
    self.load = load
    self.explain = explain
  }

  /// Does it all and says what came of it; the audit log and the status say so too. `who` asked for it.
  package func reload(_ cause: ReloadCause, by who: String? = nil) -> ReloadOutcome {
    var outcome = ReloadOutcome(
      cause: cause, time: cl_realtime_us(), generation: inForce.generation)
    outcome.by = who
    marks = FileWatch.marks(files(settings))
    take(&outcome, overrides) {
      let new = try load()
      let paths = files(new)
      // Of lists that are new: before they are read, too.
      if paths != files(settings) { marks = FileWatch.marks(paths) }
      settings = new
      return new
    }
    return outcome
  }

  /// Changes an environment, over what was read last. Its lists are read again. A change that is to outlive
  /// the process and cannot be written is not made.
  package func change(_ change: EnvironmentChange, by who: String) -> ReloadOutcome {
    var outcome = ReloadOutcome(
      cause: .change, time: cl_realtime_us(), generation: inForce.generation)
    outcome.by = who
    outcome.change = change.json
    if let wanted = change.generation, wanted != inForce.generation {
      outcome.isStale = true
      outcome.error = "generation \(inForce.generation) is in force, not \(wanted)"
      board.note(outcome, settings: nil, snapshot: inForce, overrides: overrides)
      note(outcome)
      return outcome
    }
    let changed = overrides.with(change, by: who, time: outcome.time)
    take(&outcome, changed, isKept: change.isKept) { settings }
    return outcome
  }

  /// Compiles what `read` gives with `changed` over it, and puts it into force.
  private func take(
    _ outcome: inout ReloadOutcome, _ changed: Overrides, isKept: Bool = false,
    _ read: () throws -> Settings
  ) {
    let start = cl_monotonic_ns()
    var taken: Settings?
    do {
      guard waitUntilSettled() else {
        throw ConfigurationError(
          "reload", "a worker has not taken up the configuration before this one",
          remedy: "try again; if it lasts, restart")
      }
      let new = try read()
      let changed = changed.only(new.environmentNames)
      let effective = try new.on(inForceSettings).overridden(by: changed.current)
      let snapshot = try effective.makeSnapshot(
        generation: inForce.generation + 1, localAddresses: localAddresses(),
        otherListeners: otherListeners)
      if isKept || changed.kept.count < overrides.kept.count { try changed.save() }
      outcome.restartNeeded = started.restartNeeded(for: new)
      publish(snapshot, grace: new.graceMilliseconds)
      outcome.generation = snapshot.generation
      inForceSettings = effective
      overrides = changed
      taken = effective
    } catch {
      outcome.error = "\(explain(error))"
    }
    outcome.milliseconds = (cl_monotonic_ns() - start) / 1_000_000
    board.note(outcome, settings: taken, snapshot: inForce, overrides: overrides)
    note(outcome)
  }

  private func publish(_ snapshot: PolicySnapshot, grace: Int) {
    let before = inForce
    shared.publish(
      Publication(snapshot, after: before, grace: UInt64(grace) * 1_000_000))
    for wake in wakes { _ = cl_eventfd_signal(wake) }
    inForce = snapshot
    // Held until no worker decides from it, so that none of them gives its memory back.
    _ = waitUntilSettled()
    withExtendedLifetime(before) {}
    retired = shared.isSettled ? nil : before
  }

  /// A snapshot that a worker may still use.
  private var retired: PolicySnapshot?

  private func waitUntilSettled() -> Bool {
    let deadline = cl_monotonic_ns() + UInt64(Self.settleMilliseconds) * 1_000_000
    while !shared.isSettled {
      guard cl_monotonic_ns() < deadline else { return false }
      usleep(500)
    }
    return true
  }

  private func note(_ outcome: ReloadOutcome) {
    var record = AuditRecord(
      event: .reload, id: RequestID(high: 0, low: 0), timeMicroseconds: outcome.time)
    record.generation = outcome.generation
    audit.note(
      record, members: "\(outcome.members),\(PolicyText.members(of: inForce, listLimit: 64))")
  }
}
