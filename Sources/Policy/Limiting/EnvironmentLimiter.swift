package import Domains

/// What all environments have taken of their limits, in words that all workers share. It counts; what the
/// limits are is asked with each call, so that a change of the configuration changes no word.
///
/// Narrow limits are asked before wide ones: a client that has used up its own share takes nothing of what
/// the others of its environment may have.
package struct EnvironmentLimiter: ~Copyable, Sendable {
  /// Whose request it is.
  package struct Requester: Sendable, BitwiseCopyable {
    /// See `PolicySnapshot.slot(of:)`.
    package let slot: Int
    /// See ``LimiterKeys/owner(_:)``.
    package let owner: UInt64
    package let client: IPAddress

    package init(slot: Int, owner: UInt64, client: IPAddress) {
      self.slot = slot
      self.owner = owner
      self.client = client
    }
  }

  /// The words of an environment. Those from `clientRequests` on are of all keys together that found no room
  /// in the tables.
  enum Word: Int {
    case owner, requests, connects, destinations, lookups, denied, penalty, quota, tunnels,
      exchanges
    case clientRequests, clientConnects, clientDenied, clientPenalty, clientTunnels, clientExchanges
    case destinationRequests, destinationConnects, destinationTunnels
  }

  private static let stride = 24

  private let environments: SharedWords
  private let keyed: LimiterTable
  private let holds: HoldTable
  private let keys: LimiterKeys

  /// Room for the words of `keys` clients and destinations, and as many that hold something.
  package init(slots: Int = PolicySnapshot.slotCount, keys: Int, seed: (UInt64, UInt64)) {
    environments = SharedWords(count: slots * Self.stride)
    keyed = LimiterTable(keys: keys)
    holds = HoldTable(keys: keys)
    self.keys = LimiterKeys(seed: seed)
  }

  // MARK: Requests

  /// Asked for each request, before anything is decided about it. `day`: see ``QuotaWord``.
  package func admitRequest(
    _ limits: EnvironmentLimits, _ from: Requester, now: UInt64, day: Day, untilTomorrow: UInt64
  ) -> LimitHit? {
    if let rate = limits.client.denied {
      let key = keys.client(from.client, from.owner, Use.penalty)
      // Whoever found no room shares a penalty with others like him.
      let word = max(keyed.value(key), environments.load(place(from, .clientPenalty)))
      let wait = Penalty.remaining(word, now: now)
      if wait > 0 { return LimitHit(.deniedLimit, .client, rate, retryAfter: wait) }
    }
    if let rate = limits.own.denied {
      let wait = Penalty.remaining(environments.load(place(from, .penalty)), now: now)
      if wait > 0 { return LimitHit(.deniedLimit, .environment, rate, retryAfter: wait) }
    }
    if limits.quota > 0, used(from.slot, day: day) >= limits.quota {
      return LimitHit(quota: limits.quota, retryAfter: untilTomorrow)
    }
    if let rate = limits.client.requests,
      let hit = take(
        rate, keys.client(from.client, from.owner, Use.requests), place(from, .clientRequests),
        .requestLimit, .client, now: now)
    {
      return hit
    }
    guard let rate = limits.own.requests else { return nil }
    return take(rate, place(from, .requests), .requestLimit, .environment, now: now)
  }

  /// Counts a refusal by policy.
  package func noteDenial(_ limits: EnvironmentLimits, _ from: Requester, now: UInt64) {
    if let rate = limits.client.denied {
      let hit = take(
        rate, keys.client(from.client, from.owner, Use.denied), place(from, .clientDenied),
        .deniedLimit, .client, now: now)
      if hit != nil {
        var penalty = PenaltyChange(now: now)
        if !keyed.apply(keys.client(from.client, from.owner, Use.penalty), &penalty, now: now) {
          environments.change(place(from, .clientPenalty), &penalty)
        }
      }
    }
    if let rate = limits.own.denied,
      take(rate, place(from, .denied), .deniedLimit, .environment, now: now) != nil
    {
      var penalty = PenaltyChange(now: now)
      environments.change(place(from, .penalty), &penalty)
    }
  }

  // MARK: Destinations

  /// Asked for each request that is allowed, before anything is done for it. `host`: its canonical name.
  package func admitDestination(
    _ limits: EnvironmentLimits, _ from: Requester, _ host: Span<UInt8>, now: UInt64
  ) -> LimitHit? {
    if let rate = limits.destination.requests,
      let hit = take(
        rate, keys.destination(host, from.owner, Use.requests), place(from, .destinationRequests),
        .requestLimit, .destination, now: now)
    {
      return hit
    }
    guard let rate = limits.destinations else { return nil }
    let key = keys.destination(host, from.owner, Use.seen)
    guard keyed.value(key) <= GCRA.ticks(now) else { return nil }
    if let hit = take(rate, place(from, .destinations), .destinationLimit, .environment, now: now) {
      return hit
    }
    // Counted again once the period is over. One that finds no room counts each time.
    var mark = MarkChange(until: GCRA.ticks(now + rate.period.seconds * 1_000_000_000))
    _ = keyed.apply(key, &mark, now: now)
    return nil
  }

  /// Asked before a connection is dialled.
  package func admitConnect(
    _ limits: EnvironmentLimits, _ from: Requester, _ host: Span<UInt8>, now: UInt64
  ) -> LimitHit? {
    if let rate = limits.client.connects,
      let hit = take(
        rate, keys.client(from.client, from.owner, Use.connects), place(from, .clientConnects),
        .connectLimit, .client, now: now)
    {
      return hit
    }
    if let rate = limits.destination.connects,
      let hit = take(
        rate, keys.destination(host, from.owner, Use.connects), place(from, .destinationConnects),
        .connectLimit, .destination, now: now)
    {
      return hit
    }
    guard let rate = limits.own.connects else { return nil }
    return take(rate, place(from, .connects), .connectLimit, .environment, now: now)
  }

  /// Asked before a name server is.
  package func admitLookup(
    _ limits: EnvironmentLimits, _ from: Requester, now: UInt64
  ) -> LimitHit? {
    guard let rate = limits.lookups else { return nil }
    return take(rate, place(from, .lookups), .dnsLimit, .environment, now: now)
  }

  // MARK: What is held

  /// Takes a place in every limit on what there is at once; on a refusal in none.
  package func hold(
    _ kind: HeldSlots.Kind, _ limits: EnvironmentLimits, _ from: Requester, _ host: Span<UInt8>,
    into held: inout HeldSlots
  ) -> LimitHit? {
    assert(held.isEmpty, "what is held is given back first")
    held = HeldSlots()
    held.kind = kind
    held.slot = UInt16(from.slot)
    let reason = kind == .tunnel ? ReasonCode.tunnelLimit : .exchangeLimit
    let clientMax = limits.client.heldMax(kind)
    if clientMax > 0 {
      held.client = acquire(
        keys.client(from.client, from.owner, Use.held + kind.rawValue),
        place(from, kind == .tunnel ? .clientTunnels : .clientExchanges), clientMax)
      if held.client == 0 { return LimitHit(reason, .client, held: clientMax) }
    }
    let destinationMax = limits.destination.heldMax(kind)
    if destinationMax > 0, kind == .tunnel {
      held.destination = acquire(
        keys.destination(host, from.owner, Use.held + kind.rawValue),
        place(from, .destinationTunnels), destinationMax)
      if held.destination == 0 {
        release(&held)
        return LimitHit(reason, .destination, held: destinationMax)
      }
    }
    let ownMax = limits.own.heldMax(kind)
    if ownMax > 0 {
      guard enter(place(from, kind == .tunnel ? .tunnels : .exchanges), ownMax) else {
        release(&held)
        return LimitHit(reason, .environment, held: ownMax)
      }
      held.holdsOwn = true
    }
    return nil
  }

  /// Gives back all that is held, wherever it was counted.
  package func release(_ held: inout HeldSlots) {
    let isTunnel = held.kind == .tunnel
    let row = Int(held.slot) * Self.stride
    if held.holdsOwn {
      leave(row + (isTunnel ? Word.tunnels : .exchanges).rawValue)
    }
    if held.client == HeldSlots.overflow {
      leave(row + (isTunnel ? Word.clientTunnels : .clientExchanges).rawValue)
    } else if held.client != 0 {
      holds.release(held.client - 1)
    }
    if held.destination == HeldSlots.overflow {
      leave(row + Word.destinationTunnels.rawValue)
    } else if held.destination != 0 {
      holds.release(held.destination - 1)
    }
    held = HeldSlots()
  }

  /// Tunnels or exchanges that count for the limit of an environment itself.
  package func count(_ kind: HeldSlots.Kind, slot: Int) -> Int {
    Int(
      environments.load(slot * Self.stride + (kind == .tunnel ? Word.tunnels : .exchanges).rawValue)
    )
  }

  /// Everything that anybody holds; looks at all words.
  package var heldTotal: Int {
    var sum = holds.total
    let words: [Word] = [
      .tunnels, .exchanges, .clientTunnels, .clientExchanges, .destinationTunnels,
    ]
    for slot in 0..<(environments.count / Self.stride) {
      for word in words { sum += Int(environments.load(slot * Self.stride + word.rawValue)) }
    }
    return sum
  }

  // MARK: The quota

  /// Counts bytes, and gives all of the day.
  @discardableResult
  package func count(bytes: UInt64, slot: Int, day: Day) -> UInt64 {
    var change = QuotaChange(bytes: bytes, day: day)
    environments.change(slot * Self.stride + Word.quota.rawValue, &change)
    return change.total
  }

  /// Bytes of the day so far.
  package func used(_ slot: Int, day: Day) -> UInt64 {
    QuotaWord(rawValue: environments.load(slot * Self.stride + Word.quota.rawValue)).bytes(on: day)
  }

  /// What stands in the word of an environment.
  package func quota(slot: Int) -> QuotaWord {
    QuotaWord(rawValue: environments.load(slot * Self.stride + Word.quota.rawValue))
  }

  /// Adds what was counted before this process started.
  package func restore(_ quota: QuotaWord, slot: Int) {
    var change = QuotaChange(bytes: quota.bytes, day: quota.day)
    environments.change(slot * Self.stride + Word.quota.rawValue, &change)
  }

  // MARK: Environments that come and go

  /// Gives the words of slots that go over to environments of other names to them, cleared; before anything
  /// is counted for them. What is held stays: it is given back by whoever holds it.
  package func prepare(_ snapshot: PolicySnapshot) {
    for environment in 0..<snapshot.environmentCount {
      let row = snapshot.slot(of: environment) * Self.stride
      let owner = snapshot.limitOwner(of: environment)
      let before = environments.load(row)
      if before == owner { continue }
      if before != 0 {
        let words: [Word] = [
          .requests, .connects, .destinations, .lookups, .denied, .penalty, .quota,
          .clientRequests, .clientConnects, .clientDenied, .clientPenalty, .destinationRequests,
          .destinationConnects,
        ]
        for word in words { environments.store(row + word.rawValue, 0) }
      }
      environments.store(row, owner)
    }
  }

  // MARK: Words

  /// What a key is for; those of what is held are two.
  private enum Use {
    static var requests: UInt8 { 0 }
    static var connects: UInt8 { 1 }
    static var denied: UInt8 { 2 }
    static var penalty: UInt8 { 3 }
    static var seen: UInt8 { 4 }
    static var held: UInt8 { 8 }
  }

  private func place(_ from: Requester, _ word: Word) -> Int {
    from.slot * Self.stride + word.rawValue
  }

  private func take(
    _ rate: Rate, _ key: UInt64, _ overflow: Int, _ reason: ReasonCode, _ scope: LimitHit.Scope,
    now: UInt64
  ) -> LimitHit? {
    let step = keyed.take(key, rate, now: now) ?? environments.take(overflow, rate, now: now)
    return step.isAllowed ? nil : LimitHit(reason, scope, rate, retryAfter: step.retryAfter)
  }

  private func take(
    _ rate: Rate, _ place: Int, _ reason: ReasonCode, _ scope: LimitHit.Scope, now: UInt64
  ) -> LimitHit? {
    let step = environments.take(place, rate, now: now)
    return step.isAllowed ? nil : LimitHit(reason, scope, rate, retryAfter: step.retryAfter)
  }

  /// Place + 1 of what is held; 0: refused.
  private func acquire(_ key: UInt64, _ overflow: Int, _ limit: Int) -> UInt32 {
    switch holds.acquire(key, limit: limit) {
    case .held(let place): place + 1
    case .refused: 0
    case .full: enter(overflow, limit) ? HeldSlots.overflow : 0
    }
  }

  private func enter(_ place: Int, _ limit: Int) -> Bool {
    if environments.add(place, 1) <= UInt64(limit) { return true }
    leave(place)
    return false
  }

  private func leave(_ place: Int) {
    let after = environments.subtract(place, 1)
    precondition(after != .max, "given back twice")
  }
}
