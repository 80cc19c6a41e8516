import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What keeps one client or environment from taking what all need. `quick` is for clients of 10.0.7.0/24,
/// `default` for all others (see ``TreatmentTests``).
@Suite struct ProtectionTests {
  static let denied = connect("denied.example:443")

  /// The process may have 100 connections: pressure begins beyond 80, and beyond 95 it is full.
  static func rig(
    _ change: (inout Limits) -> Void = { _ in }
  ) throws -> Rig {
    let rig = try Rig(policy: try TreatmentTests.policy()) {
      $0.connections = 100
      $0.overflowConnections = 8
      $0.heldHeads = 300
      $0.remainders = 300
      $0.exchanges = 110
      $0.dials = 110
      $0.keepAliveTimeout = 600 * Limits.second
      change(&$0)
    }
    _ = rig.world.server(at: Rig.origin)
    let web = rig.world.server(at: Rig.web)
    web.onAccept = { $0.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") }
    return rig
  }

  /// A client of its own address in `default`.
  static func other(_ rig: Rig, _ number: UInt32, sending text: String = "") throws -> FarEnd {
    try rig.client(sending: text, from: v4(192, 0, 2, number))
  }

  // MARK: Half-open connections

  @Test("a source with as many silent connections as it may is told so, and no other source is")
  func halfOpen() throws {
    let rig = try Self.rig { $0.halfOpenPerSource = 20 }
    let silent = try (0..<20).map { _ in try rig.client(from: TreatmentTests.vm) }
    #expect(silent.allSatisfy { !$0.isOver })
    let over = try rig.client(from: TreatmentTests.vm)
    #expect(status(over) == 429 && over.isFinished && !over.isReset)
    #expect(over.receivedText.contains("\"error\":\"half_open_limit\""))
    let body = over.receivedText.components(separatedBy: "\r\n\r\n").last ?? ""
    #expect(over.receivedText.contains("Content-Length: \(body.utf8.count)\r\n"))
    #expect(status(try Self.other(rig, 7, sending: Self.denied)) == 403)
    // One that asks makes room for another.
    silent[0].send(Self.denied)
    rig.settle()
    #expect(status(silent[0]) == 403)
    #expect(!(try rig.client(from: TreatmentTests.vm)).isOver)
    let records = try rig.end()
    let refused = try #require(records.first)
    #expect(refused.summary == "deny half_open_limit" && refused.environment == "quick")
  }

  @Test("a source that drips heads is held to as many as one that is silent, on any connection")
  func drips() throws {
    let rig = try Self.rig {
      $0.halfOpenPerSource = 16
      $0.headTimeout = 5 * Limits.second
    }
    let get = get("/", host: "denied.example")
    // Each has been served once, so that none is new.
    let clients = try (0..<20).map { _ in
      try rig.client(sending: get, from: TreatmentTests.vm)
    }
    #expect(clients.allSatisfy { status($0) == 403 })
    for client in clients {
      client.clear()
      client.send("GET http")
      rig.settle()
    }
    #expect(clients.prefix(16).allSatisfy { $0.received.isEmpty && !$0.isOver })
    #expect(clients.dropFirst(16).allSatisfy { status($0) == 429 && $0.isFinished })
    #expect(status(try Self.other(rig, 7, sending: Self.denied)) == 403)
    rig.advance(milliseconds: 8000)
    #expect(status(try rig.client(sending: get, from: TreatmentTests.vm)) == 403)
    _ = try rig.end()
  }

  @Test("an IPv6 host has one count for all of its addresses")
  func network() throws {
    let counts = HalfOpenCounts()
    let host = counts.place(of: IPAddress(v6High: 0x2001_0DB8_0000_0001, low: 1))
    let same = counts.place(of: IPAddress(v6High: 0x2001_0DB8_0000_0001, low: 77))
    var entered = 0
    for _ in 0..<7 where counts.enter(host, limit: 5) { entered += 1 }
    let isOneMore = counts.enter(same, limit: 5)
    let count = counts.count(same)
    #expect(entered == 5 && !isOneMore && count == 5)
  }

  @Test("sources are held to their limit and hardly ever to less, and all words end at none")
  func counts() throws {
    let counts = HalfOpenCounts()
    var random = SeededRandom(seed: 12)
    // Thirty that flood, and ten thousand that have one connection each.
    let flooding = (0..<30).map { counts.place(of: v4(10, 1, 0, UInt32($0))) }
    for place in flooding {
      var entered = 0
      for _ in 0..<600 where counts.enter(place, limit: 512) { entered += 1 }
      #expect(entered <= 512)
    }
    var refused = 0
    var held: [HalfOpenCounts.Place] = []
    for _ in 0..<10_000 {
      let place = counts.place(of: IPAddress(v4: UInt32(truncatingIfNeeded: random.next())))
      if counts.enter(place, limit: 512) { held.append(place) } else { refused += 1 }
    }
    // Each with the chance of (30 / 16384)^2.
    #expect(refused <= 3)
    for place in held { counts.leave(place) }
    for place in flooding {
      let count = counts.count(place)
      #expect(count >= 480)
      while counts.count(place) > 0 { counts.leave(place) }
    }
  }

  @Test(
    "whatever half-open clients and reloads do, a source ends with none", arguments: 0..<20)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 32_452_843 &+ 3)
    let rig = try Self.rig {
      $0.halfOpenPerSource = 4
      $0.headTimeout = 3 * Limits.second
      $0.connections = 20
    }
    let texts = ["GET", get("/"), get("/", host: "denied.example") + "GE", Self.denied, "\u{1}"]
    var clients: [FarEnd] = []
    for _ in 0..<60 {
      switch random.next() % 8 {
      case 0...2:
        let address = random.chance(70) ? TreatmentTests.vm : v4(192, 0, 2, 9)
        clients.append(try rig.client(from: address))
      case 3, 4: clients.randomElement(using: &random)?.send(texts.randomElement(using: &random)!)
      case 5: clients.randomElement(using: &random)?.reset()
      case 6:
        guard rig.shared.isSettled else { continue }
        try rig.publish(try TreatmentTests.policy(generation: rig.inForce.generation + 1))
      default: rig.advance(milliseconds: random.next() % 2000)
      }
      rig.settle()
    }
    _ = try rig.end()
    for address in [TreatmentTests.vm, v4(192, 0, 2, 9)] {
      #expect(rig.shared.halfOpen.count(rig.shared.halfOpen.place(of: address)) == 0)
    }
  }

  // MARK: Shedding

  @Test("one environment that floods leaves room for another, whose requests are all served")
  func flood() throws {
    let rig = try Self.rig()
    let tunnel = connect("allowed.example:443")
    let first = try Self.other(rig, 1, sending: tunnel)
    var statuses: [Int: Int] = [:]
    for _ in 0..<150 {
      statuses[status(try rig.client(sending: tunnel, from: TreatmentTests.vm)), default: 0] += 1
    }
    // Up to the line, and nothing beyond it.
    #expect(statuses == [200: 94, 503: 56])
    for number in 0..<4 {
      #expect(status(try Self.other(rig, 10 + UInt32(number), sending: tunnel)) == 200)
    }
    #expect(first.receivedText == established && !first.isOver)
    let records = try rig.end()
    #expect(records.count { $0.reason == "overloaded" && $0.environment == "quick" } == 56)
    #expect(!records.contains { $0.reason == "overloaded" && $0.environment == "default" })
  }

  @Test("requests on connections that stand make room too, and only those of the busiest")
  func requests() throws {
    let rig = try Self.rig()
    let tunnel = connect("allowed.example:443")
    let get = get("/")
    let standing = try rig.client(sending: get, from: TreatmentTests.vm)
    let other = try Self.other(rig, 1, sending: get)
    #expect(status(standing) == 204 && status(other) == 204)
    for _ in 0..<93 { _ = try rig.client(sending: tunnel, from: TreatmentTests.vm) }
    let more = try (2..<4).map { try Self.other(rig, $0) }
    standing.clear()
    other.clear()
    standing.send(get)
    other.send(get)
    rig.settle()
    #expect(status(standing) == 503 && standing.isFinished)
    #expect(standing.receivedText.contains("\r\nRetry-After: 1\r\n"))
    #expect(status(other) == 204)
    // There is room again.
    for client in more { client.reset() }
    rig.advance(milliseconds: 2500)
    #expect(status(try rig.client(sending: get, from: TreatmentTests.vm)) == 204)
    _ = try rig.end()
  }

  @Test("with one environment there is nobody to make room for: all connections are used")
  func alone() throws {
    let rig = try Rig {
      $0.connections = 40
      $0.heldHeads = 100
      $0.remainders = 100
    }
    _ = rig.world.server(at: Rig.origin)
    for _ in 0..<40 {
      #expect(status(try rig.client(sending: connect("allowed.example:443"))) == 200)
    }
    #expect(status(try rig.client()) == 503)
    _ = try rig.end()
  }

  @Test("idle connections go first, those of the busiest environment before others'; tunnels stay")
  func idle() throws {
    let rig = try Self.rig()
    let get = get("/")
    let busy = try (0..<50).map { _ in try rig.client(sending: get, from: TreatmentTests.vm) }
    let others = try (0..<20).map { try Self.other(rig, UInt32($0), sending: get) }
    let tunnels = try (0..<8).map { _ in
      try rig.client(sending: connect("allowed.example:443"), from: TreatmentTests.vm)
    }
    rig.advance(milliseconds: 3000)
    #expect((busy + others + tunnels).allSatisfy { !$0.isOver })
    for number in 0..<4 { _ = try Self.other(rig, 100 + UInt32(number)) }
    rig.advance(milliseconds: 400)
    #expect(rig.shared.connections <= 80)
    #expect(busy.count { $0.isFinished } >= 2)
    #expect(!others.contains { $0.isOver } && !tunnels.contains { $0.isOver })
    #expect(rig.shared.idleConnectionsShed == UInt64(busy.count { $0.isFinished }))
    _ = try rig.end()
  }

  @Test("where the busiest environment has no idle connections, those of others go")
  func othersIdle() throws {
    let rig = try Self.rig()
    let others = try (0..<20).map { try Self.other(rig, UInt32($0), sending: get("/")) }
    for _ in 0..<63 {
      _ = try rig.client(sending: connect("allowed.example:443"), from: TreatmentTests.vm)
    }
    rig.advance(milliseconds: 3000)
    #expect(others.contains { $0.isFinished } && rig.shared.connections <= 80)
    _ = try rig.end()
  }

  @Test("when connections run out, a source may have an eighth of its half-open ones")
  func halfOpenUnderPressure() throws {
    let rig = try Self.rig { $0.halfOpenPerSource = 24 }
    for _ in 0..<81 {
      _ = try rig.client(sending: connect("allowed.example:443"), from: TreatmentTests.vm)
    }
    let silent = try (0..<4).map { _ in try Self.other(rig, 5) }
    #expect(silent.map { status($0) } == [0, 0, 0, 429])
    #expect(status(try Self.other(rig, 6, sending: Self.denied)) == 403)
    _ = try rig.end()
  }

  // MARK: Lifetime

  @Test(
    "a tunnel ends with its lifetime, whatever moves in it; that of its environment comes first")
  func lifetime() throws {
    let policy = try TreatmentTests.policy { $0.timeLimits.lifetime = 5 * Limits.second }
    let rig = try Rig(policy: policy) { $0.tunnelLifetime = 9 * Limits.second }
    let server = rig.world.server(at: Rig.origin)
    let request = connect("allowed.example:443")
    let quick = try rig.client(sending: request, from: TreatmentTests.vm)
    let other = try rig.client(sending: request)
    for second in 1...10 {
      for upstream in server.connections { upstream.send("x") }
      rig.advance(milliseconds: 950)
      #expect(quick.isReset == (second > 5), "second \(second)")
      #expect(other.isReset == (second > 9), "second \(second)")
    }
    let ends = try rig.end().compactMap { $0.end }
    #expect(ends == ["lifetime", "lifetime"])
  }

  @Test("without a lifetime a tunnel stands as long as something moves")
  func noLifetime() throws {
    let rig = try Rig { $0.idleTimeout = 2 * Limits.second }
    let (client, upstream) = try rig.tunnel()
    for _ in 0..<100 {
      upstream.send("x")
      rig.advance(milliseconds: 1500)
    }
    #expect(!client.isOver && client.received.count == 100)
    _ = try rig.end()
  }
}
