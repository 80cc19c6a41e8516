/// What a record tells of. The raw values stand in journal files and never change.
package enum AuditEvent: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// The process began to serve; carries what the caller says of itself (version, lists …).
  case start = 1
  /// A request was allowed or refused.
  case decision = 2
  /// A tunnel or an exchange ended.
  case close = 3
  /// The process ended in order; the last record of a run that was not killed.
  case stop = 4
  /// Records were lost here; the record says how many.
  case dropped = 5
  /// The configuration was read again; carries what came of it, and what is in force.
  case reload = 6
  /// The administration did something, and carries what and for whom.
  case admin = 7

  /// The value of the `event` member.
  package var name: StaticString {
    switch self {
    case .start: "start"
    case .decision: "decision"
    case .close: "close"
    case .stop: "stop"
    case .dropped: "dropped"
    case .reload: "reload"
    case .admin: "admin"
    }
  }
}

/// The verdict of a decision. The raw values stand in journal files and never change.
package enum AuditVerdict: UInt8, Sendable, BitwiseCopyable {
  case none = 0
  case allow = 1
  case deny = 2
}

/// What happens to a request whose record cannot be kept: the disk is full, or the ring is.
package enum OnFull: Sendable {
  /// The request is refused with 503 `audit_unavailable`: nothing happens without its record.
  case block
  /// The request is served, the record is dropped and counted.
  case drop
}
