import Domains
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Environments with name servers of their own.
@Suite struct NameServerTests {
  static let near = SocketAddress(v4(10, 0, 0, 54), port: 5353)

  static func own(_ place: SocketAddress) throws -> [NameServerAddress] {
    [NameServerAddress(place.address, try #require(Port(place.port)))]
  }

  /// Clients of 10.0.0.2 ask the standing name server, those of 10.0.0.3 another.
  static func policy(
    _ servers: [NameServerAddress], generation: UInt64 = 1
  ) throws -> PolicySnapshot {
    var clients = ClientRules()
    clients.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.0.2")), environment: 0),
      ClientRules.Network(try #require(AddressRange("10.0.0.3")), environment: 1),
    ]
    return PolicySnapshot(
      generation: generation,
      environments: [
        try environment("vm-7", ["allowed.example"]),
        try environment("vm-8", ["allowed.example"], nameServers: servers),
      ],
      clients: clients)
  }

  @Test("two environments get the answers of their own name servers, and never each other's")
  func apart() throws {
    let rig = try Rig(policy: Self.policy(Self.own(Self.near)))
    let names = NameServer(world: rig.world, at: Self.near)
    names.records["allowed.example"] = [v4(151, 101, 3, 3)]
    let far = rig.world.server(at: Rig.origin)
    let near = rig.world.server(at: SocketAddress(v4(151, 101, 3, 3), port: 443))
    for round in 1...2 {
      _ = try rig.client(sending: connect("allowed.example:443"))
      _ = try rig.client(sending: connect("allowed.example:443"), from: v4(10, 0, 0, 3))
      #expect(far.connections.count == round && near.connections.count == round)
    }
    #expect(names.questions.count == 2 && rig.names.questions.count == 2)
    _ = try rig.end()
  }

  @Test("a change takes up new name servers, and what was asked of the old ones is still answered")
  func change() throws {
    let rig = try Rig(policy: Self.policy(Self.own(Self.near)))
    let old = NameServer(world: rig.world, at: Self.near)
    old.records["allowed.example"] = [v4(151, 101, 3, 3)]
    old.delayNanoseconds = 500_000_000
    let place = SocketAddress(v4(10, 0, 0, 55), port: 53)
    let new = NameServer(world: rig.world, at: place)
    new.records["allowed.example"] = [v4(151, 101, 4, 4)]
    let before = rig.world.server(at: SocketAddress(v4(151, 101, 3, 3), port: 443))
    let after = rig.world.server(at: SocketAddress(v4(151, 101, 4, 4), port: 443))

    let first = try rig.client(sending: connect("allowed.example:443"), from: v4(10, 0, 0, 3))
    try rig.publish(Self.policy(Self.own(place), generation: 2))
    rig.settle()
    let second = try rig.client(sending: connect("allowed.example:443"), from: v4(10, 0, 0, 3))
    #expect(second.receivedText == established && after.connections.count == 1)
    #expect(first.receivedText == "")
    rig.advance(milliseconds: 1000)
    #expect(first.receivedText == established && before.connections.count == 1)

    // Back again: nothing that the old set had said is remembered.
    old.records["allowed.example"] = [v4(151, 101, 4, 4)]
    old.delayNanoseconds = 0
    try rig.publish(Self.policy(Self.own(Self.near), generation: 3))
    rig.settle()
    _ = try rig.client(sending: connect("allowed.example:443"), from: v4(10, 0, 0, 3))
    #expect(after.connections.count == 2 && before.connections.count == 1)
    _ = try rig.end()
  }

  @Test("sets that change over and over leave no socket behind")
  func manyChanges() throws {
    let rig = try Rig(policy: Self.policy(Self.own(Self.near)))
    for round in 0..<60 {
      let place = SocketAddress(v4(10, 0, 1, UInt32(round)), port: 53)
      let names = NameServer(world: rig.world, at: place)
      names.records["allowed.example"] = [Rig.origin.address]
      if round % 3 == 0 { names.silent = ["allowed.example"] }
      try rig.publish(Self.policy(Self.own(place), generation: UInt64(round + 2)))
      rig.settle()
      let client = try rig.client(
        sending: connect("allowed.example:443"), from: v4(10, 0, 0, 3))
      rig.settle()
      client.reset()
      rig.settle()
      withExtendedLifetime(names) {}
    }
    _ = try rig.end()
  }
}
