package import Configuration
package import Policy
internal import Synchronization

/// What the process says of itself, kept by the control thread and read by the administration.
package final class StatusBoard: Sendable {
  struct State {
    var settings: Settings
    var snapshot: PolicySnapshot
    var last: ReloadOutcome?
    var reloads: UInt64 = 0
    var failures: UInt64 = 0
    var isDraining = false
  }

  private let state: Mutex<State>

  package init(settings: Settings, snapshot: PolicySnapshot) {
    state = Mutex(State(settings: settings, snapshot: snapshot))
  }

  func note(_ outcome: ReloadOutcome, settings: Settings?, snapshot: PolicySnapshot) {
    state.withLock { state in
      state.reloads += 1
      if outcome.error != nil { state.failures += 1 }
      state.last = outcome
      state.snapshot = snapshot
      if let settings { state.settings = settings }
    }
  }

  package func noteDraining() { state.withLock { $0.isDraining = true } }

  var current: State { state.withLock { $0 } }
}
