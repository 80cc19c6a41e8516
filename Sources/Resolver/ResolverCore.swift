import Domains
import Reactor

/// All of a ``Resolver`` that does not depend on the kernel. Not generic, so that the path of a cache
/// hit is compiled for what it is, in this module.
@safe struct ResolverCore: ~Copyable {
  var cache: AnswerCache
  var waiters: WaiterTable
  var lookups: Slab<PendingLookup>
  /// Lookups by when they are given up.
  var deadlines: SlotQueue
  /// Lookups with addresses of one family, by when they stop waiting for the other.
  var delays: SlotQueue
  var hosts: HostsFile
  /// When c-ares next looks at its own timers.
  var nextTick: UInt64 = 0
  var sets: ServerSets
  let hash: NameHash
  let totalNanoseconds: UInt64
  let delayNanoseconds: UInt64

  /// `makeHooks` makes the sockets of the channel of a number.
  init(settings: ResolverSettings, makeHooks: @escaping (Int) -> SocketHooks) {
    precondition(settings.cacheCapacity > settings.pendingCapacity && settings.pendingCapacity > 0)
    precondition(settings.queryTimeoutMilliseconds > 0 && settings.tries > 0)
    precondition(settings.totalTimeoutMilliseconds > 0 && settings.resolutionDelayMilliseconds >= 0)
    cache = AnswerCache(capacity: settings.cacheCapacity)
    waiters = WaiterTable(capacity: settings.waiterCapacity)
    lookups = Slab(capacity: settings.pendingCapacity)
    deadlines = SlotQueue(capacity: settings.pendingCapacity)
    delays = SlotQueue(capacity: settings.pendingCapacity)
    hosts = HostsFile(path: settings.hostsFile)
    hash = NameHash(seed: settings.seed)
    totalNanoseconds = UInt64(settings.totalTimeoutMilliseconds) * 1_000_000
    delayNanoseconds = UInt64(settings.resolutionDelayMilliseconds) * 1_000_000
    sets = ServerSets(settings: settings, makeHooks: makeHooks)
  }

  deinit { sets.closeAll() }

  /// See ``Resolver/lookup(_:waiter:now:servers:isWhole:)``.
  mutating func lookup(
    _ host: Span<UInt8>, waiter: UInt64, now: UInt64, servers: Int = 0, isWhole: Bool = false
  ) -> LookupResult {
    precondition(host.count > 0 && host.count <= 253)
    let place = sets.place(of: servers)
    let hashed = hash.hash(host) ^ place.life &* 0x9e37_79b1
    guard let entry = cache.find(host, hashed, place.life) else {
      return begin(host, hashed, place, entry: nil, waiter: waiter, now: now)
    }
    cache.entries[entry].wasUsed = true
    let isGood = cache.entries[entry].expires > now || cache.entries[entry].undelivered > 0
    switch cache.entries[entry].state {
    case .answer where isGood:
      if isWhole && cache.entries[entry].isPartial { return join(entry, waiter: waiter, now: now) }
      return .answer(index(entry))
    case .failure where isGood:
      return .failure(error(entry))
    case .asking:
      return join(entry, waiter: waiter, now: now)
    case .answer, .failure, .free:
      return begin(host, hashed, place, entry: entry, waiter: waiter, now: now)
    }
  }

  /// See `Resolver.isKnown(_:servers:now:)`.
  func isKnown(_ host: Span<UInt8>, servers: Int, now: UInt64) -> Bool {
    let place = sets.place(of: servers)
    let hashed = hash.hash(host) ^ place.life &* 0x9e37_79b1
    guard let entry = cache.find(host, hashed, place.life) else { return false }
    return switch cache.entries[entry].state {
    case .asking: true
    case .answer, .failure:
      cache.entries[entry].expires > now || cache.entries[entry].undelivered > 0
    case .free: false
    }
  }

  /// A waiter whose name is resolved, or `nil` when there is none.
  mutating func nextCompletion() -> Completion? {
    guard let node = waiters.nextReady() else { return nil }
    let entry = Int(node.entry)
    cache.entries[entry].undelivered -= 1
    let waited = cache.entries[entry].finished - min(node.started, cache.entries[entry].finished)
    let result: ResolutionResult =
      cache.entries[entry].state == .answer ? .answer(index(entry)) : .failure(error(entry))
    return Completion(
      waiter: node.waiter, result: result, dnsMicroseconds: UInt32(clamping: waited / 1000))
  }

  /// Forgets a waiter: there will be no completion for it. What it asked for goes on, for the cache.
  mutating func cancel(waiter: UInt64) {
    while let node = waiters.find(waiter) {
      let entry = Int(waiters.nodes[node].entry)
      if waiters.nodes[node].isReady {
        waiters.removeReady(node)
        cache.entries[entry].undelivered -= 1
      } else {
        waiters.remove(node, from: &cache.entries[entry].waiting)
      }
    }
  }

  /// How many addresses an answer has: 1 to 16.
  func addressCount(_ answer: AnswerIndex) -> Int {
    check(answer)
    return Int(cache.entries[Int(answer.entry)].addressCount)
  }

  /// One address, in the order in which to dial: the families by turns, IPv6 first (RFC 8305 §4),
  /// within a family the server's order.
  func address(_ answer: AnswerIndex, at position: Int) -> IPAddress {
    check(answer)
    return cache.address(Int(answer.entry), at: position)
  }

  /// How many more addresses the server gave than are kept.
  func droppedCount(_ answer: AnswerIndex) -> Int {
    check(answer)
    return Int(cache.entries[Int(answer.entry)].dropped)
  }

  /// Whether the addresses are of one family because the other's answer is late (RFC 8305 §3). When
  /// none of them can be reached, look the name up again with `isWhole`.
  func isPartial(_ answer: AnswerIndex) -> Bool {
    check(answer)
    return cache.entries[Int(answer.entry)].isPartial
  }

  private func check(_ answer: AnswerIndex) {
    precondition(cache.entries[Int(answer.entry)].generation == answer.generation)
  }

  private func index(_ entry: Int) -> AnswerIndex {
    AnswerIndex(entry: UInt32(entry), generation: cache.entries[entry].generation)
  }

  private func error(_ entry: Int) -> ResolutionError {
    ResolutionError(rawValue: cache.entries[entry].error) ?? .serverFailure
  }
}
