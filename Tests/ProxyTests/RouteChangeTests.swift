import Domains
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// A new policy sends a host another way than the one that goes on for the grace.
@Suite struct RouteChangeTests {
  /// Where the proxies are, in a range that the guard passes for hosts, too.
  static let places = [
    "one.corp.example": SocketAddress(v4(10, 9, 0, 1), port: 3129),
    "two.corp.example": SocketAddress(v4(10, 9, 0, 2), port: 3129),
  ]

  /// A policy whose environment goes by the proxy of this name.
  static func policy(
    _ name: String?, credentials: String = "sluice:s3cret", direct: [String] = [],
    rules: [String] = ["allowed.example"], own: SocketAddress? = nil, generation: UInt64 = 1
  ) throws -> PolicySnapshot {
    let proxy = try name.map {
      try upstreamProxy("\($0):3129", credentials: credentials, direct: direct)
    }
    let range = try #require(AddressRange("10.9.0.0/16"))
    let listeners = try own.map {
      [OwnAddresses.Listener(address: $0.address, port: try #require(Port($0.port)))]
    }
    return PolicySnapshot(
      generation: generation,
      environments: [
        try environment(
          "vm-7", rules, sni: .off, proxy: proxy, opened: [AddressRule(range: range)])
      ],
      ownAddresses: OwnAddresses(listeners: listeners ?? [], localAddresses: []))
  }

  /// A rig, and the servers by the names of the proxies; the host itself is nil's.
  static func rig(
    _ policy: PolicySnapshot, limits change: (inout Limits) -> Void = { _ in }
  ) throws -> (Rig, [String?: Server]) {
    let rig = try Rig(policy: policy, limits: change)
    var servers: [String?: Server] = [nil: rig.world.server(at: Rig.web)]
    for (name, place) in places {
      rig.names.records[name] = [place.address]
      servers[name] = rig.world.server(at: place)
    }
    return (rig, servers)
  }

  @Test(
    "what was dialled before a route changed serves no request after it, and gets no credentials",
    arguments: [false, true])
  func plain(isPooled: Bool) throws {
    let one = "one.corp.example"
    let two = "two.corp.example"
    for (before, after, from, to) in [
      (try Self.policy(nil), try Self.policy(one, generation: 2), nil, one),
      (try Self.policy(one), try Self.policy(two, generation: 2), one, two),
      (try Self.policy(one), try Self.policy(one, credentials: "a:b", generation: 2), one, one),
      (try Self.policy(one), try Self.policy(nil, generation: 2), one, nil),
      (
        try Self.policy(one), try Self.policy(one, direct: ["allowed.example"], generation: 2), one,
        nil
      ),
    ] as [(PolicySnapshot, PolicySnapshot, String?, String?)] {
      let (rig, servers) = try Self.rig(before)
      let old = try #require(servers[from])
      let new = try #require(servers[to])
      let client = try rig.client(sending: get("/1"))
      if isPooled {
        old.connections[0].send(UpstreamPoolTests.done)
        rig.settle()
        client.send(get("/2"))
        rig.settle()
        try #require(old.connections.count == 1)
      }
      try rig.publish(after, graceMilliseconds: 60_000)
      rig.settle()
      old.connections[0].clear()
      client.clear()
      old.connections[0].send(UpstreamPoolTests.done)
      rig.settle()
      #expect(status(client) == 200, "it goes on for the grace")
      client.send(get("/next"))
      rig.settle()
      #expect(old.connections[0].received == [])
      #expect(old.connections[0].isOver)
      let text = try #require(new.connections.last).receivedText
      #expect(text.hasPrefix(to == nil ? "GET /next " : "GET http://allowed.example/next "))
      #expect(text.contains("Proxy-Authorization") == (to != nil))
      _ = try rig.end()
    }
  }

  @Test("what a policy sent another way ends with its grace, whatever the next one says")
  func twice() throws {
    for rules in [["allowed.example"], ["second.example"]] {
      let (rig, servers) = try Self.rig(Self.policy("one.corp.example"))
      let client = try rig.client(sending: connect("allowed.example:443"))
      let proxy = try #require(servers["one.corp.example"]).connections[0]
      proxy.send("HTTP/1.1 200 OK\r\n\r\n")
      rig.settle()
      try rig.publish(
        Self.policy("two.corp.example", rules: rules, generation: 2), graceMilliseconds: 5000)
      rig.settle()
      try rig.publish(
        Self.policy("two.corp.example", rules: ["a.example", "allowed.example"], generation: 3),
        graceMilliseconds: 60_000)
      rig.settle()
      client.send("still")
      rig.advance(milliseconds: 4900)
      #expect(proxy.receivedText.hasSuffix("still") && !proxy.isOver)
      rig.advance(milliseconds: 200)
      #expect(proxy.isOver && client.isReset)
      let record = try #require(try rig.end().last)
      #expect(record.summary == "close policy_changed" && record.reason == "route_changed")
      #expect(record.upstreamProxy == nil)
    }
  }

  @Test("a second policy that comes before all have ended saves none of the rest")
  func window() throws {
    let (rig, servers) = try Self.rig(Self.policy("one.corp.example")) { $0.closesPerTurn = 1 }
    let proxy = try #require(servers["one.corp.example"])
    let clients = try (0..<6).map { _ in
      let client = try rig.client(sending: connect("allowed.example:443"))
      proxy.connections.last?.send("HTTP/1.1 200 OK\r\n\r\n")
      rig.settle()
      return client
    }
    try rig.publish(Self.policy("two.corp.example", generation: 2))
    rig.turn()
    try #require(rig.shared.tunnels == 6)
    try rig.publish(Self.policy("two.corp.example", generation: 3))
    rig.settle()
    #expect(clients.allSatisfy { $0.isReset } && proxy.connections.allSatisfy { $0.isOver })
    let closes = try rig.end().filter { $0.event == "close" }
    #expect(closes.map(\.reason) == Array(repeating: "route_changed", count: 6))
  }

  @Test("of two attempts at the upstream proxy, both are judged anew")
  func racing() throws {
    let (rig, _) = try Self.rig(Self.policy("one.corp.example"))
    let both = [v4(10, 9, 0, 3), v4(10, 9, 0, 4)].map { SocketAddress($0, port: 3129) }
    rig.names.records["one.corp.example"] = both.map(\.address)
    for place in both { rig.world.route(place, .blackHole) }
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 300)
    try #require(rig.world.dialled == both && client.received == [])
    try rig.publish(Self.policy("one.corp.example", own: both[0], generation: 2))
    rig.settle()
    #expect(status(client) == 400)
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close policy_changed"])
    #expect(records[1].reason == "loop_detected")
  }

  @Test("an upstream proxy whose name leads here when a request is sent again ends it")
  func loopAfterDecision() throws {
    let own = SocketAddress(v4(10, 9, 0, 5), port: 3129)
    let (rig, servers) = try Self.rig(Self.policy("one.corp.example", own: own)) {
      $0.idleUpstreamTimeout = 300 * Limits.second
      $0.upstreamAge = 300 * Limits.second
    }
    let first = try rig.client(sending: get("/1"))
    let proxy = try #require(servers["one.corp.example"]).connections[0]
    proxy.send(UpstreamPoolTests.done)
    rig.settle()
    first.close()
    // Until the name's address is forgotten.
    rig.advance(milliseconds: 90_000)
    rig.names.records["one.corp.example"] = [own.address]
    let client = try rig.client(sending: get("/2"))
    try #require(proxy.receivedText.contains("/2 "))
    proxy.reset()
    rig.settle()
    #expect(status(client) == 400 && client.receivedText.contains("loop_detected"))
    let records = try rig.end()
    #expect(records.suffix(2).map(\.summary) == ["allow allowlisted", "close address_forbidden"])
    #expect(records.last?.status == 400)
  }
}
