import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Upstream connections between requests: whose they may become, and when they are closed.
@Suite struct UpstreamPoolTests {
  static let done = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// A rig in which one request has been served, and its client has gone.
  func served(
    limits change: (inout Limits) -> Void = { _ in }
  ) throws -> (rig: Rig, server: Server) {
    let (rig, client, server) = try start(get("/1"), limits: change)
    server.connections[0].send(Self.done)
    rig.settle()
    try #require(status(client) == 200)
    client.close()
    rig.settle()
    return (rig, server)
  }

  @Test("the next client's request to the same host goes over the connection of the first")
  func shared() throws {
    let (rig, server) = try served()
    let queries = rig.world.datagramCount
    for path in ["/2", "/3"] {
      let client = try rig.client(sending: get(path))
      #expect(server.connections[0].receivedText.contains("GET \(path) "))
      server.connections[0].send(Self.done)
      rig.settle()
      #expect(client.receivedText.hasSuffix("ok"))
    }
    #expect(server.connections.count == 1 && rig.world.datagramCount == queries)
    let records = try rig.end()
    #expect(records.count == 6)
    #expect(records.allSatisfy { $0.address == "151.101.1.1" }, "the pinned address is on record")
  }

  @Test("another host with the same address, and another port, get connections of their own")
  func otherAuthority() throws {
    let rig = try Rig(rules: ["allowed.example :80,8080", "second.example"])
    rig.names.records["second.example"] = [Rig.web.address]
    let server = rig.world.server(at: Rig.web)
    let other = rig.world.server(at: SocketAddress(Rig.web.address, port: 8080))
    let client = try rig.client(sending: get("/1"))
    server.connections[0].send(Self.done)
    rig.settle()
    client.send(get("/2", host: "second.example"))
    rig.settle()
    #expect(server.connections.count == 2)
    server.connections[1].send(Self.done)
    rig.settle()
    client.send(get("/3", host: "allowed.example:8080"))
    rig.settle()
    #expect(other.connections.count == 1)
    #expect(!server.connections[0].isOver && !server.connections[1].isOver)
    _ = try rig.end()
  }

  @Test("two requests at once have two connections, and both are kept")
  func concurrent() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    let first = try rig.client(sending: get("/1"))
    let second = try rig.client(sending: get("/2"))
    try #require(server.connections.count == 2)
    for upstream in server.connections { upstream.send(Self.done) }
    rig.settle()
    first.send(get("/3"))
    second.send(get("/4"))
    rig.settle()
    #expect(server.connections.count == 2)
    for upstream in server.connections {
      #expect(upstream.receivedText.components(separatedBy: "GET ").count == 3)
    }
    _ = try rig.end()
  }

  @Test(
    "bytes or an end that came in the very turn of the next request keep a connection from serving it",
    arguments: ["bytes", "end", "reset"])
  func unsolicited(what: String) throws {
    let (rig, server) = try served()
    let client = try rig.client()
    // The request is the first event of the turn; what the origin did is behind it.
    client.send(get("/2"))
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFORGED"
    switch what {
    case "bytes": server.connections[0].send(forged)
    case "end": server.connections[0].finish()
    default: server.connections[0].reset()
    }
    rig.settle()
    #expect(server.connections.count == 2 && !server.connections[0].receivedText.contains("/2"))
    #expect(!client.receivedText.contains("FORGED"))
    server.connections[1].send(Self.done)
    rig.settle()
    #expect(client.receivedText.hasSuffix("ok"))
    _ = try rig.end()
  }

  @Test("an idle connection is closed after its time, and not before")
  func idle() throws {
    let (rig, server) = try served { $0.idleUpstreamTimeout = 5 * Limits.second }
    rig.advance(milliseconds: 4900)
    #expect(!server.connections[0].isOver)
    rig.advance(milliseconds: 200)
    #expect(server.connections[0].isFinished)
    _ = try rig.end()
  }

  @Test("a connection that is too old serves no further request")
  func age() throws {
    let (rig, server) = try served {
      $0.upstreamAge = 10 * Limits.second
      $0.idleUpstreamTimeout = 8 * Limits.second
    }
    rig.advance(milliseconds: 6000)
    _ = try rig.client(sending: get("/2"))
    #expect(server.connections.count == 1)
    server.connections[0].send(Self.done)
    rig.settle()
    rig.advance(milliseconds: 6000)
    #expect(!server.connections[0].isOver)
    _ = try rig.client(sending: get("/3"))
    #expect(server.connections.count == 2 && server.connections[0].isFinished)
    _ = try rig.end()
  }

  @Test("an upstream that sends what nobody asked for is closed, and its bytes answer no request")
  func unasked() throws {
    let (rig, server) = try served()
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    rig.settle()
    #expect(server.connections[0].isOver)
    let client = try rig.client(sending: get("/2"))
    #expect(client.received == [] && server.connections.count == 2)
    _ = try rig.end()
  }

  @Test("bytes behind a whole response end the connection with it")
  func surplus() throws {
    let (rig, client, server) = try start(get("/1"))
    server.connections[0].send(Self.done + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
    rig.settle()
    #expect(client.receivedText.hasSuffix("\r\n\r\nok"))
    client.send(get("/2"))
    rig.settle()
    #expect(server.connections.count == 2 && !client.receivedText.contains("forged"))
    _ = try rig.end()
  }

  @Test("no more are kept idle than the limits say", arguments: [true, false])
  func limits(isPerHost: Bool) throws {
    let rig = try Rig {
      if isPerHost { $0.idleUpstreamsPerHost = 2 } else { $0.idleUpstreams = 2 }
    }
    let server = rig.world.server(at: Rig.web)
    for number in 0..<4 { _ = try rig.client(sending: get("/\(number)")) }
    try #require(server.connections.count == 4)
    for upstream in server.connections { upstream.send(Self.done) }
    rig.settle()
    #expect(server.connections.filter { !$0.isOver }.count == 2)
    _ = try rig.end()
  }

  @Test("with a limit of none, every response ends its connection")
  func none() throws {
    let (rig, server) = try served { $0.idleUpstreams = 0 }
    #expect(server.connections[0].isFinished)
    _ = try rig.end()
  }

  @Test(
    "a request that may not be sent twice goes on a new connection, which serves others after it")
  func unrepeatable() throws {
    let (rig, server) = try served()
    let client = try rig.client(sending: post("Content-Length: 4", "body"))
    #expect(server.connections.count == 2)
    server.connections[1].send(Self.done)
    rig.settle()
    client.send(get("/2"))
    rig.settle()
    #expect(server.connections.count == 2 && server.connections[1].receivedText.contains("GET /2 "))
    _ = try rig.end()
  }

  @Test("a request whose pooled connection fails behind an interim response is not sent again")
  func interimThenLost() throws {
    let (rig, server) = try served()
    let client = try rig.client(sending: get("/2"))
    server.connections[0].send("HTTP/1.1 103 Early Hints\r\n\r\n")
    rig.settle()
    server.connections[0].close()
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 502 ") && server.connections.count == 1)
    _ = try rig.end()
  }

  @Test("DELETE without a body is idempotent: it takes a pooled connection, and is sent once more")
  func idempotent() throws {
    let (rig, server) = try served()
    let client = try rig.client(
      sending: "DELETE http://allowed.example/x HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    #expect(server.connections[0].receivedText.contains("DELETE /x "))
    server.connections[0].close()
    rig.settle()
    #expect(server.connections.count == 2)
    server.connections[1].send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    #expect(status(client) == 204)
    _ = try rig.end()
  }

  @Test("when descriptors run out, an idle connection makes room for a new one")
  func descriptors() throws {
    let (rig, server) = try served()
    let second = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 80))
    let client = try rig.client(sending: get("/2", host: "second.example"))
    second.connections[0].send(Self.done)
    rig.settle()
    client.clear()
    rig.world.faults.descriptorLimit = rig.world.openDescriptors.count
    // Its name is known by now, and a body asks for a connection of its own.
    client.send(
      "POST http://second.example/ HTTP/1.1\r\nHost: second.example\r\nContent-Length: 1\r\n\r\nx")
    rig.settle()
    #expect(server.connections[0].isFinished && !second.connections[0].isOver)
    try #require(second.connections.count == 2)
    second.connections[1].send(Self.done)
    rig.settle()
    #expect(status(client) == 200)
    _ = try rig.end()
  }

  @Test("a proxy that stops closes idle connections at once")
  func drain() throws {
    let (rig, server) = try served()
    rig.stop(withinMilliseconds: 10_000)
    #expect(server.connections[0].isFinished)
    _ = try rig.end()
  }

  @Test("whatever is added, taken, given back and removed, the lists hold exactly what is idle")
  func bookkeeping() {
    var random = SeededRandom(seed: 77)
    var pool = UpstreamPool(capacity: 24, seed: (1, 2))
    let names = ["a.test", "b.test", "c.test"].map { Array($0.utf8) }
    var used: [Int: Int] = [:]  // upstream: host
    var idle: [(upstream: Int, host: Int)] = []  // newest last
    func key(_ host: Int) -> UpstreamPool.Key {
      UpstreamPool.Key(environment: host & 1, generation: 1, port: 80)
    }
    for step in 0..<20_000 {
      let host = Int(random.next() % 6)
      let name = names[host / 2]
      switch random.next() % 5 {
      case 0:
        let number = pool.add(
          Int32(step), v4(1, 2, 3, 4), opened: 0, owner: step % 9, name: name.span, key(host))
        #expect((number == nil) == (used.count + idle.count == 24))
        if let number { used[number] = host }
      case 1:
        guard let (number, host) = used.randomElement(using: &random) else { continue }
        used[number] = nil
        pool.giveBack(number, now: UInt64(step))
        idle.append((number, host))
      case 2:
        let found = pool.host(name.span, key(host)).flatMap { pool.newestIdle(of: $0) }
        let expected = idle.last { $0.host == host }?.upstream
        #expect(found == expected)
        guard let found else { continue }
        pool.take(found, owner: 1)
        idle.removeAll { $0.upstream == found }
        used[found] = host
      case 3:
        guard let place = idle.indices.randomElement(using: &random) else { continue }
        pool.remove(idle[place].upstream)
        idle.remove(at: place)
      default:
        guard let number = used.keys.randomElement(using: &random) else { continue }
        pool.remove(number)
        used[number] = nil
      }
      let count = pool.idleCount
      let oldest = pool.oldestIdle
      #expect(count == idle.count && oldest == idle.first?.upstream)
      if let last = idle.last {
        let perHost = pool.idleCount(besides: last.upstream)
        #expect(perHost == idle.filter { $0.host == last.host }.count)
      }
    }
  }
}
