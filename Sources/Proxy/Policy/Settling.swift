/// How far a worker is in bringing over what was under way when the policy changed.
struct Settling: BitwiseCopyable {
  enum Walk: BitwiseCopyable {
    case none
    /// Decides again, from the record of this number on.
    case deciding(Int)
    /// Closes what is condemned and due, from the record of this number on; `isLast`: the grace was over
    /// when the walk began, so that it leaves none.
    case closing(Int, isLast: Bool)
  }

  var walk = Walk.none
  /// When what is condemned must end; monotonic nanoseconds. `nil`: nothing is.
  var graceEnd: UInt64?
  /// Something is condemned, as far as the records were decided again.
  var hasCondemned = false
  /// Upstreams that have been idle since before this are of a policy that is gone; `nil`: none are left.
  var upstreamsBefore: UInt64?

  /// Records may be of the snapshot before, or condemned with no time left.
  @inline(__always) var isWalking: Bool {
    switch walk {
    case .none: false
    case .deciding, .closing: true
    }
  }

  @inline(__always) var isUnderWay: Bool { isWalking || graceEnd != nil || upstreamsBefore != nil }
}
