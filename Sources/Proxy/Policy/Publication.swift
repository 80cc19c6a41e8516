package import Policy

/// A new policy snapshot for the workers, with what they need to bring over what is under way.
package final class Publication: Sendable {
  package let snapshot: PolicySnapshot
  let succession: Succession
  /// How long what is refused from now on may go on; monotonic nanoseconds.
  let grace: UInt64
  /// Of environments that the snapshot before has not.
  let freshSlots: [Int]

  /// `old` is the snapshot in force, from which every worker comes.
  package init(_ snapshot: PolicySnapshot, after old: PolicySnapshot, grace: UInt64) {
    precondition(snapshot.generation > old.generation, "generations go up")
    self.snapshot = snapshot
    freshSlots = snapshot.takeOverSlots(of: old)
    succession = Succession(from: old, to: snapshot)
    self.grace = grace
  }
}
