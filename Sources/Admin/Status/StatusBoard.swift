package import Configuration
package import Policy
internal import Synchronization

/// What the process says of itself, kept by the control thread and read by the administration.
package final class StatusBoard: Sendable {
  struct State {
    /// Those in force, with the overrides.
    var settings: Settings
    var snapshot: PolicySnapshot
    var overrides: Overrides
    /// What the policy in force has that the one before had not, and the other way round.
    var changes = PolicyChanges()
    var lists: ListTexts
    var last: ReloadOutcome?
    var reloads: UInt64 = 0
    var failures: UInt64 = 0
    var isDraining = false
  }

  private let state: Mutex<State>

  package init(settings: Settings, snapshot: PolicySnapshot, overrides: Overrides) {
    state = Mutex(
      State(
        settings: settings, snapshot: snapshot, overrides: overrides, lists: ListTexts(snapshot)))
  }

  /// `settings`: what came into force; `nil`: nothing did.
  func note(
    _ outcome: ReloadOutcome, settings: Settings?, snapshot: PolicySnapshot, overrides: Overrides
  ) {
    let before = current
    let lists = settings.map { _ in ListTexts(snapshot) }
    let changes = settings.map {
      PolicyChanges(
        from: (before.settings, before.snapshot), to: ($0, snapshot),
        lists: lists.map(before.lists.changes) ?? [], time: outcome.time)
    }
    state.withLock { state in
      state.reloads += 1
      if outcome.error != nil { state.failures += 1 }
      state.last = outcome
      state.snapshot = snapshot
      state.overrides = overrides
      if let settings { state.settings = settings }
      if let changes { state.changes = changes }
      if let lists { state.lists = lists }
    }
  }

  package func noteDraining() { state.withLock { $0.isDraining = true } }

  var current: State { state.withLock { $0 } }
}
