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
    core = ResolverCore(settings: settings) { channel in
      KernelSocketHooks(
        kernel: kernel, epoll: epoll, tokenBase: tokenBase | UInt64(channel) << 32)
    }
  }

  /// The most sets of name servers beside those of the settings.
  package static var serverSetsMax: Int { ServerSets.countMax }

  /// From now on `servers` of a lookup counts these, from 1; each has at least one server. Sets that stay
  /// keep their answers; one that goes is closed once what it was asked is over, by ``tidy(now:)``.
  package mutating func use(_ sets: [[SocketAddress]], now: UInt64) { core.use(sets, now: now) }

  /// Whether ``tidy(now:)`` has something to do, now or later.
  package var isUntidy: Bool { core.sets.hasRetired }

  /// Closes at most one set that is not in use any more. Called each turn.
  package mutating func tidy(now: UInt64) { core.tidy(now: now) }

  /// Answers from what is known, or begins to ask.
  ///
  /// - Parameters:
  ///   - host: canonical text, 1 to 253 bytes.
  ///   - waiter: the connection's handle, given back by ``nextCompletion()``.
  ///   - servers: who is asked: 0, those of the settings; else the place in the sets of ``use(_:now:)``,
  ///     from 1. What one set answered is never an answer for another.
  ///   - isWhole: do not take an answer that ``isPartial(_:)``: wait for the other family too. For a
  ///     connection that has tried all addresses of a partial answer.
  package mutating func lookup(
    _ host: Span<UInt8>, waiter: UInt64, now: UInt64, servers: Int = 0, isWhole: Bool = false
  ) -> LookupResult {
    core.lookup(host, waiter: waiter, now: now, servers: servers, isWhole: isWhole)
  }

  /// Whether a lookup of this name would ask nobody anew.
  package func isKnown(_ host: Span<UInt8>, servers: Int = 0, now: UInt64) -> Bool {
    core.isKnown(host, servers: servers, now: now)
  }

  /// The epoll event of a descriptor whose token has the resolver's base, with `channel` in the eight bits
  /// above the descriptor; an error or a hang-up counts as readable. A descriptor closed meanwhile does no
  /// harm.
  package mutating func handle(
    fd: Int32, channel: Int = 0, readable: Bool, writable: Bool, now: UInt64
  ) {
    core.handle(fd: fd, channel: channel, readable: readable, writable: writable, now: now)
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
