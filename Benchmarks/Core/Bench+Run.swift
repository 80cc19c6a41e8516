import Audit
import Domains
import Policy
import Reactor
import Resolver
import Wire

/// The loops. Each takes something of its result into the sum that is printed, so that the compiler
/// can leave no step out.
extension Bench {
  /// Does `operation` `count` times; returns a sum over the results.
  mutating func run(_ operation: Operation, _ count: Int) -> UInt64 {
    switch operation {
    case .matchHit: Self.match(matcher, hit, day, &key, count)
    case .matchMiss: Self.match(matcher, miss, day, &key, count)
    case .matchDeepMiss: Self.match(matcher, deepMiss, day, &key, count)
    case .decide: Self.decide(snapshot, 0, hit, day, &key, count)
    case .decideOwn: Self.decide(many, many.environmentCount - 1, hit, day, &key, count)
    case .place: Self.place(many, count)
    case .admits: Self.admits(snapshot, count)
    case .limits: Self.limits(limiter, hit, count)
    case .authority: Self.authority(target, &key, count)
    case .parseConnect: Self.parse(connectHead, count)
    case .parseGet: Self.parse(getHead, count)
    case .rebuildGet: Self.rebuild(getHead, pseudonym, output, &key, count)
    case .rewriteResponse: Self.rewrite(responseHead, pseudonym, output, count)
    case .journalAppend: Self.append(to: &journal, snapshot, hit, pseudonym, empty, count)
    case .timer: Self.timer(&timers, count)
    case .resolverHit: Self.resolverHit(&resolver, cached, count)
    }
  }

  @inline(never)
  private static func match(
    _ matcher: Matcher, _ name: borrowing Text, _ day: Day, _ key: inout HostKey, _ count: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<count {
      guard key.load(name.span) == nil else { return .max }
      sum &+= UInt64(matcher.match(key, port: .https, on: day).rule.rawValue)
    }
    return sum
  }

  @inline(never)
  private static func decide(
    _ snapshot: PolicySnapshot, _ environment: Int, _ name: borrowing Text, _ day: Day,
    _ key: inout HostKey, _ count: Int
  ) -> UInt64 {
    guard key.load(name.span) == nil else { return .max }
    var sum: UInt64 = 0
    for _ in 0..<count {
      let decision = snapshot.decide(key, port: .https, environment: environment, on: day)
      sum &+= UInt64(decision.rule.rawValue)
    }
    return sum
  }

  @inline(never)
  private static func place(_ snapshot: PolicySnapshot, _ count: Int) -> UInt64 {
    var sum: UInt64 = 0
    for number in 0..<count {
      let client = IPAddress(v4: 0x0A00_0000 &+ UInt32(truncatingIfNeeded: number &* 7 % 10_000))
      let place = snapshot.place(listener: 0, client: client)
      guard case .environment(let environment) = snapshot.admit(place, .nothing) else {
        return .max
      }
      sum &+= UInt64(environment)
    }
    return sum
  }

  @inline(never)
  private static func admits(_ snapshot: PolicySnapshot, _ count: Int) -> UInt64 {
    var sum: UInt64 = 0
    for number in 0..<count {
      let address = IPAddress(v4: 0x8C52_7003 &+ UInt32(truncatingIfNeeded: number & 7))
      sum &+= snapshot.admits(address, port: .https, environment: 0) ? 1 : 0
    }
    return sum
  }

  @inline(never)
  private static func limits(
    _ limiter: borrowing EnvironmentLimiter, _ host: borrowing Text, _ count: Int
  ) -> UInt64 {
    var limits = EnvironmentLimits()
    var part = EnvironmentLimits.Part()
    part.requests = Rate(999_999, per: .second)
    part.connects = part.requests
    part.denied = part.requests
    part.tunnelsMax = 1000
    (limits.own, limits.client, limits.destination) = (part, part, part)
    limits.destinations = part.requests
    limits.lookups = part.requests
    limits.quota = 1 << 40
    let day = Day(daysSince1970: 20_779)
    var sum: UInt64 = 0
    for number in 0..<count {
      let now = 1_000_000_000 &+ UInt64(number) &* 50_000
      let client = IPAddress(v4: 0x0A00_0000 &+ UInt32(truncatingIfNeeded: number & 15))
      let from = EnvironmentLimiter.Requester(slot: 0, owner: 7, client: client)
      var held = HeldSlots()
      guard limiter.admitRequest(limits, from, now: now, day: day, untilTomorrow: 1) == nil,
        limiter.admitDestination(limits, from, host.span, now: now) == nil,
        limiter.hold(.tunnel, limits, from, host.span, into: &held) == nil,
        limiter.admitConnect(limits, from, host.span, now: now) == nil,
        limiter.admitLookup(limits, from, now: now) == nil
      else { return .max }
      limiter.release(&held)
      sum &+= limiter.count(bytes: 4096, slot: 0, day: day)
    }
    return sum
  }

  @inline(never)
  private static func authority(
    _ target: borrowing Text, _ key: inout HostKey, _ count: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<count {
      guard case .valid(let parsed) = Authority.parse(target.span, defaultPort: nil, into: &key)
      else { return .max }
      sum &+= UInt64(parsed.port.number)
    }
    return sum
  }

  @inline(never)
  private static func parse(_ head: borrowing Text, _ count: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<count {
      guard let end = HeadScanner.end(of: head.span, from: 0),
        case .complete(let parsed) = RequestHead.parse(head.span, end: end)
      else { return .max }
      sum &+= UInt64(parsed.authority.end)
    }
    return sum
  }

  @inline(never)
  private static func rebuild(
    _ head: borrowing Text, _ pseudonym: borrowing Text, _ output: borrowing ByteBuffer,
    _ key: inout HostKey, _ count: Int
  ) -> UInt64 {
    guard case .complete(let parsed) = RequestHead.parse(head.span, end: head.count),
      case .valid = Authority.parse(
        parsed.authority.span(in: head.span), defaultPort: .http, into: &key)
    else { return .max }
    var sum: UInt64 = 0
    for _ in 0..<count {
      var out = output.mutableSpan(0, output.count)
      let length = RequestWriter.write(
        parsed, from: head.span, host: key.bytes, isIPv6: false, port: 80,
        pseudonym: pseudonym.span, trailers: pseudonym.span.extracting(0..<0),
        upstreamPersistent: true, into: &out)
      sum &+= UInt64(length ?? 0)
    }
    return sum
  }

  @inline(never)
  private static func rewrite(
    _ head: borrowing Text, _ pseudonym: borrowing Text, _ output: borrowing ByteBuffer,
    _ count: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<count {
      guard let end = HeadScanner.end(of: head.span, from: 0),
        case .complete(let parsed) = ResponseHead.parse(head.span, end: end, requestMethod: .get)
      else { return .max }
      var out = output.mutableSpan(0, output.count)
      let length = ResponseWriter.write(
        parsed, from: head.span, framing: parsed.framing(for: .http11),
        pseudonym: pseudonym.span, trailers: pseudonym.span.extracting(0..<0), date: pseudonym.span,
        clientPersistent: true, into: &out)
      sum &+= UInt64(length ?? 0)
    }
    return sum
  }

  @inline(never)
  private static func append(
    to journal: inout Journal, _ snapshot: PolicySnapshot, _ host: borrowing Text,
    _ listener: borrowing Text, _ empty: borrowing Text, _ count: Int
  ) -> UInt64 {
    var record = AuditRecord(
      event: .decision, id: RequestID(high: 7, low: 0), timeMicroseconds: 1_795_255_200_123_456)
    record.verdict = .allow
    record.reason = .allowlisted
    record.client = IPAddress(v4: 0x7F00_0001)
    record.clientPort = 51514
    record.port = 443
    record.ruleLine = 61
    record.generation = 1
    record.address = IPAddress(v4: 0x6810_0122)
    record.dnsMicroseconds = 812
    record.connectMicroseconds = 9120
    record.status = 200
    let decision = Decision(
      isAllowed: true, reason: .allowlisted, rule: Matcher.RuleIndex(rawValue: 30))
    for number in 0..<count {
      record.id.low = UInt64(number)
      let isKept = journal.append(
        record, environment: snapshot.environmentName(0), listener: listener.span,
        method: listener.span, host: host.span,
        list: snapshot.listLabel(of: decision, environment: 0),
        raw: empty.span)
      guard isKept else { return .max }
    }
    return UInt64(count)
  }

  @inline(never)
  private static func timer(_ timers: inout TimerWheel, _ count: Int) -> UInt64 {
    for number in 0..<count {
      timers.schedule(3, at: 2_000_000_000 &+ UInt64(truncatingIfNeeded: number & 0xfff) << 20)
      timers.cancel(3)
    }
    return UInt64(timers.count)
  }

  @inline(never)
  private static func resolverHit(
    _ resolver: inout Resolver, _ name: borrowing Text, _ count: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for number in 0..<count {
      guard
        case .answer(let answer) = resolver.lookup(name.span, waiter: UInt64(number), now: 2)
      else { return .max }
      sum &+= resolver.address(answer, at: 0).low
    }
    return sum
  }
}
