internal import Domains
internal import Policy
internal import Reactor

// The limits of environments, clients and destinations. `EnvironmentLimiter` counts, for all workers; here is
// when it is asked. A request of an environment without limits pays for one look at a flag.
extension Worker {
  /// Bytes of a tunnel that count for the quota together, and how long they may take to.
  static var meteredBytes: UInt64 { 1 << 20 }
  static var meteredTime: UInt64 { Limits.second }

  /// Whose request it is; asked for requests of an environment only.
  private func requester(_ index: Int) -> EnvironmentLimiter.Requester {
    let environment = environment(index)
    return EnvironmentLimiter.Requester(
      slot: snapshot.slot(of: environment), owner: snapshot.limitOwner(of: environment),
      client: failureSource(index))
  }

  /// Before anything is decided about the request.
  @inline(never) mutating func admitLimited(_ index: Int) -> LimitHit? {
    connections[index].isLimited = true
    let limits = snapshot.limits(of: environment(index))
    if limits.quota > 0 {
      connections[index].isMetered = true
      limitStates[index].metered = 0
      limitStates[index].meteredAt = now
    }
    if hasWaited { return nil }
    return shared.limiter.admitRequest(
      limits, requester(index), now: now, day: today, untilTomorrow: untilTomorrow)
  }

  /// Before anything is done for an allowed request, whose host ``key`` holds.
  @inline(never) mutating func admitAllowed(_ index: Int) -> LimitHit? {
    let limits = snapshot.limits(of: environment(index))
    let from = requester(index)
    if !hasWaited, let hit = admitDestination(shared, limits, from, key, now: now) { return hit }
    var held = HeldSlots()
    let hit = hold(
      connections[index].isConnect ? .tunnel : .exchange, shared, limits, from, key, into: &held)
    if hit == nil, !held.isEmpty {
      limitStates[index].held = held
      connections[index].holdsSlots = true
    }
    return hit
  }

  /// Keeps a request of `total` bytes in the scratch buffer until there is a place for it; no if it may not
  /// wait, or has waited long enough.
  @inline(never) mutating func waitForSlot(_ index: Int, _ hit: LimitHit, _ total: Int) -> Bool {
    let queue = snapshot.limits(of: environment(index)).queue
    guard queue > 0, hit.isHeld, !isDraining else { return false }
    if !hasWaited { limitStates[index].waitEnd = now + queue }
    let end = min(limitStates[index].waitEnd, now + queue)
    guard now < end, holdHead(index, total) else { return false }
    limitStates[index].waitEnd = end
    connections[index].waitsForSlot = true
    connections[index].state = .head
    timers.schedule(index, at: min(now + limits.queueLook, end))
    return true
  }

  /// Before a connection is dialled for the request whose host ``key`` holds.
  @inline(never) mutating func admitConnect(_ index: Int) -> LimitHit? {
    Proxy.admitConnect(
      shared, snapshot.limits(of: environment(index)), requester(index), key, now: now)
  }

  /// Before the name in ``key`` is looked up, unless its addresses are known. That of an upstream proxy is
  /// not the client's choice.
  @inline(never) mutating func admitLookup(_ index: Int, servers: Int) -> LimitHit? {
    guard !connections[index].isProxied, !connections[index].isDecided,
      !isKnown(resolver, key, servers: servers, now: now)
    else { return nil }
    return shared.limiter.admitLookup(
      snapshot.limits(of: environment(index)), requester(index), now: now)
  }

  /// The policy refuses the request.
  @inline(never) mutating func noteDenial(_ index: Int) {
    shared.limiter.noteDenial(
      snapshot.limits(of: environment(index)), requester(index), now: now)
  }

  /// Gives back what the request holds; it has come to its end.
  @inline(__always) mutating func releaseSlots(_ index: Int) {
    if connections[index].holdsSlots { giveBackSlots(index) }
  }

  @inline(never) private mutating func giveBackSlots(_ index: Int) {
    connections[index].holdsSlots = false
    shared.limiter.release(&limitStates[index].held)
  }

  /// Counts the bytes of the request for the quota, once there are some; no if that is used up.
  @inline(never) mutating func meter(_ index: Int, isLast: Bool = false) -> Bool {
    let environment = environment(index)
    guard environment != PolicySnapshot.noEnvironment else { return true }
    let total = connections[index].up.bytes &+ connections[index].down.bytes
    // Of a request that is sent again, they begin anew.
    let fresh = total >= limitStates[index].metered ? total - limitStates[index].metered : total
    guard
      isLast || fresh >= Self.meteredBytes || now - limitStates[index].meteredAt >= Self.meteredTime
    else { return true }
    limitStates[index].metered = total
    limitStates[index].meteredAt = now
    let used = shared.limiter.count(bytes: fresh, slot: snapshot.slot(of: environment), day: today)
    let quota = snapshot.limits(of: environment).quota
    return quota == 0 || used < quota
  }

  /// After a change of policy: the limits of the request's environment may be others. What it holds it keeps,
  /// and what has passed before there was a quota is not counted.
  mutating func settleLimits(_ index: Int) {
    let environment = environment(index)
    connections[index].isLimited = snapshot.isLimited(environment)
    let isMetered = snapshot.limits(of: environment).quota > 0
    if isMetered, !connections[index].isMetered {
      limitStates[index].metered = connections[index].up.bytes &+ connections[index].down.bytes
      limitStates[index].meteredAt = now
    }
    connections[index].isMetered = isMetered
  }

  /// Refuses a request that is over a limit, or a connection for it.
  mutating func refuse(_ index: Int, _ hit: LimitHit, prefersPlainText: Bool = false) {
    limitHit = hit
    refuse(index, hit.reason, detail: hit.detail, prefersPlainText: prefersPlainText)
    limitHit = nil
  }

  /// The fields of an answer that say when to come back: `Retry-After` (RFC 9110 §10.2.3), and
  /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
  mutating func putLimit(_ head: inout AnswerWriter) {
    guard let hit = limitHit else { return }
    head.put("\r\nRetry-After: ", out)
    head.put(hit.retrySeconds, out)
    head.put("\r\nRateLimit-Policy: \"", out)
    head.put(hit.policyName, out)
    head.put("\";q=", out)
    head.put(hit.quantity, out)
    if hit.reason == .quotaExceeded { head.put(";qu=\"content-bytes\"", out) }
    if hit.windowSeconds > 0 {
      head.put(";w=", out)
      head.put(hit.windowSeconds, out)
    } else {
      head.put(";qu=\"concurrent-requests\"", out)
    }
    head.put("\r\nRateLimit: \"", out)
    head.put(hit.policyName, out)
    head.put("\";r=0;t=", out)
    head.put(hit.retrySeconds, out)
  }

  /// Nanoseconds until the next day begins (UTC).
  private var untilTomorrow: UInt64 {
    let seconds = (Int64(now / 1000) + wallOffset) / 1_000_000
    return UInt64(86400 - max(seconds, 0) % 86400) * Limits.second
  }
}
