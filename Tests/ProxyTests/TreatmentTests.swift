import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What an environment sets beside what it may reach, on one worker.
@Suite struct TreatmentTests {
  /// `quick` for clients of 10.0.7.0/24, with times of its own, and `default` for all others.
  static func policy(
    generation: UInt64 = 1, fields: [(String, String)] = [],
    headerPeers: [[ClientRules.HeaderPeer]] = [],
    _ change: (inout Treatment) -> Void = { _ in }
  ) throws -> PolicySnapshot {
    var treatment = Treatment()
    change(&treatment)
    var added = ResponseFields()
    for (name, value) in fields { try added.add(name: name, value: value) }
    var rules = ClientRules()
    rules.fallback = 0
    rules.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: 1)
    ]
    rules.headerPeers = headerPeers
    let names = ["allowed.example", "second.example"]
    return PolicySnapshot(
      generation: generation,
      environments: [
        try environment("default", names, sni: .off),
        try environment("quick", names, sni: .off, treatment: treatment, fields: added),
      ], clients: rules)
  }

  static let vm = v4(10, 0, 7, 2)

  @Test("an idle limit of an environment ends its tunnels and no others")
  func idle() throws {
    let rig = try Rig(policy: try Self.policy { $0.timeLimits.idle = 3 * Limits.second })
    _ = rig.world.server(at: Rig.origin)
    let request = connect("allowed.example:443")
    let quick = try rig.client(sending: request, from: Self.vm)
    let other = try rig.client(sending: request)
    rig.advance(milliseconds: 2500)
    #expect(!quick.isReset)
    rig.advance(milliseconds: 1500)
    #expect(quick.isReset && !other.isReset)
    #expect(try rig.end().contains { $0.end == "idle_timeout" && $0.environment == "quick" })
  }

  @Test("a changed idle limit holds for tunnels that begin after the change")
  func reload() throws {
    let rig = try Rig(policy: try Self.policy { $0.timeLimits.idle = 60 * Limits.second })
    _ = rig.world.server(at: Rig.origin)
    try rig.publish(
      try Self.policy(generation: 2) { $0.timeLimits.idle = 3 * Limits.second })
    rig.settle()
    let client = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    rig.advance(milliseconds: 4000)
    #expect(client.isReset)
    _ = try rig.end()
  }

  @Test("a tunnel that stands takes a changed idle limit up when its old deadline comes")
  func standing() throws {
    for (before, after, end) in [(6, 2, 6), (2, 6, 6)] as [(UInt64, UInt64, UInt64)] {
      let rig = try Rig(policy: try Self.policy { $0.timeLimits.idle = before * Limits.second })
      _ = rig.world.server(at: Rig.origin)
      let client = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
      try rig.publish(
        try Self.policy(generation: 2) { $0.timeLimits.idle = after * Limits.second })
      rig.settle()
      rig.advance(milliseconds: end * 1000 - 500)
      #expect(!client.isReset, "\(before) s and then \(after) s")
      rig.advance(milliseconds: 1000)
      #expect(client.isReset, "\(before) s and then \(after) s")
      _ = try rig.end()
    }
  }

  @Test("connect, response and keep-alive limits of an environment count for its requests")
  func others() throws {
    let rig = try Rig(
      policy: try Self.policy {
        $0.timeLimits.response = 2 * Limits.second
        $0.timeLimits.keepAlive = 4 * Limits.second
      })
    let server = rig.world.server(at: Rig.web)
    let get = "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"
    let quick = try rig.client(sending: get, from: Self.vm)
    let other = try rig.client(sending: get)
    #expect(server.connections.count == 2)
    rig.advance(milliseconds: 3000)
    #expect(status(quick) == 504 && status(other) == 0)
    let idle = try rig.client(sending: get, from: Self.vm)
    let answer = "HTTP/1.1 204 No Content\r\n\r\n"
    try #require(server.connections.last).send(Array(answer.utf8))
    rig.settle()
    #expect(status(idle) == 204)
    rig.advance(milliseconds: 5000)
    #expect(idle.isOver)
    _ = try rig.end()
  }

  // MARK: Connections

  @Test("an environment that is full refuses one more connection with 429, and nobody else's")
  func connections() throws {
    let policy = try Self.policy { $0.connectionsMax = 2 }
    let rig = try Rig(policy: policy)
    _ = rig.world.server(at: Rig.origin)
    let request = connect("allowed.example:443")
    let held = try (0..<2).map { _ in try rig.client(sending: request, from: Self.vm) }
    let over = try rig.client(sending: request, from: Self.vm)
    #expect(held.allSatisfy { $0.receivedText == established })
    #expect(status(over) == 429 && over.receivedText.contains("\r\nRetry-After: 1\r\n"))
    #expect(over.receivedText.contains("\"error\":\"connection_limit\""))
    let body = over.receivedText.components(separatedBy: "\r\n\r\n").last ?? ""
    #expect(over.receivedText.contains("Content-Length: \(body.utf8.count)\r\n"))
    let other = try rig.client(sending: request)
    #expect(other.receivedText == established)
    #expect(rig.shared.connections(of: 1, in: policy) == 2)
    held[0].reset()
    rig.settle()
    #expect(try rig.client(sending: request, from: Self.vm).receivedText == established)
    let records = try rig.end()
    let refused = try #require(records.first { $0.reason == "connection_limit" })
    #expect(refused.verdict == "deny" && refused.status == 429 && refused.environment == "quick")
    #expect(rig.shared.connections(of: 1, in: policy) == 0)
  }

  @Test("a connection counts for the environment of its credential, once that is presented")
  func credential() throws {
    var rules = ClientRules()
    let digest = TokenDigest()
    let bytes = Array(EnvironmentTests.token.utf8)
    let credential = digest.credential(of: bytes.span, saltHigh: 5, saltLow: 6)
    rules.tokens = [ClientRules.Token(try #require(credential), environment: 0)]
    var treatment = Treatment()
    treatment.connectionsMax = 1
    let policy = PolicySnapshot(
      generation: 1,
      environments: [try environment("ci", ["allowed.example"], treatment: treatment)],
      clients: rules)
    let rig = try Rig(policy: policy)
    _ = rig.world.server(at: Rig.web)
    let request = EnvironmentTests.get("/", EnvironmentTests.basic(EnvironmentTests.token))
    let first = try rig.client(sending: request)
    let second = try rig.client()
    #expect(rig.shared.connections(of: 0, in: policy) == 1)
    second.send(request)
    rig.settle()
    #expect(status(first) == 0 && status(second) == 429)
    #expect(second.receivedText.contains("\r\nRetry-After: 1\r\n"))
    #expect(rig.shared.connections(of: 0, in: policy) == 1)
    _ = try rig.end()
    #expect(rig.shared.connections(of: 0, in: policy) == 0)
  }

  @Test("behind a PROXY header a connection counts for the client named there, before it asks")
  func behindHeader() throws {
    let balancer = try #require(AddressRange("10.0.0.2"))
    let policy = try Self.policy(headerPeers: [[.network(balancer)]]) { $0.connectionsMax = 1 }
    let rig = try Rig(policy: policy)
    let line = "PROXY TCP4 10.0.7.9 10.0.0.1 5555 3128\r\n"
    let first = try rig.client(sending: line)
    #expect(rig.shared.connections(of: 1, in: policy) == 1)
    let second = try rig.client(sending: line)
    #expect(status(second) == 429 && !first.isOver)
    #expect(rig.shared.connections(of: 1, in: policy) == 1)
    let records = try rig.end()
    #expect(records.map(\.reason) == ["connection_limit"] && records[0].environment == "quick")
    #expect(rig.shared.connections(of: 1, in: policy) == 0)
  }

  @Test("after a change of policy connections count for the environment of the same name")
  func countsAfterReload() throws {
    let rig = try Rig(policy: try Self.policy { $0.connectionsMax = 4 })
    _ = rig.world.server(at: Rig.origin)
    let request = connect("allowed.example:443")
    let held = try (0..<3).map { _ in try rig.client(sending: request, from: Self.vm) }
    var treatment = Treatment()
    treatment.connectionsMax = 2
    var rules = ClientRules()
    rules.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: 2)
    ]
    let next = PolicySnapshot(
      generation: 2,
      environments: [
        try environment("new", ["allowed.example"]), try environment("newer", ["allowed.example"]),
        try environment("quick", ["allowed.example"], sni: .off, treatment: treatment),
      ], clients: rules)
    try rig.publish(next)
    rig.settle()
    // None of those that were let in ends for it.
    #expect(held.allSatisfy { !$0.isOver })
    #expect((0..<3).map { rig.shared.connections(of: $0, in: next) } == [0, 0, 3])
    held[0].reset()
    rig.settle()
    #expect(status(try rig.client(sending: request, from: Self.vm)) == 429)
    held[1].reset()
    rig.settle()
    #expect(try rig.client(sending: request, from: Self.vm).receivedText == established)
    _ = try rig.end()
    #expect((0..<3).map { rig.shared.connections(of: $0, in: next) } == [0, 0, 0])
  }

  @Test(
    "whatever clients and reloads do, no connection is counted when all have gone",
    arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 104_729 &+ 5)
    let rig = try Rig(seed: seed, policy: try Self.policy { $0.connectionsMax = 2 }) {
      $0.connections = 6
      $0.idleTimeout = 20 * Limits.second
    }
    _ = rig.world.server(at: Rig.origin)
    let web = rig.world.server(at: Rig.web)
    web.onAccept = { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody") }
    rig.world.faults.cutsAtRandom = true
    if random.chance(50) { rig.world.faults.failPercent = Int(random.next() % 4) }
    if random.chance(30) {
      rig.world.faults.descriptorLimit =
        rig.world.openDescriptors.count + 4 + Int(random.next() % 12)
    }
    let texts = [
      connect("allowed.example:443"), connect("denied.example:443"), EnvironmentTests.get("/"),
      EnvironmentTests.get("/") + EnvironmentTests.get("/b"), "BAD", "",
    ]
    var clients: [FarEnd] = []
    for step in 0..<60 {
      let client = clients.randomElement(using: &random)
      switch random.next() % 10 {
      case 0...3:
        let source = SocketAddress(
          random.chance(60) ? Self.vm : v4(10, 0, 0, 3), port: UInt16(2000 + step))
        guard let new = rig.world.client(from: source, to: Rig.proxy) else { continue }
        new.send(texts[Int(random.next() % UInt64(texts.count))])
        clients.append(new)
      case 4: client?.close()
      case 5: client?.reset()
      case 6: client?.send(EnvironmentTests.get("/again"))
      case 7:
        guard rig.shared.isSettled else { continue }
        let limit = UInt32(random.next() % 4)
        try rig.publish(
          try Self.policy(generation: rig.inForce.generation + 1) { $0.connectionsMax = limit },
          graceMilliseconds: random.next() % 2000)
      case 8: rig.advance(milliseconds: random.next() % 5000)
      default: rig.settle()
      }
    }
    let last = rig.inForce
    rig.world.faults = Faults()
    rig.settle()
    let (first, second) = (
      rig.shared.connections(of: 0, in: last), rig.shared.connections(of: 1, in: last)
    )
    #expect(first >= 0 && second >= 0 && first + second <= rig.shared.connections)
    _ = try rig.end()
    #expect((0..<2).map { rig.shared.connections(of: $0, in: last) } == [0, 0])
  }

  // MARK: Forwarding fields

  static let lie = "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n"

  /// The forwarding fields of the last request that came to an origin.
  private func forwarded(_ rig: Rig, _ server: Server) throws -> [String] {
    let text = try #require(server.connections.last).receivedText
    return text.components(separatedBy: "\r\n").filter {
      $0.lowercased().hasPrefix("forwarded") || $0.lowercased().hasPrefix("x-")
    }
  }

  @Test("an environment names the client of its requests to the origin, whatever the client says")
  func forwardedField() throws {
    let rig = try Rig(policy: try Self.policy { $0.forwardedField = .xForwardedFor })
    let server = rig.world.server(at: Rig.web)
    let get = EnvironmentTests.get("/", Self.lie)
    _ = try rig.client(sending: get, from: Self.vm)
    #expect(try forwarded(rig, server) == ["X-Forwarded-For: 10.0.7.2"])
    // Another environment asks for nothing.
    _ = try rig.client(sending: get)
    #expect(try forwarded(rig, server).joined(separator: "\r\n") + "\r\n" == Self.lie)
    try rig.publish(try Self.policy(generation: 2) { $0.forwardedField = .forwarded })
    rig.settle()
    _ = try rig.client(sending: get, from: Self.vm)
    #expect(try forwarded(rig, server) == ["Forwarded: for=10.0.7.2"])
    _ = try rig.end()
  }

  @Test("behind a PROXY header the client is the one it names")
  func forwardedBehindHeader() throws {
    let balancer = try #require(AddressRange("10.0.0.2"))
    let policy = try Self.policy(headerPeers: [[.network(balancer)]]) {
      $0.forwardedField = .forwarded
    }
    let rig = try Rig(policy: policy)
    let server = rig.world.server(at: Rig.web)
    let line = "PROXY TCP4 10.0.7.9 10.0.0.1 5555 3128\r\n"
    _ = try rig.client(sending: line + EnvironmentTests.get("/", Self.lie))
    #expect(try forwarded(rig, server) == ["Forwarded: for=10.0.7.9"])
    _ = try rig.end()
  }

  @Test(
    "a process behind a Unix listener has no address to tell",
    arguments: [(ForwardedField.xForwardedFor, []), (.forwarded, ["Forwarded: for=unknown"])])
  func forwardedProcess(field: ForwardedField, lines: [String]) throws {
    var treatment = Treatment()
    treatment.forwardedField = field
    let policy = PolicySnapshot(
      generation: 1,
      environments: [try environment("ci", ["allowed.example"], treatment: treatment)],
      clients: .everyone(0))
    let rig = try Rig(policy: policy, isUnix: true)
    let server = rig.world.server(at: Rig.web)
    _ = try rig.client(UnixPeerTests.ci, sending: EnvironmentTests.get("/", Self.lie))
    #expect(try forwarded(rig, server) == lines)
    _ = try rig.end()
  }

  // MARK: Fields of responses

  @Test("fields of an environment stand in responses in place of the upstream's")
  func fields() throws {
    let rig = try Rig(
      policy: try Self.policy(fields: [("X-Environment", "quick"), ("X-B", "2")]))
    let server = rig.world.server(at: Rig.web)
    server.onAccept = {
      $0.send("HTTP/1.1 200 OK\r\nx-environment: theirs\r\nContent-Length: 2\r\n\r\nok")
    }
    let get = EnvironmentTests.get("/")
    let quick = try rig.client(sending: get, from: Self.vm)
    #expect(quick.receivedText.contains("\r\nX-Environment: quick\r\nX-B: 2\r\n"))
    #expect(!quick.receivedText.contains("theirs") && quick.receivedText.hasSuffix("\r\n\r\nok"))
    let other = try rig.client(sending: get)
    #expect(other.receivedText.contains("\r\nx-environment: theirs\r\n"))
    #expect(!other.receivedText.contains("X-B"))
    _ = try rig.end()
  }

  @Test("fields of an environment stand in our own answers, and not in the 200 of a CONNECT")
  func ownAnswers() throws {
    let rig = try Rig(policy: try Self.policy(fields: [("X-Environment", "quick")]))
    _ = rig.world.server(at: Rig.origin)
    let denied = try rig.client(sending: connect("denied.example:443"), from: Self.vm)
    #expect(status(denied) == 403)
    let head = denied.receivedText.components(separatedBy: "\r\n\r\n")[0]
    #expect(head.hasSuffix("\r\nX-Environment: quick"))
    let other = try rig.client(sending: connect("denied.example:443"))
    #expect(status(other) == 403 && !other.receivedText.contains("X-Environment"))
    let tunnel = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    #expect(tunnel.receivedText == established)
    _ = try rig.end()
  }
}
