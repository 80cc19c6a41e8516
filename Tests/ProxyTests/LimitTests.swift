import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// The limits of environments, clients and destinations, as clients meet them.
@Suite struct LimitTests {
  static let vm = v4(10, 0, 7, 2)
  static let neighbour = v4(10, 0, 7, 3)
  /// Each request gets a connection of its own, so that a server answers once and is done.
  static let done = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
  static let kept = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// `limited` for clients of 10.0.7.0/24, and `default`, which has no limits, for all others.
  static func policy(
    generation: UInt64 = 1, names: [String] = ["default", "limited"],
    _ change: (inout EnvironmentLimits) throws -> Void
  ) throws -> PolicySnapshot {
    var limits = EnvironmentLimits()
    try change(&limits)
    var rules = ClientRules()
    rules.fallback = names.firstIndex(of: "default")
    if let number = names.firstIndex(of: "limited") {
      rules.networks = [
        ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: number)
      ]
    }
    return PolicySnapshot(
      generation: generation,
      environments: try names.map { name in
        let like = try environment(
          name, ["allowed.example", "second.example", "*.many.example"], sni: .off)
        return try #require(
          Environment(
            name: name, access: .limited, addressRules: [], matcher: like.matcher,
            serverNameCheck: .off, limits: name == "limited" ? limits : EnvironmentLimits()))
      }, clients: rules)
  }

  static func rig(_ change: (inout EnvironmentLimits) throws -> Void) throws -> Rig {
    let rig = try Rig(policy: try policy(change))
    _ = rig.world.server(at: Rig.origin)
    let web = rig.world.server(at: Rig.web)
    web.onAccept = { $0.send(done) }
    return rig
  }

  @Test("one request too many is answered 429 with when to come back, and the connection goes on")
  func requests() throws {
    let rig = try Self.rig { $0.own.requests = try Rate("2/min burst 2", .count) }
    let client = try rig.client(sending: get("/1"), from: Self.vm)
    #expect(status(client) == 200)
    client.clear()
    // One that is refused by policy counts, too.
    client.send(get("/2", host: "refused.example"))
    rig.settle()
    #expect(status(client) == 403)
    client.clear()
    client.send(get("/3"))
    rig.settle()
    let answer = client.receivedText
    #expect(status(client) == 429 && !client.isOver)
    #expect(answer.contains("\r\nRetry-After: 30\r\n"))
    #expect(answer.contains("\r\nRateLimit-Policy: \"requests\";q=2;w=60\r\n"))
    #expect(answer.contains("\r\nRateLimit: \"requests\";r=0;t=30\r\n"))
    #expect(answer.contains("\"error\":\"request_limit\",\"detail\":\"this environment has sent"))
    #expect(
      answer.contains("Proxy-Status: sluice; error=http_request_denied; details=\"request_limit\""))
    let body = answer.components(separatedBy: "\r\n\r\n").last ?? ""
    #expect(answer.contains("Content-Length: \(body.utf8.count)\r\n"))
    // Nobody else is touched.
    #expect(status(try rig.client(sending: get("/other"))) == 200)
    rig.advance(milliseconds: 30_000)
    client.clear()
    client.send(get("/4", host: "refused.example"))
    rig.settle()
    #expect(status(client) == 403)
    let records = try rig.end()
    let refused = try #require(records.first { $0.reason == "request_limit" })
    #expect(refused.verdict == "deny" && refused.status == 429 && refused.environment == "limited")
    #expect(refused.detail?.contains("limits.requests") == true)
  }

  @Test("a CONNECT over the limit is answered 429, and closed")
  func connectOver() throws {
    let rig = try Self.rig { $0.own.requests = try Rate("1/min burst 1", .count) }
    #expect(
      try rig.client(sending: connect("allowed.example:443"), from: Self.vm).receivedText
        == established)
    let over = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(status(over) == 429 && over.isFinished)
    _ = try rig.end()
  }

  @Test("a client that has used up its own share leaves the others theirs")
  func perClient() throws {
    let rig = try Self.rig {
      $0.own.requests = try Rate("100/min burst 4", .count)
      $0.client.requests = try Rate("1/min burst 1", .count)
    }
    let first = (0..<5).compactMap { _ in
      try? status(rig.client(sending: get("/"), from: Self.vm))
    }
    #expect(first == [200, 429, 429, 429, 429])
    #expect(status(try rig.client(sending: get("/"), from: Self.neighbour)) == 200)
    _ = try rig.end()
  }

  @Test("names over the limit are never looked up, and known ones cost nothing")
  func lookups() throws {
    let rig = try Self.rig { $0.lookups = try Rate("1/min burst 1", .count) }
    for _ in 0..<3 {
      #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 200)
    }
    let queries = rig.world.datagramCount
    let over = try rig.client(
      sending: get("/", host: "second.example"), from: Self.vm)
    #expect(status(over) == 429 && over.receivedText.contains("dns_limit"))
    #expect(rig.world.datagramCount == queries)
    let records = try rig.end()
    #expect(records.filter { $0.reason == "dns_limit" }.count == 1)
  }

  @Test("too many different hosts are refused before they are looked up; those known pass")
  func destinations() throws {
    let rig = try Self.rig { $0.destinations = try Rate("2/min burst 2", .count) }
    for host in ["allowed.example", "allowed.example", "1.many.example", "allowed.example"] {
      #expect(status(try rig.client(sending: get("/", host: host), from: Self.vm)) != 429)
    }
    let queries = rig.world.datagramCount
    let over = try rig.client(sending: get("/", host: "2.many.example"), from: Self.vm)
    #expect(status(over) == 429 && over.receivedText.contains("destination_limit"))
    #expect(rig.world.datagramCount == queries)
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 200)
    _ = try rig.end()
  }

  @Test("new connections are limited; an idle one serves on")
  func connects() throws {
    let rig = try Self.rig { $0.own.connects = try Rate("1/min burst 1", .count) }
    let web = rig.world.server(at: Rig.web)
    web.onAccept = { $0.send(Self.kept) }
    let client = try rig.client(sending: get("/1"), from: Self.vm)
    #expect(status(client) == 200)
    let again = try rig.client(sending: get("/2"), from: Self.vm)
    try #require(web.connections.last).send(Self.kept)
    rig.settle()
    #expect(status(again) == 200 && web.connections.count == 1)
    let tunnel = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(status(tunnel) == 429 && tunnel.receivedText.contains("connect_limit"))
    _ = try rig.end()
  }

  @Test("scanning is answered with a penalty that ends by itself")
  func denied() throws {
    let rig = try Self.rig { $0.client.denied = try Rate("2/min burst 2", .count) }
    let refused = get("/", host: "refused.example")
    let answers = try (0..<4).map { _ in status(try rig.client(sending: refused, from: Self.vm)) }
    #expect(answers == [403, 403, 403, 429])
    let blocked = try rig.client(sending: get("/"), from: Self.vm)
    #expect(status(blocked) == 429 && blocked.receivedText.contains("\r\nRetry-After: 10\r\n"))
    #expect(status(try rig.client(sending: get("/"), from: Self.neighbour)) == 200)
    rig.advance(milliseconds: 10_000)
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 200)
    _ = try rig.end()
  }

  @Test("tunnels are limited at once, and whoever ends one makes room", arguments: [false, true])
  func tunnels(perClient: Bool) throws {
    let rig = try Self.rig {
      if perClient { $0.client.tunnelsMax = 2 } else { $0.own.tunnelsMax = 2 }
    }
    let request = connect("allowed.example:443")
    let held = try (0..<2).map { _ in try rig.client(sending: request, from: Self.vm) }
    #expect(held.allSatisfy { $0.receivedText == established })
    let over = try rig.client(sending: request, from: Self.vm)
    #expect(status(over) == 429 && over.receivedText.contains("tunnel_limit"))
    #expect(over.receivedText.contains(";q=2;qu=\"concurrent-requests\"\r\n"))
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 200)
    held[0].reset()
    rig.settle()
    #expect(try rig.client(sending: request, from: Self.vm).receivedText == established)
    _ = try rig.end()
    #expect(rig.shared.limiter.heldTotal == 0)
  }

  @Test("a slot is free between the requests of one connection")
  func exchanges() throws {
    let rig = try Self.rig { $0.own.exchangesMax = 1 }
    let web = rig.world.server(at: Rig.web)
    web.onAccept = { _ in }
    let first = try rig.client(sending: get("/1"), from: Self.vm)
    let second = try rig.client(sending: get("/2"), from: Self.vm)
    #expect(status(second) == 429 && second.receivedText.contains("exchange_limit"))
    try #require(web.connections.last).send(Self.done)
    rig.settle()
    #expect(status(first) == 200 && !first.isOver && rig.shared.limiter.heldTotal == 0)
    second.clear()
    second.send(get("/3"))
    rig.settle()
    try #require(web.connections.last).send(Self.done)
    rig.settle()
    #expect(status(second) == 200)
    _ = try rig.end()
  }

  @Test("a request waits for its turn as long as it may, and counts for nothing twice")
  func queue() throws {
    let rig = try Self.rig {
      $0.own.tunnelsMax = 1
      $0.own.requests = try Rate("1/min burst 4", .count)
      $0.queue = 2 * Limits.second
    }
    let request = connect("allowed.example:443")
    let first = try rig.client(sending: request, from: Self.vm)
    #expect(first.receivedText == established)
    let second = try rig.client(sending: request, from: Self.vm)
    let third = try rig.client(sending: request, from: Self.vm)
    rig.advance(milliseconds: 1000)
    #expect(status(second) == 0 && status(third) == 0 && !second.isOver && !third.isOver)
    first.reset()
    rig.settle()
    rig.advance(milliseconds: 100)
    #expect([second, third].count { $0.receivedText == established } == 1)
    rig.advance(milliseconds: 1000)
    #expect([second, third].count { status($0) == 429 } == 1)
    // Three of four were used.
    let fourth = try rig.client(sending: request, from: Self.vm)
    #expect(status(fourth) == 0)
    rig.advance(milliseconds: 2100)
    #expect(status(fourth) == 429 && fourth.receivedText.contains("tunnel_limit"))
    #expect(try rig.client(sending: request, from: Self.vm).receivedText.contains("request_limit"))
    let records = try rig.end()
    #expect(records.count { $0.reason == "tunnel_limit" } == 2)
    #expect(records.count { $0.reason == "allowlisted" } == 2)
    #expect(rig.shared.limiter.heldTotal == 0)
  }

  @Test("a client that goes while it waits leaves nothing behind, and a new policy is asked anew")
  func queueEnds() throws {
    let rig = try Self.rig {
      $0.own.exchangesMax = 1
      $0.queue = 20 * Limits.second
    }
    let web = rig.world.server(at: Rig.web)
    let held = try rig.client(sending: get("/1"), from: Self.vm)
    let gone = try rig.client(sending: get("/2"), from: Self.vm)
    let waiting = try rig.client(
      sending: post("Content-Length: 5", "abc"), from: Self.vm)
    gone.reset()
    rig.settle()
    try rig.publish(try Self.policy(generation: 2) { $0.own.exchangesMax = 2 })
    rig.settle()
    rig.advance(milliseconds: 100)
    waiting.send("de")
    rig.settle()
    #expect(web.connections.count == 2)
    #expect(web.connections.last?.receivedText.hasSuffix("abcde") == true)
    for server in web.connections { server.send(Self.done) }
    rig.settle()
    #expect(status(held) == 200 && status(waiting) == 200)
    _ = try rig.end()
    #expect(rig.shared.limiter.heldTotal == 0)
  }

  @Test("a quota ends open tunnels and refuses new requests until the next day")
  func quota() throws {
    let rig = try Self.rig { $0.quota = 3 << 20 }
    let server = rig.world.server(at: Rig.origin)
    let client = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    let other = try rig.client(sending: connect("allowed.example:443"))
    let upstream = try #require(server.connections.first)
    var sent = 0
    while !client.isOver, sent < 64 {
      upstream.send(pattern(100_000))
      rig.settle()
      sent += 1
    }
    #expect(client.isReset && (32...48).contains(sent), "\(sent)")
    #expect(!other.isOver)
    let over = try rig.client(sending: get("/"), from: Self.vm)
    #expect(status(over) == 429 && over.receivedText.contains("quota_exceeded"))
    #expect(over.receivedText.contains("\"quota\";q=3145728;qu=\"content-bytes\";w=86400\r\n"))
    #expect(status(try rig.client(sending: get("/"))) == 200)
    let records = try rig.end()
    #expect(records.contains { $0.end == "quota_exceeded" && $0.down >= 3 << 20 })
  }

  @Test("what was taken stays taken when a configuration changes the numbers")
  func reload() throws {
    let rig = try Self.rig {
      $0.own.requests = try Rate("1/h burst 2", .count)
      $0.own.tunnelsMax = 2
    }
    let tunnel = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 200)
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 429)
    let changed = try Self.policy(generation: 2, names: ["fresh", "limited", "default"]) {
      $0.own.requests = try Rate("2/h burst 2", .count)
      $0.own.tunnelsMax = 1
    }
    try rig.publish(changed)
    rig.settle()
    #expect(status(try rig.client(sending: get("/"), from: Self.vm)) == 429)
    let only = try Self.policy(generation: 3, names: ["limited", "default"]) {
      $0.own.tunnelsMax = 1
    }
    try rig.publish(only)
    rig.settle()
    let second = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(status(second) == 429 && second.receivedText.contains("tunnel_limit"))
    tunnel.reset()
    rig.settle()
    let third = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(third.receivedText == established)
    _ = try rig.end()
    #expect(rig.shared.limiter.heldTotal == 0)
  }

  @Test(
    "whatever clients, servers, faults and reloads do, all that is held is given back",
    arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 104_729 &+ 3)
    func limits(_ limits: inout EnvironmentLimits) {
      limits.own.tunnelsMax = UInt32(random.next() % 4)
      limits.own.exchangesMax = UInt32(random.next() % 3)
      limits.client.tunnelsMax = UInt32(random.next() % 3)
      limits.client.exchangesMax = UInt32(random.next() % 3)
      limits.destination.tunnelsMax = UInt32(random.next() % 3)
      limits.quota = random.chance(30) ? 200_000 : 0
      limits.queue = random.chance(50) ? random.next() % 5 * Limits.second : 0
      limits.own.connects = random.chance(30) ? Rate(2, per: .second) : nil
      limits.lookups = random.chance(30) ? Rate(1, per: .second) : nil
    }
    let rig = try Rig(seed: seed, policy: try Self.policy(limits)) {
      $0.connections = 6
      $0.exchanges = random.chance(30) ? 1 : 6
      $0.remainders = random.chance(50) ? 1 : 4
      $0.idleTimeout = 20 * Limits.second
    }
    rig.world.faults.cutsAtRandom = true
    if random.chance(50) { rig.world.faults.againPercent = Int(random.next() % 30) }
    if random.chance(50) { rig.world.faults.failPercent = Int(random.next() % 4) }
    let servers = [Rig.origin, Rig.web].map { place in
      let server = rig.world.server(at: place)
      server.onAccept = { if place == Rig.web { $0.send(Self.done) } }
      return server
    }
    var clients: [FarEnd] = []
    let texts = [
      connect("allowed.example:443"), connect("second.example:443"), get("/a"),
      get("/a") + get("/b"),
      get("/", host: "refused.example"), post("Content-Length: 5", "abc"),
    ]
    for step in 0..<60 {
      let upstream = servers.flatMap { $0.connections }.randomElement(using: &random)
      switch random.next() % 12 {
      case 0...4:
        let source = SocketAddress(
          random.chance(50) ? Self.vm : Self.neighbour, port: UInt16(2000 + step))
        guard clients.count < 20, let client = rig.world.client(from: source, to: Rig.proxy) else {
          continue
        }
        client.send(texts[Int(random.next() % UInt64(texts.count))])
        clients.append(client)
      case 5: clients.randomElement(using: &random)?.send(pattern(Int(random.next() % 5000)))
      case 6: upstream?.send(pattern(Int(random.next() % 60_000)))
      case 7: clients.randomElement(using: &random)?.reset()
      case 8: clients.randomElement(using: &random)?.finish()
      case 9: random.chance(50) ? upstream?.reset() : upstream?.close()
      case 10:
        guard rig.shared.isSettled else { continue }
        let names = random.chance(70) ? ["limited", "default"] : ["default", "other"]
        try rig.publish(
          try Self.policy(generation: rig.inForce.generation + 1, names: names, limits),
          graceMilliseconds: random.next() % 2000)
      default: rig.advance(milliseconds: random.next() % 4000)
      }
      if random.chance(70) { rig.turn() }
    }
    rig.world.faults = Faults()
    rig.settle()
    _ = try rig.end()
    #expect(rig.shared.limiter.heldTotal == 0)
  }
}
