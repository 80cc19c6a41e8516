import Domains
import Testing

@testable import Policy

/// What environments, clients and destinations have taken, without any worker.
@Suite struct EnvironmentLimiterTests {
  static let second: UInt64 = 1_000_000_000

  /// A limiter that closures can share.
  final class Box: Sendable {
    let limiter: EnvironmentLimiter
    init(keys: Int = 1024) { limiter = EnvironmentLimiter(slots: 8, keys: keys, seed: (1, 2)) }

    func request(
      _ limits: EnvironmentLimits, client: UInt32 = 1, environment: Int = 0, now: UInt64,
      day: Day = Day(daysSince1970: 20_000)
    ) -> LimitHit? {
      limiter.admitRequest(
        limits, from(client, environment), now: now, day: day, untilTomorrow: 7 * second)
    }

    func destination(
      _ limits: EnvironmentLimits, _ host: String, client: UInt32 = 1, now: UInt64
    ) -> LimitHit? {
      let name = Array(host.utf8)
      return limiter.admitDestination(limits, from(client, 0), name.span, now: now)
    }

    func connect(
      _ limits: EnvironmentLimits, _ host: String, client: UInt32 = 1, now: UInt64
    ) -> LimitHit? {
      let name = Array(host.utf8)
      return limiter.admitConnect(limits, from(client, 0), name.span, now: now)
    }

    func hold(
      _ kind: HeldSlots.Kind, _ limits: EnvironmentLimits, _ host: String, client: UInt32 = 1,
      into held: inout HeldSlots
    ) -> LimitHit? {
      let name = Array(host.utf8)
      return limiter.hold(kind, limits, from(client, 0), name.span, into: &held)
    }

    func from(_ client: UInt32, _ environment: Int) -> EnvironmentLimiter.Requester {
      EnvironmentLimiter.Requester(
        slot: environment, owner: LimiterKeys.owner("env-\(environment)"),
        client: IPAddress(v4: client))
    }
  }

  private func limits(_ change: (inout EnvironmentLimits) throws -> Void) rethrows
    -> EnvironmentLimits
  {
    var limits = EnvironmentLimits()
    try change(&limits)
    return limits
  }

  @Test("a client's limit leaves to the others what is the environment's")
  func perClient() throws {
    let box = Box()
    let limits = try limits {
      $0.own.requests = try Rate("100/s burst 10", .count)
      $0.client.requests = try Rate("1/s burst 3", .count)
    }
    let greedy = (0..<20).map { _ in box.request(limits, client: 1, now: Self.second) }
    #expect(greedy.prefix(3).allSatisfy { $0 == nil })
    #expect(greedy.dropFirst(3).allSatisfy { $0?.scope == .client && $0?.reason == .requestLimit })
    // Seven of the environment's ten are left.
    let others = (2..<12 as Range<UInt32>).map { box.request(limits, client: $0, now: Self.second) }
    #expect(others.count { $0 == nil } == 7)
    #expect(others.last??.scope == .environment && others.last??.quantity == 100)
    // Another environment has its own.
    #expect(box.request(limits, client: 1, environment: 1, now: Self.second) == nil)
  }

  @Test("IPv6 clients count by their first 64 bits")
  func networks() throws {
    let box = Box()
    let limits = try limits { $0.client.requests = try Rate("1/min burst 1", .count) }
    func ask(_ high: UInt64, _ low: UInt64) -> LimitHit? {
      box.limiter.admitRequest(
        limits,
        EnvironmentLimiter.Requester(slot: 0, owner: 1, client: IPAddress(v6High: high, low: low)),
        now: Self.second, day: Day(daysSince1970: 1), untilTomorrow: 1)
    }
    #expect(ask(1, 1) == nil && ask(1, 2) != nil && ask(2, 1) == nil)
  }

  @Test("where the table has no room, all that find none share one limit of the environment")
  func overflow() throws {
    let box = Box(keys: 4)
    let limits = try limits { $0.client.requests = try Rate("1/h burst 2", .count) }
    let answers = (0..<100 as Range<UInt32>).map {
      box.request(limits, client: $0, now: Self.second)
    }
    // Four have a place, and two of the others were let through.
    #expect(answers.count { $0 == nil } == 6)
  }

  @Test("a destination counts once in the period, and those that are new are limited")
  func destinations() throws {
    let box = Box()
    let limits = try limits { $0.destinations = try Rate("3/min burst 3", .count) }
    for _ in 0..<5 {
      for host in ["a.example", "b.example", "c.example"] {
        #expect(box.destination(limits, host, now: Self.second) == nil)
      }
    }
    let hit = box.destination(limits, "d.example", now: Self.second)
    #expect(hit?.reason == .destinationLimit && hit?.retrySeconds == 20)
    #expect(box.destination(limits, "a.example", now: 30 * Self.second) == nil)
    #expect(box.destination(limits, "d.example", now: 21 * Self.second) == nil)
    #expect(box.destination(limits, "e.example", now: 22 * Self.second) != nil)
  }

  @Test("connections to one host are limited apart from those to others")
  func connects() throws {
    let box = Box()
    let limits = try limits { $0.destination.connects = try Rate("1/s burst 2", .count) }
    #expect(box.connect(limits, "a.example", now: Self.second) == nil)
    #expect(box.connect(limits, "a.example", client: 2, now: Self.second) == nil)
    #expect(box.connect(limits, "a.example", client: 3, now: Self.second)?.scope == .destination)
    #expect(box.connect(limits, "b.example", now: Self.second) == nil)
  }

  @Test("too many refusals bring a penalty that doubles, to the client or to all")
  func denied() throws {
    let box = Box()
    let limits = try limits { $0.client.denied = try Rate("6/min burst 3", .count) }
    var now = Self.second
    for length in [10, 20, 40] as [UInt64] {
      var denials = 0
      while box.request(limits, now: now) == nil {
        box.limiter.noteDenial(limits, box.from(1, 0), now: now)
        denials += 1
        try #require(denials < 10)
      }
      let hit = box.request(limits, now: now)
      #expect(hit?.reason == .deniedLimit && hit?.retrySeconds == length)
      #expect(box.request(limits, client: 2, now: now) == nil)
      now += length * Self.second
      #expect(box.request(limits, now: now) == nil)
    }
    let all = try self.limits { $0.own.denied = try Rate("1/min burst 1", .count) }
    for _ in 0..<2 { box.limiter.noteDenial(all, box.from(1, 0), now: now) }
    #expect(box.request(all, client: 9, now: now)?.scope == .environment)
  }

  @Test("a refusal takes no place, and all is given back once")
  func holding() {
    let box = Box()
    let limits = limits {
      $0.own.tunnelsMax = 4
      $0.client.tunnelsMax = 2
      $0.destination.tunnelsMax = 3
    }
    var places: [HeldSlots] = []
    for client in [1, 1, 1, 2, 2, 3, 3] as [UInt32] {
      var held = HeldSlots()
      if box.hold(.tunnel, limits, "a.example", client: client, into: &held) == nil {
        places.append(held)
      } else {
        #expect(held.isEmpty)
      }
    }
    // Two of the first client, and one more to the host.
    #expect(places.count == 3 && box.limiter.count(.tunnel, slot: 0) == 3)
    var held = HeldSlots()
    #expect(box.hold(.tunnel, limits, "b.example", client: 2, into: &held) == nil)
    places.append(held)
    var more = HeldSlots()
    #expect(box.hold(.tunnel, limits, "c.example", client: 3, into: &more)?.scope == .environment)
    #expect(box.hold(.exchange, limits, "a.example", client: 1, into: &more) == nil && more.isEmpty)
    for var held in places { box.limiter.release(&held) }
    #expect(box.limiter.heldTotal == 0)
    #expect(box.hold(.tunnel, limits, "a.example", client: 1, into: &more) == nil)
  }

  @Test("a quota holds for the day, and a clock that jumps back gives no new one")
  func quota() {
    let box = Box()
    let limits = limits { $0.quota = 1000 }
    let today = Day(daysSince1970: 20_000)
    #expect(box.limiter.count(bytes: 999, slot: 0, day: today) == 999)
    #expect(box.request(limits, now: 1) == nil)
    #expect(box.limiter.count(bytes: 1, slot: 0, day: today) == 1000)
    let hit = box.request(limits, now: 1)
    #expect(hit?.reason == .quotaExceeded && hit?.retrySeconds == 7 && hit?.quantity == 1000)
    #expect(box.request(limits, now: 1, day: Day(daysSince1970: 19_999)) != nil)
    #expect(box.limiter.count(bytes: 5, slot: 0, day: Day(daysSince1970: 19_998)) == 1005)
    #expect(box.request(limits, now: 1, day: Day(daysSince1970: 20_001)) == nil)
    #expect(box.limiter.count(bytes: 5, slot: 0, day: Day(daysSince1970: 20_001)) == 5)
    #expect(
      box.limiter.count(bytes: .max, slot: 0, day: Day(daysSince1970: 20_001)) == QuotaWord.bytesMax
    )
  }

  @Test("words stay with an environment's name, and a slot that goes to another is cleared")
  func slots() throws {
    func snapshot(_ generation: UInt64, _ names: [String]) throws -> PolicySnapshot {
      PolicySnapshot(
        generation: generation,
        environments: try names.map {
          try #require(
            Environment(name: $0, access: .full, addressRules: [], matcher: Matcher([], seed: 1)))
        })
    }
    let box = Box()
    let limits = try limits { $0.own.requests = try Rate("1/h burst 1", .count) }
    func ask(_ snapshot: PolicySnapshot, _ number: Int) -> Bool {
      box.limiter.admitRequest(
        limits,
        EnvironmentLimiter.Requester(
          slot: snapshot.slot(of: number), owner: snapshot.limitOwner(of: number),
          client: IPAddress(v4: 1)), now: Self.second, day: Day(daysSince1970: 1), untilTomorrow: 1)
        == nil
    }
    let first = try snapshot(1, ["a", "b"])
    box.limiter.prepare(first)
    #expect(ask(first, 0) && ask(first, 1) && !ask(first, 0))
    let second = try snapshot(2, ["c", "b"])
    second.takeOverSlots(of: first)
    box.limiter.prepare(second)
    #expect(ask(second, 0) && !ask(second, 1))
    let third = try snapshot(3, ["d", "c", "b"])
    third.takeOverSlots(of: second)
    box.limiter.prepare(third)
    #expect(third.slot(of: 0) == 0)
    #expect(ask(third, 0) && !ask(third, 1) && !ask(third, 2))
  }

  @Test("each limit that refuses has a text and a name for it")
  func texts() throws {
    let rate = try Rate("1/s", .count)
    let reasons: [ReasonCode] = [
      .requestLimit, .connectLimit, .tunnelLimit, .exchangeLimit, .destinationLimit, .dnsLimit,
      .deniedLimit, .quotaExceeded,
    ]
    for reason in reasons {
      #expect(reason.status == 429)
      for scope in LimitHit.Scope.allCases {
        let hit = LimitHit(reason, scope, rate, retryAfter: 1)
        #expect(hit.detail.description.contains("(limits.\(hit.policyName))"))
        #expect(hit.retrySeconds == 1)
      }
    }
    #expect(LimitHit(.requestLimit, .client, rate, retryAfter: 1_000_000_001).retrySeconds == 2)
    #expect(LimitHit(.requestLimit, .client, rate, retryAfter: .max).retrySeconds == 315_360_000)
  }
}
