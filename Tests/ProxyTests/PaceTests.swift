import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Bodies that hardly move: what a client may hold open, and what must not be cut.
@Suite struct PaceTests {
  @Test("a request body that drips is answered 408: a byte does not put the deadline off")
  func drip() throws {
    let (rig, client, server) = try start(post("Content-Length: 1000", "")) {
      $0.bodyTimeout = 5 * Limits.second
    }
    for _ in 0..<7 {
      client.send("x")
      rig.advance(milliseconds: 1000)
    }
    #expect(status(client) == 408 && server.connections[0].isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close body_timeout"])
  }

  @Test(
    "a slow request body that keeps the pace is taken, however long it is",
    arguments: [true, false])
  func slow(isChunked: Bool) throws {
    let (rig, client, server) = try start(
      isChunked
        ? post("Transfer-Encoding: chunked", "") : post("Content-Length: 80000", "")
    ) { $0.bodyTimeout = 5 * Limits.second }
    for _ in 0..<20 {
      let piece = String(repeating: "x", count: 4000)
      client.send(isChunked ? "fa0\r\n" + piece + "\r\n" : piece)
      rig.advance(milliseconds: 2400)
    }
    if isChunked { client.send("0\r\n\r\n") }
    rig.settle()
    server.connections[0].send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    #expect(status(client) == 204 && !client.isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close complete"])
  }

  @Test("after an early answer a body that drips is cut, too, unless the response still moves")
  func early() throws {
    for moves in [false, true] {
      let (rig, client, server) = try start(post("Content-Length: 1000", "")) {
        $0.bodyTimeout = 5 * Limits.second
      }
      server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
      for _ in 0..<9 {
        client.send("x")
        if moves { server.connections[0].send("y") }
        rig.advance(milliseconds: 1000)
      }
      #expect(client.isReset == !moves)
      _ = try rig.end()
    }
  }

  @Test("a stream of small events, however slow, is not cut while it moves")
  func events() throws {
    let (rig, client, server) = try start(get("/events")) { $0.bodyTimeout = 5 * Limits.second }
    server.connections[0].send(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<20 {
      rig.advance(milliseconds: 4000)
      server.connections[0].send("3\r\n:\n\n\r\n")
    }
    rig.settle()
    #expect(!client.isOver && client.receivedText.hasSuffix("3\r\n:\n\n\r\n"))
    _ = try rig.end()
  }

  @Test("a client that reads a response a little at a time is given up, with what waits for it")
  func readDrip() throws {
    let (rig, client, server) = try start("") {
      $0.writeTimeout = 5 * Limits.second
      $0.bodyTimeout = 60 * Limits.second
    }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let reader = try rig.client(sending: "")
    reader.isPaused = true
    reader.send(get("/1"))
    rig.settle()
    server.connections[0].send(
      "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "x", count: 100_000))
    rig.settle()
    for _ in 0..<9 where !reader.isOver {
      reader.read(10)
      rig.advance(milliseconds: 1000)
    }
    #expect(reader.isReset && !client.isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close write_stall"])
  }
}
