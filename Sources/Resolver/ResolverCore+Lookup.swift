import Domains
import Reactor

/// One name being asked for: two queries, AAAA and A, at once.
struct PendingLookup: BitwiseCopyable {
  /// The cache entry, plus one; 0: nobody wants the answer any more, c-ares still works on it.
  var entry: UInt32
  var deadline: UInt64
  /// When an answer of one family stops waiting for the other; valid while queued.
  var delayEnds: UInt64
  var isOutV6: Bool
  var isOutV4: Bool
  /// The channel that asks.
  var channel: UInt8

  var isOver: Bool { !isOutV6 && !isOutV4 }
}

/// A lookup's life: begin, an answer from either family, the resolution delay, the end.
extension ResolverCore {
  /// Queries of a lookup's slot, as numbers of the channel.
  private static func number(_ slot: Int, _ family: IPAddress.Family) -> Int {
    family == .v6 ? slot * 2 : slot * 2 + 1
  }

  /// Lets a waiter wait for the lookup in flight.
  mutating func join(_ entry: Int, waiter: UInt64, now: UInt64) -> LookupResult {
    waiters.add(waiter, entry: entry, to: &cache.entries[entry].waiting, now: now)
      ? .pending : .full
  }

  /// Answers from the hosts file, or asks; `known` is the name's entry if it has one.
  mutating func begin(
    _ host: Span<UInt8>, _ hashed: UInt32, _ place: ServerSets.Place, entry known: Int?,
    waiter: UInt64, now: UInt64
  ) -> LookupResult {
    var (v6, v4) = hosts.addresses(of: host, now: now)
    if v6.count + v4.count == 0 {
      switch SpecialName(host) {
      case .localhost:
        v6.append(SpecialName.loopbackV6)
        v4.append(SpecialName.loopbackV4)
      case .never:
        return .failure(.notFound)
      case nil:
        return ask(host, hashed, place, entry: known, waiter: waiter, now: now)
      }
    }
    guard let entry = known ?? cache.insert(host, hashed, place.life, now: now) else {
      return .full
    }
    detach(entry)
    cache.store(
      .interleaved(v6: v6, v4: v4), in: entry,
      expires: now + ResolverSettings.hostsSecondsKept * 1_000_000_000, isPartial: false)
    complete(entry, now: now)
    return .answer(
      AnswerIndex(entry: UInt32(entry), generation: cache.entries[entry].generation))
  }

  private mutating func ask(
    _ host: Span<UInt8>, _ hashed: UInt32, _ place: ServerSets.Place, entry known: Int?,
    waiter: UInt64, now: UInt64
  ) -> LookupResult {
    guard !waiters.isFull, lookups.count < lookups.capacity,
      let entry = known ?? cache.insert(host, hashed, place.life, now: now),
      let slot = lookups.take()
    else { return .full }
    detach(entry)
    // Before anything is asked the clock of retransmission may have stood.
    if lookups.count == 1 { nextTick = now + ResolverSettings.tickNanoseconds }
    lookups[slot] = PendingLookup(
      entry: UInt32(entry) + 1, deadline: now + totalNanoseconds, delayEnds: 0, isOutV6: true,
      isOutV4: true, channel: place.channel)
    deadlines.append(slot)
    cache.entries[entry].state = .asking
    cache.entries[entry].isPartial = false
    cache.entries[entry].generation &+= 1
    cache.entries[entry].lookup = UInt32(slot) + 1
    let result = join(entry, waiter: waiter, now: now)
    let channel = sets.open(Int(place.channel))
    // RFC 8305 §3: AAAA first, A right behind it.
    channel.start(Self.number(slot, .v6), name: host, family: .v6)
    channel.start(Self.number(slot, .v4), name: host, family: .v4)
    takeAnswers(now: now)
    return result
  }

  /// See ``Resolver/handle(fd:channel:readable:writable:now:)``.
  mutating func handle(
    fd: Int32, channel number: Int, readable: Bool, writable: Bool, now: UInt64
  ) {
    guard let channel = sets.channel(number) else { return }
    channel.handle(fd, readable: readable, writable: writable)
    takeAnswers(now: now)
  }

  /// Does what is due: retransmission, the resolution delay, the total timeout.
  mutating func expire(now: UInt64) {
    if lookups.count > 0 && now >= nextTick {
      nextTick = now + ResolverSettings.tickNanoseconds
      for number in 0..<ServerSets.channelsMax {
        if let channel = sets.channel(number), channel.outstanding > 0 { channel.retransmit() }
      }
    }
    takeAnswers(now: now)
    while let slot = delays.first, lookups[slot].delayEnds <= now {
      delays.remove(slot)
      settle(slot, now: now)
    }
    while let slot = deadlines.first, lookups[slot].deadline <= now {
      finish(slot, now: now)
    }
  }

  /// When ``expire(now:)`` has something to do, in monotonic nanoseconds; `nil`: nothing is in flight.
  func nextDeadline(now: UInt64) -> UInt64? {
    var next = UInt64.max
    if lookups.count > 0 { next = nextTick }
    if let slot = delays.first { next = min(next, lookups[slot].delayEnds) }
    if let slot = deadlines.first { next = min(next, lookups[slot].deadline) }
    return next == .max ? nil : max(next, now)
  }

  private mutating func takeAnswers(now: UInt64) {
    for number in 0..<ServerSets.channelsMax {
      if let channel = sets.channel(number) { takeAnswers(of: channel, now: now) }
    }
  }

  func result(_ slot: Int, _ family: IPAddress.Family) -> ParsedAnswer {
    guard let channel = sets.channel(Int(lookups[slot].channel)) else {
      return ParsedAnswer(error: .serverFailure)
    }
    return channel.result(Self.number(slot, family))
  }

  mutating func takeAnswers(of channel: AresChannel, now: UInt64) {
    while let number = channel.nextFinished() {
      let slot = number / 2
      if number % 2 == 0 { lookups[slot].isOutV6 = false } else { lookups[slot].isOutV4 = false }
      if lookups[slot].isOver {
        finish(slot, now: now)
        lookups.giveBack(slot)
      } else if lookups[slot].entry != 0 && channel.result(number).error == nil {
        // RFC 8305 §3 lets only A wait for AAAA. Here AAAA waits for A as well: whoever asked gets
        // one list of addresses, and without A it could not fall back where IPv6 leads nowhere.
        if delayNanoseconds == 0 {
          settle(slot, now: now)
        } else {
          lookups[slot].delayEnds = now + delayNanoseconds
          delays.append(slot)
        }
      }
    }
  }

  /// Gives out the addresses of the family that has answered; the other may still come.
  private mutating func settle(_ slot: Int, now: UInt64) {
    guard lookups[slot].entry != 0, !lookups[slot].isOver else { return }
    let entry = Int(lookups[slot].entry) - 1
    let answer = result(slot, lookups[slot].isOutV6 ? .v4 : .v6)
    guard answer.error == nil else { return }
    cache.store(
      answer.addresses, in: entry, expires: Self.expiry(answer.ttl, now: now), isPartial: true)
    complete(entry, now: now)
  }

  /// Ends a lookup with what has come; a query still out counts as timed out.
  private mutating func finish(_ slot: Int, now: UInt64) {
    deadlines.remove(slot)
    delays.remove(slot)
    guard lookups[slot].entry != 0 else { return }
    let entry = Int(lookups[slot].entry) - 1
    let v6 =
      lookups[slot].isOutV6
      ? ParsedAnswer(error: .timeout) : result(slot, .v6)
    let v4 =
      lookups[slot].isOutV4
      ? ParsedAnswer(error: .timeout) : result(slot, .v4)
    if let first = v6.error, let second = v4.error {
      // That one family does not exist says nothing while the other is unknown.
      let error = first == .notFound ? second : first
      cache.store(error, in: entry, expires: now + error.secondsKept * 1_000_000_000)
    } else {
      var expires = Self.expiry(min(v6.ttl, v4.ttl), now: now)
      // The family that came first keeps the end of its own time.
      if cache.entries[entry].isPartial { expires = min(expires, cache.entries[entry].expires) }
      cache.store(
        .interleaved(v6: v6.addresses, v4: v4.addresses), in: entry, expires: expires,
        isPartial: false)
    }
    detach(entry)
    complete(entry, now: now)
  }

  /// Parts an entry from the lookup in flight, whose answer will then be thrown away.
  private mutating func detach(_ entry: Int) {
    guard cache.entries[entry].lookup != 0 else { return }
    let slot = Int(cache.entries[entry].lookup) - 1
    cache.entries[entry].lookup = 0
    lookups[slot].entry = 0
    deadlines.remove(slot)
    delays.remove(slot)
  }

  /// Lets everyone who waits for an entry be told.
  private mutating func complete(_ entry: Int, now: UInt64) {
    cache.entries[entry].finished = now
    let told = waiters.makeReady(&cache.entries[entry].waiting)
    cache.entries[entry].undelivered += told
  }

  private static func expiry(_ ttl: UInt32, now: UInt64) -> UInt64 {
    let bounds = ResolverSettings.secondsKept
    return now + min(max(UInt64(ttl), bounds.lowerBound), bounds.upperBound) * 1_000_000_000
  }
}
