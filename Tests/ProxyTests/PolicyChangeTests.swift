import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What a new policy does to what is under way.
@Suite struct PolicyChangeTests {
  @Test(
    "a tunnel that the new policy refuses is closed, with the reason on record; another goes on")
  func closed() throws {
    let rig = try Rig()
    _ = rig.world.server(at: Rig.origin)
    _ = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 443))
    let refused = try rig.tunnel(to: "allowed.example")
    let kept = try rig.tunnel(to: "second.example")
    try rig.publish(["# a rule more, so that all numbers move", "a.example", "second.example"])
    rig.settle()
    #expect(refused.isReset && !kept.isReset && !kept.isFinished)
    #expect(rig.shared.isSettled && rig.shared.tunnels == 1)
    kept.send("on")
    rig.settle()
    kept.finish()
    let records = try rig.end()
    let closes = records.filter { $0.event == "close" }
    #expect(closes.map(\.summary) == ["close policy_changed", "close upstream_eof"])
    #expect(closes[0].host == "allowed.example" && closes[0].reason == "not_allowlisted")
    #expect(closes[0].generation == 2 && closes[0].rule == nil)
    #expect(closes[1].rule == "test@2:7" && closes[1].up == 2)
  }

  @Test("nothing moves on a refused tunnel, however late its turn is")
  func nothingMoves() throws {
    let rig = try Rig {
      $0.settledPerTurn = 1
      $0.closesPerTurn = 1
    }
    let server = rig.world.server(at: Rig.origin)
    let clients = try (0..<6).map { _ in try rig.tunnel(to: "allowed.example") }
    try rig.publish(["second.example"])
    // It is taken up, and one record decided again.
    rig.turn()
    for client in clients { client.send("secret") }
    for upstream in server.connections { upstream.send("answer") }
    rig.settle()
    #expect(clients.allSatisfy { $0.isReset && $0.received == [] })
    #expect(server.connections.allSatisfy { $0.received == [] })
    #expect(try rig.end().filter { $0.end == "policy_changed" }.count == 6)
  }

  @Test("one turn decides and closes no more than its share")
  func share() throws {
    let rig = try Rig {
      $0.settledPerTurn = 4
      $0.closesPerTurn = 2
    }
    _ = rig.world.server(at: Rig.origin)
    let clients = try (0..<8).map { _ in try rig.tunnel(to: "allowed.example") }
    try rig.publish(["second.example"])
    var open = 8
    var turns = 0
    while open > 0, turns < 50 {
      rig.turn()
      turns += 1
      let now = rig.shared.tunnels
      #expect(open - now <= 2)
      open = now
    }
    #expect(open == 0 && turns >= 6)
    rig.settle()
    #expect(clients.allSatisfy { $0.isReset })
    _ = try rig.end()
  }

  @Test("with a grace, a refused tunnel goes on until it is over, and then ends")
  func grace() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    try rig.publish(["second.example"], graceMilliseconds: 5000)
    rig.settle()
    #expect(rig.shared.isSettled)
    client.send("still")
    rig.settle()
    #expect(upstream.receivedText == "still" && !client.isReset)
    let late = try rig.client(sending: connect("allowed.example:443"))
    #expect(status(late) == 403)
    rig.advance(milliseconds: 4900)
    #expect(!client.isReset)
    rig.advance(milliseconds: 200)
    #expect(client.isReset)
    #expect(try rig.end().last?.summary == "close policy_changed")
  }

  @Test("a policy that allows it again within the grace keeps the tunnel")
  func pardoned() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    try rig.publish(["second.example"], graceMilliseconds: 5000)
    rig.settle()
    try rig.publish(["allowed.example"])
    rig.settle()
    rig.advance(milliseconds: 6000)
    client.send("on")
    rig.settle()
    #expect(upstream.receivedText == "on")
    _ = try rig.end()
  }

  @Test("a request that waits for its name is refused, and nothing is dialled")
  func whileResolving() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.origin)
    rig.names.silent = ["allowed.example"]
    let client = try rig.client(sending: connect("allowed.example:443"))
    try rig.publish(["second.example"], graceMilliseconds: 60_000)
    rig.settle()
    #expect(status(client) == 403)
    #expect(server.connections.isEmpty)
    #expect(try rig.end().map(\.summary) == ["deny not_allowlisted"])
  }

  @Test("a request that is being connected is refused, and its end says why")
  func whileConnecting() throws {
    let rig = try Rig()
    rig.world.route(Rig.origin, .blackHole)
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.receivedText == "")
    try rig.publish(["second.example"], graceMilliseconds: 60_000)
    rig.settle()
    #expect(status(client) == 403)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close policy_changed"])
  }

  @Test(
    "a tunnel that is not open yet is guarded as the new policy says",
    arguments: [ServerNameCheck.enforce, .off])
  func guardedAnew(_ check: ServerNameCheck) throws {
    let before: ServerNameCheck = check == .enforce ? .off : .enforce
    let rig = try Rig(sni: before)
    let server = rig.world.server(at: Rig.origin)
    rig.world.route(Rig.origin, .open(afterNanoseconds: 50_000_000))
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.receivedText == "")
    try rig.publish(Rig.snapshot(["allowed.example"], sni: check, generation: 2))
    rig.advance(milliseconds: 100)
    #expect(client.receivedText == established)
    client.send("no TLS at all")
    rig.settle()
    let upstream = try #require(server.connections.first)
    #expect(upstream.receivedText == (check == .enforce ? "" : "no TLS at all"))
    #expect(try rig.end().contains { $0.end == "not_tls" } == (check == .enforce))
  }

  @Test("the next request of an idle connection is decided under the new policy")
  func keepAlive() throws {
    let rig = try Rig()
    let request = "GET http://second.example/ HTTP/1.1\r\nHost: second.example\r\n\r\n"
    let client = try rig.client(
      sending: "GET http://no.example/ HTTP/1.1\r\nHost: no.example\r\n\r\n")
    #expect(status(client) == 403)
    client.clear()
    try rig.publish(["allowed.example"])
    rig.settle()
    client.send(request)
    rig.settle()
    #expect(status(client) == 403)
    #expect(try rig.end().map(\.generation) == [1, 2])
  }

  @Test("an exchange over a pooled upstream is decided again before its response is read")
  func pooled() throws {
    let rig = try Rig {
      $0.settledPerTurn = 1
      $0.closesPerTurn = 1
    }
    let server = rig.world.server(at: Rig.web)
    let idle = try (0..<3).map { _ in try rig.client() }
    let first = try rig.client(sending: get("/1"))
    server.connections[0].send(UpstreamPoolTests.done)
    rig.settle()
    first.close()
    rig.settle()
    let client = try rig.client(sending: get("/2"))
    try #require(server.connections.count == 1 && idle.count == 3)
    try rig.publish(["second.example"])
    rig.turn()
    server.connections[0].send(UpstreamPoolTests.done)
    rig.settle()
    #expect(client.isReset && client.received == [])
    #expect(try rig.end().last?.summary == "close policy_changed")
  }

  @Test("an upstream that was dialled under one policy serves no request of the next")
  func poolOfBefore() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    for path in ["/1", "/2"] {
      let client = try rig.client(sending: get(path))
      server.connections.last?.send(UpstreamPoolTests.done)
      rig.settle()
      #expect(status(client) == 200)
      client.close()
      rig.settle()
      try rig.publish(["allowed.example"])
      rig.settle()
    }
    #expect(server.connections.count == 2)
    _ = try rig.end()
  }

  @Test("tunnels of an environment that is gone end; those that changed their number do not")
  func environmentGone() throws {
    let rig = try Rig(policy: try Self.two("a", "b", fallback: "b"))
    _ = rig.world.server(at: Rig.origin)
    let inB = try rig.tunnel(to: "allowed.example")
    try rig.publish(try Self.two("c", "b", "a", fallback: "b", generation: 2))
    rig.settle()
    #expect(!inB.isReset)
    try rig.publish(try Self.two("c", "a", fallback: "a", generation: 3))
    rig.settle()
    #expect(inB.isReset)
    let records = try rig.end()
    #expect(records.last?.summary == "close policy_changed")
    #expect(records.first?.environment == "b")
  }

  @Test("a tunnel whose client belongs to another environment now is decided by that one's rules")
  func moved() throws {
    let network = try #require(AddressRange("10.0.0.0/24"))
    func policy(_ owner: Int, _ generation: UInt64) throws -> PolicySnapshot {
      var clients = ClientRules()
      clients.networks = [ClientRules.Network(network, environment: owner)]
      return PolicySnapshot(
        generation: generation,
        environments: [
          try environment("wide", ["allowed.example", "second.example"]),
          try environment("narrow", ["second.example"]),
        ], clients: clients)
    }
    let rig = try Rig(policy: try policy(0, 1))
    _ = rig.world.server(at: Rig.origin)
    _ = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 443))
    let refused = try rig.tunnel(to: "allowed.example")
    let kept = try rig.tunnel(to: "second.example")
    try rig.publish(try policy(1, 2))
    rig.settle()
    #expect(refused.isReset && !kept.isReset)
    kept.finish()
    let closes = try rig.end().filter { $0.event == "close" }
    #expect(closes.map(\.environment) == ["narrow", "narrow"])
    #expect(closes.map(\.rule) == [nil, "narrow@1:5"])
  }

  @Test("a tunnel ends when its credential is withdrawn, and only then")
  func credentialWithdrawn() throws {
    let maker = TokenDigest()
    let tokens = ["aaaaaaaaaa", "bbbbbbbbbb"].map {
      "slc_\($0)_" + String(repeating: "q", count: 32)
    }
    let credentials = try tokens.map { token in
      let bytes = Array(token.utf8)
      let made = maker.credential(of: bytes.span, saltHigh: 1, saltLow: 2)
      return try #require(made)
    }
    func policy(_ held: [Credential], _ generation: UInt64) throws -> PolicySnapshot {
      var clients = ClientRules()
      clients.tokens = held.map { ClientRules.Token($0, environment: 0) }
      return PolicySnapshot(
        generation: generation, environments: [try environment("team", ["allowed.example"])],
        clients: clients)
    }
    let rig = try Rig(policy: try policy(credentials, 1))
    _ = rig.world.server(at: Rig.origin)
    let clients = try tokens.map { token in
      let client = try rig.client(
        sending: "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n"
          + "Proxy-Authorization: Bearer \(token)\r\n\r\n")
      try #require(client.receivedText == established, "\(client.receivedText)")
      return client
    }
    try rig.publish(try policy([credentials[1]], 2))
    rig.settle()
    #expect(clients[0].isReset && !clients[1].isReset)
    #expect(
      try rig.end().filter { $0.end == "policy_changed" }.map(\.reason) == ["credential_invalid"])
  }

  @Test("after any changes the open tunnels are those that every policy since their start allowed")
  func property() throws {
    for seed in 1...20 {
      var random = SeededRandom(seed: UInt64(seed))
      let names = (0..<6).map { "n\($0).example" }
      let rig = try Rig(seed: UInt64(seed), rules: names) {
        $0.settledPerTurn = 3
        $0.closesPerTurn = 1
      }
      _ = rig.world.server(at: Rig.origin)
      for name in names { rig.names.records[name] = [Rig.origin.address] }
      var open: [(name: String, client: FarEnd)] = []
      for _ in 0..<8 {
        while open.count < 7 {
          let wanted = names.shuffled(using: &random).first { rig.allows($0) }
          guard let name = wanted else { break }
          open.append((name, try rig.tunnel(to: name)))
        }
        let list = ["x.example"] + names.filter { _ in random.chance(66) }
        try rig.publish(list)
        rig.settle()
        for tunnel in open { #expect(tunnel.client.isReset == !list.contains(tunnel.name)) }
        open.removeAll { $0.client.isReset }
      }
      _ = try rig.end()
    }
  }

  private static func two(
    _ names: String..., fallback: String, generation: UInt64 = 1
  ) throws -> PolicySnapshot {
    var clients = ClientRules()
    clients.fallback = names.firstIndex(of: fallback)
    return PolicySnapshot(
      generation: generation,
      environments: try names.map { try environment($0, ["allowed.example"]) }, clients: clients)
  }
}

extension Rig {
  /// Whether the policy in force lets a name through.
  func allows(_ name: String) -> Bool {
    var key = HostKey()
    let bytes = Array(name.utf8)
    guard key.load(bytes.span) == nil, let port = Port(443) else { return false }
    return inForce.decide(key, port: port, environment: 0, on: Day(unixSeconds: 1_800_000_000))
      .isAllowed
  }
}
