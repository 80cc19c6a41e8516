import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Many clients share few upstream connections, from seeds, with faults: whatever happens, a response that
/// a client gets whole is the one to its own request, and no request is sent more often than it may be.
@Suite struct ExchangeRandomTests {
  struct Request {
    let method: String
    let path: String
    let host: String
    var answer: String { "\(path)!\(host)" }
  }

  final class Player {
    let client: FarEnd
    var requests: [Request] = []
    init(_ client: FarEnd) { self.client = client }
  }

  /// What a server has understood of one of its connections.
  final class Conversation {
    let farEnd: FarEnd
    var requests: [Request] = []
    var answered = 0
    private var offset = 0
    init(_ farEnd: FarEnd) { self.farEnd = farEnd }

    func read() {
      while true {
        let rest = Array(farEnd.received[offset...])
        guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return }
        let lines = String(decoding: rest[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].components(separatedBy: " ")
        func field(_ name: String) -> String? {
          lines.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let length = Int(field("Content-Length") ?? "0") ?? 0
        guard rest.count >= end + length else { return }
        offset += end + length
        requests.append(Request(method: words[0], path: words[1], host: field("Host") ?? "?"))
      }
    }

    func answer(_ random: inout SeededRandom) {
      guard answered < requests.count else { return }
      let request = requests[answered]
      answered += 1
      let body = request.method == "HEAD" ? "" : request.answer
      let head = "HTTP/1.1 200 OK\r\nX-Path: \(request.path)\r\n"
      if random.chance(20) { farEnd.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n") }
      switch random.next() % 4 {
      case 0 where request.method != "HEAD":
        farEnd.send(head + "Transfer-Encoding: chunked\r\n\r\n" + chunks(body, 3))
      case 1 where request.method != "HEAD":
        farEnd.send(head + "\r\n" + body)
        farEnd.close()
      case 2:
        farEnd.send(
          head + "Connection: close\r\nContent-Length: \(request.answer.utf8.count)\r\n\r\n" + body)
      default:
        farEnd.send(head + "Content-Length: \(request.answer.utf8.count)\r\n\r\n" + body)
      }
    }
  }

  @Test("whatever a seed brings, nobody gets the answer to another's request", arguments: 0..<10)
  func seeds(group: Int) throws {
    for seed in (group * 15)..<(group * 15 + 15) { try run(UInt64(seed)) }
  }

  private func run(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed &* 104_729 &+ 3)
    let rig = try Rig(seed: seed, rules: ["allowed.example", "second.example", "third.example"]) {
      $0.connections = 32
      $0.exchanges = 32
      $0.dials = 32
      $0.heldHeads = 64
      $0.remainders = 64
      $0.idleUpstreams = random.chance(50) ? 2 : 8
      $0.idleUpstreamsPerHost = random.chance(50) ? 1 : 8
      $0.upstreamAge = random.chance(50) ? 3 * Limits.second : 300 * Limits.second
      $0.idleUpstreamTimeout = random.chance(50) ? 1 * Limits.second : 30 * Limits.second
      $0.responseTimeout = 20 * Limits.second
    }
    // The same address as allowed.example, and another authority.
    rig.names.records["third.example"] = [Rig.web.address]
    let places = [Rig.web, SocketAddress(v4(151, 101, 2, 2), port: 80)]
    let servers = places.map { rig.world.server(at: $0) }
    var conversations: [Conversation] = []
    for server in servers { server.onAccept = { conversations.append(Conversation($0)) } }
    rig.world.faults.cutsAtRandom = true
    if random.chance(60) { rig.world.faults.segmentBytesMax = 1 + Int(random.next() % 300) }
    if random.chance(30) { rig.world.faults.againPercent = Int(random.next() % 20) }
    if random.chance(30) { rig.world.faults.failPercent = Int(random.next() % 3) }
    if random.chance(20) {
      rig.world.faults.descriptorLimit = rig.world.openDescriptors.count + 6
    }
    var players: [Player] = []
    var number = 0
    for _ in 0..<80 {
      for conversation in conversations { conversation.read() }
      switch random.next() % 10 {
      case 0, 1:
        let source = SocketAddress(v4(10, 0, 0, 4), port: UInt16(3000 + players.count))
        guard let client = rig.world.client(from: source, to: Rig.proxy) else { continue }
        players.append(Player(client))
      case 2, 3, 4:
        guard let player = players.randomElement(using: &random) else { continue }
        for _ in 0...Int(random.next() % 3) {
          number += 1
          ask(player, number, &random)
        }
      case 5, 6, 7: conversations.randomElement(using: &random)?.answer(&random)
      case 8:
        if random.chance(30) { conversations.randomElement(using: &random)?.farEnd.close() }
        if random.chance(15) { players.randomElement(using: &random)?.client.reset() }
      default: rig.advance(milliseconds: random.next() % 1500)
      }
      if random.chance(80) { rig.settle() } else { rig.turn() }
    }
    rig.world.faults = Faults()
    rig.settle()
    check(players, conversations, "seed \(seed)")
    expectClosed(try rig.end(), "seed \(seed)")
  }

  private func ask(_ player: Player, _ number: Int, _ random: inout SeededRandom) {
    let hosts = ["allowed.example", "second.example", "third.example", "denied.example"]
    let methods = ["GET", "GET", "HEAD", "DELETE", "POST"]
    let request = Request(
      method: methods[Int(random.next() % 5)], path: "/\(number)",
      host: hosts[Int(random.next() % 4)])
    // A denied request with a body ends its connection, and what follows is not read.
    player.requests.append(request)
    let body = request.method == "POST" ? "body\(number)" : ""
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
    player.client.send(
      "\(request.method) http://\(request.host)\(request.path) HTTP/1.1\r\nHost: \(request.host)\r\n"
        + length + "\r\n" + body)
  }

  private func check(_ players: [Player], _ conversations: [Conversation], _ comment: String) {
    var seen: [String: Int] = [:]
    for conversation in conversations {
      conversation.read()
      #expect(
        Set(conversation.requests.map(\.host)).count <= 1, "\(comment): a connection of two hosts")
      for request in conversation.requests { seen[request.path, default: 0] += 1 }
    }
    for player in players {
      for request in player.requests {
        #expect(
          seen[request.path, default: 0] <= (request.method == "POST" ? 1 : 2),
          "\(comment): \(request) was sent too often")
        #expect(request.host != "denied.example" || seen[request.path] == nil)
      }
      checkAnswers(player, comment)
    }
  }

  /// Reads the responses that a client has got, one for each of its requests, in order.
  private func checkAnswers(_ player: Player, _ comment: String) {
    var rest = player.client.received[...]
    var requests = player.requests[...]
    while let end = rest.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
      let head = String(decoding: rest[..<end], as: UTF8.self)
      rest = rest[end...]
      if head.hasPrefix("HTTP/1.1 103 ") { continue }
      guard let request = requests.popFirst() else {
        // Without a descriptor a client is told so before it asks.
        if head.contains("details=\"overloaded\"") { return }
        Issue.record("\(comment): an answer to nothing: \(head)")
        return
      }
      let isOurs = head.contains("Proxy-Status: sluice")
      #expect(isOurs || head.contains("X-Path: \(request.path)\r\n"), "\(comment): \(head)")
      #expect(!isOurs || !head.hasPrefix("HTTP/1.1 200"))
      if request.method == "HEAD" { continue }
      let body: [UInt8]
      if head.contains("Transfer-Encoding: chunked") {
        let last = Array("0\r\n\r\n".utf8)
        guard let stop = rest.firstRange(of: last)?.upperBound else { return }
        body = Array((unchunked(String(decoding: rest[..<stop], as: UTF8.self)) ?? "?").utf8)
        rest = rest[stop...]
      } else if let length = head.firstMatch(of: #/Content-Length: (\d+)/#).flatMap({ Int($0.1) }) {
        guard rest.count >= length else { return }
        body = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
      } else {
        // Until the end of the connection: whole only if that came.
        #expect(request.answer.utf8.starts(with: rest), "\(comment): \(head)")
        return
      }
      #expect(isOurs || body == Array(request.answer.utf8), "\(comment): \(head)")
    }
  }
}
