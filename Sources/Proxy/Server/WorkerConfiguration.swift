package import Policy
package import Resolver

/// What a worker is made from.
package struct WorkerConfiguration: Sendable {
  /// 0, 1, …: also the number of its journal.
  package var number: Int
  package var limits: Limits
  package var snapshot: PolicySnapshot
  /// Listening sockets, owned by the worker from now on: one of each listener in the order of their
  /// numbers (see `ClientRules`), and so again if there are several of each.
  package var listeners: [Int32]
  package var listenerCount: Int
  /// The numbers of those of them that are Unix sockets, below 64.
  package var unixListeners: Set<Int>
  /// An eventfd(2) that tells the worker to look at its ``SharedState``.
  package var wake: Int32
  package var resolver: ResolverSettings
  /// The name by which this process knows itself in `Via` (RFC 9110 §7.6.3): a request that carries
  /// it has come round in a loop.
  package var pseudonym: String

  package init(
    number: Int, limits: Limits, snapshot: PolicySnapshot, listeners: [Int32],
    listenerCount: Int? = nil, unixListeners: Set<Int> = [], wake: Int32,
    resolver: ResolverSettings, pseudonym: String
  ) {
    self.number = number
    self.limits = limits
    self.snapshot = snapshot
    self.listeners = listeners
    self.listenerCount = listenerCount ?? listeners.count
    self.unixListeners = unixListeners
    self.wake = wake
    self.resolver = resolver
    self.pseudonym = pseudonym
  }
}
