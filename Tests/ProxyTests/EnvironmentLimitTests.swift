import Domains
import Foundation
import Policy
import Simulation
import Testing

@testable import Proxy

/// How many connections an environment has, where credentials tell whose a request is.
@Suite struct EnvironmentLimitTests {
  static let token = EnvironmentTests.token
  static let network = v4(10, 0, 7, 2)
  static let get = EnvironmentTests.get("/", EnvironmentTests.bearer(token))

  /// `vm-7` by its token, `choosing` for clients of 10.0.7.0/24, who may follow a credential, and `default`
  /// for all others.
  static func policy(
    generation: UInt64 = 1, names: [String] = ["default", "vm-7", "choosing"],
    limits: [String: UInt32], hasFallback: Bool = true, hasTokens: Bool = true
  ) throws -> PolicySnapshot {
    func number(_ name: String) throws -> Int { try #require(names.firstIndex(of: name)) }
    var rules = ClientRules()
    if hasFallback { rules.fallback = try number("default") }
    let range = try #require(AddressRange("10.0.7.0/24"))
    rules.networks = [ClientRules.Network(range, environment: try number("choosing"))]
    if hasTokens {
      let bytes = Array(token.utf8)
      let digest = TokenDigest()
      let credential = digest.credential(of: bytes.span, saltHigh: 5, saltLow: 6)
      rules.tokens = [
        ClientRules.Token(try #require(credential), environment: try number("vm-7"))
      ]
    }
    return PolicySnapshot(
      generation: generation,
      environments: try names.map { name in
        var treatment = Treatment()
        treatment.connectionsMax = limits[name] ?? 0
        let like = try environment(name, ["allowed.example"], sni: .off, treatment: treatment)
        return try #require(
          Environment(
            name: name, access: .limited, addressRules: [], matcher: like.matcher,
            letsCredentialsChoose: name == "choosing", serverNameCheck: .off, treatment: treatment))
      }, clients: rules)
  }

  private static func rig(_ policy: PolicySnapshot) throws -> Rig {
    let rig = try Rig(policy: policy)
    let server = rig.world.server(at: Rig.web)
    server.onAccept = { $0.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") }
    return rig
  }

  private static func counts(_ rig: Rig) -> [Int] {
    (0..<rig.inForce.environmentCount).map { rig.shared.connections(of: $0, in: rig.inForce) }
  }

  @Test(
    "clients that say nothing do not fill an environment that a credential leads away from",
    arguments: [v4(192, 0, 2, 9), network])
  func silence(_ address: IPAddress) throws {
    let rig = try Self.rig(try Self.policy(limits: ["default": 2, "choosing": 2]))
    let silent = try (0..<3).map { _ in try rig.client(from: address) }
    #expect(Self.counts(rig) == [0, 0, 0])
    let client = try rig.client(sending: Self.get, from: address)
    #expect(status(client) == 204, "\(client.receivedText)")
    #expect(Self.counts(rig) == [0, 1, 0])
    // Whoever asks without one is counted then.
    for (place, expected) in [204, 204, 429].enumerated() {
      silent[place].send(EnvironmentTests.get("/"))
      rig.settle()
      #expect(status(silent[place]) == expected)
    }
    _ = try rig.end()
  }

  @Test("where nobody has credentials, a silent client counts from its accepting on")
  func withoutCredentials() throws {
    let rig = try Self.rig(
      try Self.policy(limits: ["default": 1, "choosing": 1], hasTokens: false))
    for address in [v4(192, 0, 2, 9), Self.network] {
      let first = try rig.client(from: address)
      let second = try rig.client(from: address)
      #expect(!first.isOver && status(second) == 429)
    }
    #expect(Self.counts(rig) == [1, 0, 1])
    let records = try rig.end()
    #expect(records.map(\.environment) == ["default", "choosing"])
  }

  @Test(
    "a reload keeps idle clients counted in the environment of their credential",
    arguments: [true, false])
  func idle(hasFallback: Bool) throws {
    let limits: [String: UInt32] = ["vm-7": 2, "default": 1]
    let rig = try Self.rig(try Self.policy(limits: limits, hasFallback: hasFallback))
    let idle = try (0..<2).map { _ in try rig.client(sending: Self.get) }
    #expect(idle.allSatisfy { status($0) == 204 })
    // One of them has been asked for its credential since, and counts where it did.
    idle[0].clear()
    if !hasFallback {
      idle[0].send(EnvironmentTests.get("/"))
      rig.settle()
      #expect(status(idle[0]) == 407 && !idle[0].isOver)
    }
    for generation in 2...3 as ClosedRange<UInt64> {
      let names =
        generation == 2 ? ["choosing", "vm-7", "default"] : ["vm-7", "default", "choosing"]
      try rig.publish(
        try Self.policy(
          generation: generation, names: names, limits: limits, hasFallback: hasFallback))
      rig.settle()
    }
    #expect(Self.counts(rig) == [2, 0, 0])
    let other = try rig.client(sending: Self.get)
    #expect(status(other) == 429)
    for client in idle {
      client.clear()
      client.send(Self.get)
      rig.settle()
      #expect(status(client) == 204, "\(client.receivedText)")
    }
    #expect(Self.counts(rig) == [2, 0, 0])
    _ = try rig.end()
    #expect(Self.counts(rig) == [0, 0, 0])
  }

  @Test(
    "a reload counts idle clients in no environment that is gone, and by their place where it tells"
  )
  func gone() throws {
    let rig = try Self.rig(try Self.policy(limits: ["vm-7": 2]))
    let client = try rig.client(sending: Self.get)
    let other = try rig.client(sending: Self.get, from: Self.network)
    #expect(Self.counts(rig) == [0, 2, 0])
    try rig.publish(
      try Self.policy(
        generation: 2, names: ["fresh", "choosing", "default"], limits: ["default": 1],
        hasFallback: false, hasTokens: false))
    rig.settle()
    #expect(Self.counts(rig) == [0, 1, 0] && !client.isOver && !other.isOver)
    _ = try rig.end()
    #expect(Self.counts(rig) == [0, 0, 0])
  }

  @Test(
    "whatever clients with credentials and reloads do, the counts add up and end at none",
    arguments: 0..<30)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 15_485_863 &+ 11)
    let orders = [
      ["default", "vm-7", "choosing"], ["choosing", "fresh", "default"],
      ["vm-7", "choosing", "default"], ["choosing", "vm-7"],
    ]
    let rig = try Self.rig(try Self.policy(limits: ["default": 2, "vm-7": 2]))
    _ = rig.world.server(at: Rig.origin)
    let texts = [
      Self.get, EnvironmentTests.get("/"), Self.get + Self.get, "",
      EnvironmentTests.connect("allowed.example", EnvironmentTests.bearer(Self.token)),
      connect("allowed.example:443"),
    ]
    var clients: [FarEnd] = []
    for _ in 0..<60 {
      let text = texts[Int(random.next() % UInt64(texts.count))]
      switch random.next() % 8 {
      case 0...2:
        let address = random.chance(50) ? Self.network : v4(192, 0, 2, 9)
        clients.append(try rig.client(sending: text, from: address))
      case 3: clients.randomElement(using: &random)?.send(text)
      case 4: clients.randomElement(using: &random)?.close()
      case 5: clients.randomElement(using: &random)?.reset()
      case 6:
        guard rig.shared.isSettled else { continue }
        let names = orders[Int(random.next() % UInt64(orders.count))]
        let limit = UInt32(random.next() % 3)
        try rig.publish(
          try Self.policy(
            generation: rig.inForce.generation + 1, names: names,
            limits: ["vm-7": limit, "choosing": limit], hasFallback: names.contains("default"),
            hasTokens: names.contains("vm-7")), graceMilliseconds: random.next() % 2000)
      default: rig.advance(milliseconds: random.next() % 3000)
      }
      rig.settle()
      let counts = Self.counts(rig)
      #expect(counts.allSatisfy { $0 >= 0 } && counts.reduce(0, +) <= rig.shared.connections)
    }
    _ = try rig.end()
    #expect(Self.counts(rig).allSatisfy { $0 == 0 })
  }
}
