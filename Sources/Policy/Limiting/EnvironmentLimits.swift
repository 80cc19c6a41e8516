/// What an environment, each of its clients and each destination of its requests may take. A snapshot holds
/// each distinct one once, whatever the number of environments is that share it.
package struct EnvironmentLimits: Hashable, Sendable, BitwiseCopyable {
  /// Limits of one of them. `nil`, 0: there is none.
  package struct Part: Hashable, Sendable, BitwiseCopyable {
    package var requests: Rate?
    /// New connections to destinations.
    package var connects: Rate?
    /// Refusals by policy; whoever has more gets nothing for a while (see ``Penalty``).
    package var denied: Rate?
    package var tunnelsMax: UInt32 = 0
    package var exchangesMax: UInt32 = 0

    package init() {}

    func heldMax(_ kind: HeldSlots.Kind) -> Int {
      Int(kind == .tunnel ? tunnelsMax : exchangesMax)
    }
  }

  package var own = Part()
  package var client = Part()
  package var destination = Part()
  /// Destinations that were not asked for in the period before.
  package var destinations: Rate?
  /// Names looked up.
  package var lookups: Rate?
  /// Bytes a day, both ways together.
  package var quota: UInt64 = 0
  /// How long a request may wait for its turn, in nanoseconds.
  package var queue: UInt64 = 0

  /// No limits.
  package init() {}

  /// What a day may bring at most.
  package static let quotaMax: UInt64 = 64 << 40
}

extension PolicySnapshot {
  /// Whether an environment has limits.
  @inline(__always) package func isLimited(_ environment: Int) -> Bool {
    environment != Self.noEnvironment && rows[environment].limits != 0
  }

  /// The limits of an environment; none of ``noEnvironment``.
  package func limits(of environment: Int) -> EnvironmentLimits {
    limits[environment == Self.noEnvironment ? 0 : Int(rows[environment].limits)]
  }

  /// Whose the words of its limits are; see ``LimiterKeys/owner(_:)``.
  package func limitOwner(of environment: Int) -> UInt64 { rows[environment].limitOwner }
}

/// A limit that refused a request, with what its answer says.
package struct LimitHit: Hashable, Sendable, BitwiseCopyable {
  package enum Scope: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case environment, client, destination
  }

  package let reason: ReasonCode
  package let scope: Scope
  /// What may be taken, in all ``windowSeconds``; without a window, at once.
  package let quantity: UInt64
  package let windowSeconds: UInt64
  /// Nanoseconds.
  package let retryAfter: UInt64

  /// Until a slot of somebody else comes free nobody can say how long it takes.
  static let heldRetry: UInt64 = 1_000_000_000

  init(_ reason: ReasonCode, _ scope: Scope, _ rate: Rate, retryAfter: UInt64) {
    self.reason = reason
    self.scope = scope
    quantity = rate.amount
    windowSeconds = rate.period.seconds
    self.retryAfter = retryAfter
  }

  init(_ reason: ReasonCode, _ scope: Scope, held: Int) {
    self.reason = reason
    self.scope = scope
    quantity = UInt64(held)
    windowSeconds = 0
    retryAfter = Self.heldRetry
  }

  init(quota: UInt64, retryAfter: UInt64) {
    reason = .quotaExceeded
    scope = .environment
    quantity = quota
    windowSeconds = 86400
    self.retryAfter = retryAfter
  }

  /// Of what there is at once, so that there may be a place soon.
  package var isHeld: Bool { reason == .tunnelLimit || reason == .exchangeLimit }

  /// Whole seconds, rounded up, at least 1 and at most ten years.
  package var retrySeconds: UInt64 {
    min(max(retryAfter / 1_000_000_000 + (retryAfter % 1_000_000_000 > 0 ? 1 : 0), 1), 315_360_000)
  }
}

/// Places in counters that a tunnel or an exchange holds until it ends. All zero: none.
package struct HeldSlots: Hashable, Sendable, BitwiseCopyable {
  package enum Kind: UInt8, Sendable, BitwiseCopyable {
    case tunnel, exchange
  }

  /// A place in the environment's own counter for keys that found none.
  static let overflow = UInt32.max

  var kind = Kind.tunnel
  var slot: UInt16 = 0
  var holdsOwn = false
  /// Place + 1; 0: none.
  var client: UInt32 = 0
  var destination: UInt32 = 0

  package init() {}

  package var isEmpty: Bool { !holdsOwn && client == 0 && destination == 0 }
}
