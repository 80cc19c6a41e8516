import Domains
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Many short runs, each from its own seed: clients, servers, faults and time do what the seed
/// says. What must hold in every run: nothing traps, nothing leaks, what arrives is a beginning of
/// what was sent, and each allowed request has exactly one close record.
@Suite struct RandomTests {
  @Test("whatever a seed brings, the invariants hold", arguments: 0..<16)
  func seeds(group: Int) throws {
    for seed in (group * 25)..<(group * 25 + 25) { try run(UInt64(seed)) }
  }

  /// A client, and what it asked for.
  private final class Player {
    let client: FarEnd
    let isTunnel: Bool

    init(client: FarEnd, isTunnel: Bool) {
      self.client = client
      self.isTunnel = isTunnel
    }
  }

  private func run(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 7919)
    let rig = try Rig(seed: seed) {
      $0.connections = 4
      $0.remainders = random.chance(50) ? 1 : 4
      $0.pipes = random.chance(50) ? 1 : 3
      $0.heldHeads = random.chance(30) ? 2 : 8
      $0.exchanges = random.chance(30) ? 1 : 4
      $0.idleTimeout = 20 * Limits.second
      $0.writeTimeout = 5 * Limits.second
    }
    rig.names.records["allowed.example"] = [Rig.origin.address, v4(151, 101, 1, 9)]
    setFaults(rig.world, &random)
    let servers = [Rig.origin, Rig.web].map { place in
      let server = rig.world.server(at: place)
      server.onAccept = { farEnd in
        if place == Rig.web { farEnd.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody") }
      }
      return server
    }
    var players: [Player] = []
    for _ in 0..<40 { play(rig, servers, &players, &random) }
    rig.world.faults = Faults()
    rig.settle()
    check(players, servers, "seed \(seed)")
    expectClosed(try rig.end(), "seed \(seed)")
  }

  private func setFaults(_ world: World, _ random: inout SeededRandom) {
    if random.chance(50) {
      world.receiveCapacity = 3000
      world.sendCapacity = 3000
    }
    world.faults.cutsAtRandom = true
    if random.chance(50) { world.faults.segmentBytesMax = 1 + Int(random.next() % 5000) }
    if random.chance(50) { world.faults.readBytesMax = 1 + Int(random.next() % 20_000) }
    if random.chance(30) { world.faults.writeBytesMax = 40 + Int(random.next() % 20_000) }
    if random.chance(50) { world.faults.againPercent = Int(random.next() % 30) }
    if random.chance(50) { world.faults.failPercent = Int(random.next() % 4) }
    if random.chance(30) {
      world.faults.descriptorLimit = world.openDescriptors.count + Int(random.next() % 12)
    }
    let routes: [Route] = [
      .open(afterNanoseconds: 0), .open(afterNanoseconds: 300_000_000), .blackHole, .unreachable,
      .refused(afterNanoseconds: 5_000_000),
    ]
    world.route(Rig.origin, routes[Int(random.next() % 2)])
    world.route(Rig.web, routes[Int(random.next() % 5)])
    world.route(
      SocketAddress(v4(151, 101, 1, 9), port: 443), routes[Int(random.next() % 5)])
  }

  /// One thing that somebody does.
  private func play(
    _ rig: Rig, _ servers: [Server], _ players: inout [Player], _ random: inout SeededRandom
  ) {
    let player = players.randomElement(using: &random)
    let upstream = servers.flatMap { $0.connections }.randomElement(using: &random)
    let size = Int(random.next() % (random.chance(20) ? 60_000 : 300))
    switch random.next() % 16 {
    case 0...3:
      let source = SocketAddress(v4(10, 0, 0, 3), port: UInt16(2000 + players.count))
      guard players.count < 10, let client = rig.world.client(from: source, to: Rig.proxy) else {
        return
      }
      let isTunnel = random.chance(60)
      let texts = isTunnel ? [connect("allowed.example:443")] : [get("/"), get("/a") + get("/b")]
      client.send(texts[Int(random.next() % UInt64(texts.count))])
      players.append(Player(client: client, isTunnel: isTunnel))
    case 4, 5:
      guard let player, player.isTunnel else { return }
      let bytes = pattern(size, players.count)
      player.client.send(bytes)
    case 6, 7: upstream?.send(pattern(size, 3))
    case 8: player?.client.finish()
    case 9: upstream?.finish()
    case 10: player?.client.reset()
    case 11: random.chance(50) ? upstream?.reset() : upstream?.close()
    case 12: player?.client.isPaused.toggle()
    case 13: upstream?.isPaused.toggle()
    case 14: rig.advance(milliseconds: random.next() % 4000)
    default: rig.advance(milliseconds: random.next() % 30)
    }
    if random.chance(70) { rig.turn() }
  }

  /// What a client sent behind its CONNECT.
  private func tunnelled(_ player: Player) -> ArraySlice<UInt8> {
    player.client.sent.dropFirst(connect("allowed.example:443").utf8.count)
  }

  /// What a server read is a beginning of what one of the clients sent.
  private func check(_ players: [Player], _ servers: [Server], _ comment: String) {
    for upstream in servers[0].connections {
      let isBeginning = players.contains {
        $0.isTunnel && tunnelled($0).starts(with: upstream.received)
      }
      #expect(isBeginning, "\(comment): bytes that nobody sent")
    }
    for upstream in servers[1].connections where !upstream.received.isEmpty {
      #expect(upstream.receivedText.hasPrefix("GET /"), "\(comment): no request of ours")
    }
    for player in players where player.isTunnel {
      let text = Array(established.utf8)
      let isOurs =
        player.client.received.starts(
          with: Array("HTTP/1.1 ".utf8).prefix(player.client.received.count))
      #expect(isOurs, "\(comment): an answer that is none")
      if player.client.received.starts(with: text) {
        let rest = player.client.received.dropFirst(text.count)
        #expect(
          servers[0].connections.contains { $0.sent.starts(with: rest) },
          "\(comment): bytes that no server sent")
      }
    }
  }
}
