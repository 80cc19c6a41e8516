import Domains
import Foundation
import Policy
import Simulation
import Testing

@testable import Proxy

/// Bandwidth of an environment on one worker: `slow` for clients of 10.0.7.0/24 has limits, `default` has
/// none.
@Suite struct PacingTests {
  static let vm = v4(10, 0, 7, 2)
  static let kibibyte: UInt64 = 1024

  static func policy(
    generation: UInt64 = 1, upload: UInt64 = 0, download: UInt64 = 0,
    _ change: (inout Treatment) -> Void = { _ in }
  ) throws -> PolicySnapshot {
    var treatment = Treatment()
    treatment.upload = Bandwidth(bytesPerSecond: upload)
    treatment.download = Bandwidth(bytesPerSecond: download)
    change(&treatment)
    var rules = ClientRules()
    rules.fallback = 0
    rules.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: 1)
    ]
    let names = ["allowed.example", "second.example"]
    return PolicySnapshot(
      generation: generation,
      environments: [
        try environment("default", names, sni: .off),
        try environment("slow", names, sni: .off, treatment: treatment),
      ], clients: rules)
  }

  /// A tunnel of a client in `slow`.
  static func tunnel(_ rig: Rig, from address: IPAddress = vm) throws -> (FarEnd, FarEnd) {
    let server = rig.world.server(at: Rig.origin)
    let client = try rig.client(sending: connect("allowed.example:443"), from: address)
    try #require(client.receivedText == established)
    client.clear()
    return (client, try #require(server.connections.last))
  }

  @Test(
    "a tunnel moves as many bytes a second as its environment may, each way apart, and all of them",
    arguments: [kibibyte, 100 * kibibyte, 4096 * kibibyte])
  func tunnel(rate: UInt64) throws {
    let rig = try Rig(policy: try Self.policy(upload: rate, download: 2 * rate))
    let (client, upstream) = try Self.tunnel(rig)
    let count = Int(min(3 * rate, 1 << 20))
    client.send(pattern(count))
    upstream.send(pattern(count, 1 << 20 == count ? 0 : 3))
    let start = rig.world.nanoseconds
    var upEnd: UInt64 = 0
    var downEnd: UInt64 = 0
    for _ in 0..<100_000 where upEnd == 0 || downEnd == 0 {
      // Often enough to see when the last byte arrives.
      let wait = rig.waitTime
      rig.turn(wait < 0 ? 2 : min(wait, 2))
      let time = rig.world.nanoseconds - start
      if upEnd == 0, upstream.received.count == count { upEnd = time }
      if downEnd == 0, client.received.count == count { downEnd = time }
    }
    #expect(upstream.received == client.sent.suffix(count) && client.received == upstream.sent)
    // What may go at once, and a turn, come off the time.
    func isRight(_ time: UInt64, _ rate: UInt64) -> Bool {
      let exact = Double(count) / Double(rate)
      return (exact - 0.105...exact + 0.03).contains(Double(time) / 1e9)
    }
    #expect(isRight(upEnd, rate), "\(upEnd)")
    #expect(isRight(downEnd, 2 * rate), "\(downEnd)")
    let close = try #require(try rig.end().last)
    #expect(close.up == count && close.down == count)
  }

  @Test("a limit is that of an environment: others are as fast as they can")
  func others() throws {
    let rig = try Rig(policy: try Self.policy(download: 1000))
    let (slow, slowUpstream) = try Self.tunnel(rig)
    let (fast, fastUpstream) = try Self.tunnel(rig, from: v4(192, 0, 2, 1))
    slowUpstream.send(pattern(100_000))
    fastUpstream.send(pattern(300_000, 1))
    rig.settle()
    #expect(fast.received == pattern(300_000, 1))
    #expect(slow.received.count <= 100)
    _ = try rig.end()
  }

  @Test("clients have a limit of their own beside that of their environment")
  func clients() throws {
    let policy = try Self.policy(download: 100_000) {
      $0.clientDownload = Bandwidth(bytesPerSecond: 20_000)
      $0.clientUpload = Bandwidth(bytesPerSecond: 1000)
    }
    let rig = try Rig(policy: policy)
    let many = try (0..<4).map { _ in try Self.tunnel(rig) }
    let other = try Self.tunnel(rig, from: v4(10, 0, 7, 3))
    for pair in many + [other] {
      pair.1.send(pattern(100_000))
      pair.0.send(pattern(5000, 1))
    }
    rig.advance(milliseconds: 2000)
    let taken = many.map { $0.0.received.count }
    #expect((39_000...43_000).contains(taken.reduce(0, +)), "\(taken)")
    #expect(taken.allSatisfy { $0 > 8000 }, "\(taken)")
    #expect((39_000...43_000).contains(other.0.received.count))
    let sent = many.map { $0.1.received.count }
    #expect((1900...2200).contains(sent.reduce(0, +)), "\(sent)")
    _ = try rig.end()
  }

  @Test("one that reads all it can and nine others get equal shares within 10 %")
  func fair() throws {
    let rig = try Rig(policy: try Self.policy(download: 4 << 20)) {
      $0.connections = 20
      $0.remainders = 40
    }
    var pairs: [(FarEnd, FarEnd)] = []
    for _ in 0..<10 { pairs.append(try Self.tunnel(rig)) }
    // The first is there alone for a while, and has far more to send than the others.
    pairs[0].1.send([UInt8](repeating: 1, count: 8 << 20))
    rig.advance(milliseconds: 200)
    let early = pairs[0].0.received.count
    for pair in pairs.dropFirst() { pair.1.send([UInt8](repeating: 2, count: 1 << 20)) }
    rig.advance(milliseconds: 1500)
    let shares = pairs.enumerated().map { $1.0.received.count - ($0 == 0 ? early : 0) }
    let even = Double(shares.reduce(0, +)) / 10
    #expect(even > 600_000, "\(shares)")
    for share in shares { #expect((0.9...1.1).contains(Double(share) / even), "\(shares)") }
    _ = try rig.end()
  }

  @Test("a paused tunnel sleeps: its loop turns no more often than it has turns to take")
  func noSpinning() throws {
    let rig = try Rig(policy: try Self.policy(download: 1000))
    let (_, upstream) = try Self.tunnel(rig)
    upstream.send(pattern(60_000))
    let end = rig.world.nanoseconds + 5 * Limits.second
    var turns = 0
    while rig.world.nanoseconds < end {
      rig.turn(rig.waitTime)
      turns += 1
    }
    // 40 turns of 25 bytes a second.
    #expect(turns < 5 * 2 * 45, "\(turns)")
    _ = try rig.end()
  }

  @Test("data that waits for its turn is no silence: no idle and no half-close limit runs")
  func idle() throws {
    for isHalfClosed in [false, true] {
      let policy = try Self.policy(download: 10) {
        $0.timeLimits.idle = 1 * Limits.second
        $0.timeLimits.halfClose = 1 * Limits.second
      }
      let rig = try Rig(policy: policy)
      // So many that the turns of one are seconds apart.
      var pairs: [(FarEnd, FarEnd)] = []
      for _ in 0..<6 { pairs.append(try Self.tunnel(rig)) }
      for pair in pairs {
        pair.1.send(pattern(30))
        if isHalfClosed { pair.0.finish() }
      }
      rig.advance(milliseconds: 17_000)
      let arrived = pairs.map { $0.0.received.count }
      #expect(arrived.allSatisfy { $0 >= 28 }, "\(arrived)")
      rig.advance(milliseconds: 5000)
      #expect(pairs.allSatisfy { $0.0.isOver })
      _ = try rig.end()
    }
  }

  @Test("a tunnel that is closed while it waits gives its turns back")
  func closing() throws {
    let rig = try Rig(policy: try Self.policy(download: 1000))
    for way in 0..<3 {
      var pairs: [(FarEnd, FarEnd)] = []
      for _ in 0..<6 { pairs.append(try Self.tunnel(rig)) }
      for pair in pairs { pair.1.send(pattern(2000)) }
      rig.advance(milliseconds: 300)
      for pair in pairs {
        switch way {
        case 0: pair.0.reset()
        case 1: pair.1.reset()
        default:
          pair.0.close()
          pair.1.close()
        }
      }
      rig.advance(milliseconds: way == 0 ? 0 : 20_000)
      rig.settle()
    }
    let (client, upstream) = try Self.tunnel(rig)
    rig.advance(milliseconds: 1000)
    upstream.send(pattern(70))
    rig.settle()
    rig.advance(milliseconds: 30)
    #expect(client.received.count == 70)
    _ = try rig.end()
  }

  @Test("both ends come through behind the last byte, however slow")
  func ends() throws {
    let rig = try Rig(policy: try Self.policy(upload: 5000, download: 5000))
    let (client, upstream) = try Self.tunnel(rig)
    client.send(pattern(3000, 1))
    client.finish()
    upstream.send(pattern(4000, 2))
    upstream.finish()
    rig.advance(milliseconds: 500)
    #expect(!client.isFinished && !upstream.isFinished)
    rig.advance(milliseconds: 700)
    #expect(client.isFinished && client.received == pattern(4000, 2))
    #expect(upstream.isFinished && upstream.received == pattern(3000, 1))
    let summaries = try rig.end().map { $0.summary }
    #expect(summaries == ["allow allowlisted", "close client_eof"])
  }

  @Test("a slow reader holds no turn: what it does not take, others get")
  func slowReader() throws {
    let rig = try Rig(policy: try Self.policy(download: 100_000))
    rig.world.receiveCapacity = 4096
    rig.world.sendCapacity = 4096
    let (stuck, stuckUpstream) = try Self.tunnel(rig)
    let (client, upstream) = try Self.tunnel(rig)
    stuck.isPaused = true
    stuckUpstream.send(pattern(100_000))
    rig.advance(milliseconds: 1000)
    upstream.send(pattern(90_000, 1))
    rig.advance(milliseconds: 1000)
    #expect(client.received == pattern(90_000, 1))
    _ = try rig.end()
  }

  // MARK: Changes of policy

  @Test("a limit that comes, changes or goes with a reload holds for open tunnels")
  func reload() throws {
    let rig = try Rig(policy: try Self.policy())
    let (client, upstream) = try Self.tunnel(rig)
    upstream.send(pattern(10_000))
    rig.settle()
    #expect(client.received.count == 10_000)
    try rig.publish(try Self.policy(generation: 2, download: 1000))
    rig.settle()
    client.clear()
    upstream.send(pattern(100_000))
    rig.advance(milliseconds: 2000)
    #expect((1900...2150).contains(client.received.count), "\(client.received.count)")
    try rig.publish(try Self.policy(generation: 3, download: 20_000))
    client.clear()
    rig.advance(milliseconds: 2000)
    #expect((39_000...42_500).contains(client.received.count), "\(client.received.count)")
    try rig.publish(try Self.policy(generation: 4))
    rig.settle()
    #expect(upstream.pendingCount == 0)
    client.clear()
    upstream.send("last")
    rig.settle()
    #expect(client.receivedText == "last")
    _ = try rig.end()
  }

  @Test("what waits for a turn of a very slow limit goes on at once when a reload takes it away")
  func freed() throws {
    let rig = try Rig(policy: try Self.policy(upload: 1))
    let (client, upstream) = try Self.tunnel(rig)
    client.send(pattern(5000))
    rig.advance(milliseconds: 3000)
    #expect(upstream.received.count < 6)
    try rig.publish(try Self.policy(generation: 2))
    rig.settle()
    #expect(upstream.received == pattern(5000))
    _ = try rig.end()
  }

  @Test("draining ends what waits for its turn at the deadline, and not before")
  func drain() throws {
    let rig = try Rig(policy: try Self.policy(download: 100))
    let (client, upstream) = try Self.tunnel(rig)
    upstream.send(pattern(5000))
    rig.settle()
    rig.stop(withinMilliseconds: 3000)
    rig.advance(milliseconds: 2900)
    #expect(!client.isOver && client.received.count > 250)
    rig.advance(milliseconds: 300)
    #expect(client.isReset && rig.isFinished)
    _ = try rig.end()
  }

  // MARK: Exchanges

  @Test("bodies of plain HTTP are paced both ways, and the connection serves on")
  func exchange() throws {
    let rig = try Rig(policy: try Self.policy(upload: 10_000, download: 20_000)) {
      $0.bodyTimeout = 1 * Limits.second
    }
    let server = rig.world.server(at: Rig.web)
    let body = String(repeating: "u", count: 30_000)
    let client = try rig.client(from: Self.vm)
    for _ in 0..<2 {
      client.clear()
      client.send(post("Content-Length: \(body.utf8.count)", body))
      rig.advance(milliseconds: 1000)
      let upstream = try #require(server.connections.last)
      // What came with the head is there at once, and is paid for by what follows.
      #expect(upstream.received.count < 20_000)
      rig.advance(milliseconds: 2500)
      #expect(upstream.receivedText.hasSuffix(body))
      let answer = String(repeating: "d", count: 40_000)
      upstream.clear()
      upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + answer)
      rig.advance(milliseconds: 1000)
      #expect((16_000...24_000).contains(client.received.count), "\(client.received.count)")
      rig.advance(milliseconds: 1500)
      #expect(client.receivedText.hasSuffix(answer))
    }
    client.clear()
    client.send(post("Transfer-Encoding: chunked", chunks(body, 999)))
    rig.advance(milliseconds: 4000)
    let sent = try #require(server.connections.last).receivedText
    let start = try #require(sent.range(of: "\r\n\r\n"))
    #expect(unchunked(String(sent[start.upperBound...])) == body)
    let summaries = try rig.end().map { $0.summary }
    #expect(summaries.prefix(4).allSatisfy { $0 == "allow allowlisted" || $0 == "close complete" })
  }

  @Test("a WebSocket is paced like a tunnel")
  func webSocket() throws {
    let rig = try Rig(policy: try Self.policy(download: 2000))
    let server = rig.world.server(at: Rig.web)
    let client = try rig.client(
      sending:
        "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nConnection: Upgrade\r\n"
        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", from: Self.vm)
    let upstream = try #require(server.connections.last)
    upstream.send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
    rig.advance(milliseconds: 500)
    try #require(status(client) == 101)
    client.clear()
    upstream.send(pattern(10_000))
    rig.advance(milliseconds: 2000)
    #expect((3900...4350).contains(client.received.count), "\(client.received.count)")
    rig.advance(milliseconds: 3200)
    #expect(client.received == pattern(10_000))
    _ = try rig.end()
  }

  // MARK: Chance

  @Test(
    "whatever clients, servers, faults and reloads do, bytes come through whole and nothing is left",
    arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 7_368_787 &+ 5)
    let clientRate = seed % 4 == 0 ? 30_000 : 0 as UInt64
    let rates: [UInt64] = [0, 1, 700, 20_000, 3 << 20]
    func rate() -> UInt64 { rates[Int(random.next() % UInt64(rates.count))] }
    let rig = try Rig(
      seed: seed,
      policy: try Self.policy(
        upload: rate(), download: rate()
      ) {
        $0.clientDownload = Bandwidth(bytesPerSecond: clientRate)
      }
    ) {
      $0.remainders = 3
      $0.pipes = 1
    }
    rig.world.faults.readBytesMax = 3000
    rig.world.faults.cutsAtRandom = true
    rig.world.faults.againPercent = seed % 3 == 0 ? 10 : 0
    rig.world.receiveCapacity = 20_000
    var pairs: [(FarEnd, FarEnd)] = []
    for _ in 0..<50 {
      switch random.next() % 10 {
      case 0, 1:
        guard pairs.count < 6 else { continue }
        let percent = rig.world.faults.againPercent
        rig.world.faults.againPercent = 0
        pairs.append(try Self.tunnel(rig))
        rig.world.faults.againPercent = percent
      case 2, 3:
        guard let pair = pairs.randomElement(using: &random) else { continue }
        pair.0.send(pattern(Int(random.next() % 40_000), 1))
      case 4, 5:
        guard let pair = pairs.randomElement(using: &random) else { continue }
        pair.1.send(pattern(Int(random.next() % 40_000), 2))
      case 6: pairs.randomElement(using: &random)?.0.isPaused.toggle()
      case 7:
        guard let pair = pairs.randomElement(using: &random) else { continue }
        if random.chance(50) { pair.0.reset() } else { pair.1.finish() }
      case 8:
        guard rig.shared.isSettled else { continue }
        try rig.publish(
          try Self.policy(
            generation: rig.inForce.generation + 1, upload: rate(), download: rate()))
      default: rig.advance(milliseconds: random.next() % 3000)
      }
      rig.settle()
    }
    for pair in pairs {
      #expect(pair.0.received.elementsEqual(pair.1.sent.prefix(pair.0.received.count)))
      #expect(
        pair.1.received.elementsEqual(
          pair.0.sent.dropFirst(
            connect("allowed.example:443").utf8.count
          ).prefix(pair.1.received.count)))
    }
    _ = try rig.end()
  }
}
