package import Domains
package import Reactor

/// Names in, addresses out: A and AAAA by c-ares on the worker's epoll, the hosts file, and a bounded
/// cache of what was found and of what was not. It gives the addresses as they are; whether one may be
/// dialled is judged by others. Nobody hands it a name that policy has not allowed.
///
/// Nothing waits, and nothing grows: one lookup for each name, however many wait for it, and a fixed
/// number of names, lookups and waiters. A lookup that the cache answers allocates nothing.
///
/// The worker calls ``handle(fd:readable:writable:now:)`` for events whose token has `tokenBase`,
/// ``expire(now:)`` once ``nextDeadline(now:)`` has passed, and after each of these and after
/// ``lookup(_:waiter:now:isWhole:)`` takes what ``nextCompletion()`` gives until it gives nothing.
/// `now` is monotonic nanoseconds and never goes back.
@safe package struct Resolver: ~Copyable {
  var core: ResolverCore

  /// Reads resolv.conf and the hosts file. Made at start only: traps when there is no memory, or when
  /// the settings contradict each other.
  package init<K: Kernel>(
    kernel: K, epoll: Int32, tokenBase: UInt64, settings: ResolverSettings
  ) {
    let hooks = KernelSocketHooks(kernel: kernel, epoll: epoll, tokenBase: tokenBase)
    core = ResolverCore(hooks: hooks, settings: settings)
  }

  /// Answers from what is known, or begins to ask.
  ///
  /// - Parameters:
  ///   - host: canonical text, 1 to 253 bytes.
  ///   - waiter: the connection's handle, given back by ``nextCompletion()``.
  ///   - isWhole: do not take an answer that ``isPartial(_:)``: wait for the other family too. For a
  ///     connection that has tried all addresses of a partial answer.
  package mutating func lookup(
    _ host: Span<UInt8>, waiter: UInt64, now: UInt64, isWhole: Bool = false
  ) -> LookupResult {
    core.lookup(host, waiter: waiter, now: now, isWhole: isWhole)
  }

  /// The epoll event of a descriptor whose token has the resolver's base; an error or a hang-up
  /// counts as readable. A descriptor closed meanwhile does no harm.
  package mutating func handle(fd: Int32, readable: Bool, writable: Bool, now: UInt64) {
    core.handle(fd: fd, readable: readable, writable: writable, now: now)
  }

  /// Does what is due: retransmission, the resolution delay, the total timeout.
  package mutating func expire(now: UInt64) { core.expire(now: now) }

  /// When ``expire(now:)`` has something to do, in monotonic nanoseconds; `nil`: nothing is in flight.
  package func nextDeadline(now: UInt64) -> UInt64? { core.nextDeadline(now: now) }

  /// A waiter whose name is resolved, or `nil` when there is none.
  package mutating func nextCompletion() -> Completion? { core.nextCompletion() }

  /// Forgets a waiter: there will be no completion for it. What it asked for goes on, for the cache.
  package mutating func cancel(waiter: UInt64) { core.cancel(waiter: waiter) }

  /// How many addresses an answer has: 1 to 16.
  package func addressCount(_ answer: AnswerIndex) -> Int { core.addressCount(answer) }

  /// One address, in the order in which to dial: the families by turns, IPv6 first (RFC 8305 §4),
  /// within a family the server's order.
  package func address(_ answer: AnswerIndex, at position: Int) -> IPAddress {
    core.address(answer, at: position)
  }

  /// How many more addresses the server gave than are kept.
  package func droppedCount(_ answer: AnswerIndex) -> Int { core.droppedCount(answer) }

  /// Whether the addresses are of one family because the other's answer is late (RFC 8305 §3). When
  /// none of them can be reached, look the name up again with `isWhole`.
  package func isPartial(_ answer: AnswerIndex) -> Bool { core.isPartial(answer) }
}
