import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// WebSocket over plain HTTP: a tunnel after the upstream has agreed, an ordinary answer if it has not.
@Suite struct WebSocketTests {
  static func handshake(_ host: String = "allowed.example", behind: String = "") -> String {
    "GET http://\(host)/chat HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n"
      + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      + "Sec-WebSocket-Version: 13\r\n\r\n" + behind
  }
  static let agreed =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

  @Test("after 101 both ways are opaque, first frames and early bytes included, and both ends pass")
  func tunnel() throws {
    let (rig, client, server) = try start(Self.handshake(behind: "early"))
    let upstream = try #require(server.connections.first)
    #expect(upstream.receivedText.contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"))
    #expect(!upstream.receivedText.contains("early"), "frames wait for the 101")
    upstream.send(Self.agreed + "frame")
    rig.settle()
    #expect(client.receivedText.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(client.receivedText.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    #expect(client.receivedText.hasSuffix("\r\n\r\nframe"))
    #expect(upstream.receivedText.hasSuffix("\r\n\r\nearly"))
    client.clear()
    upstream.clear()
    client.send(pattern(100_000))
    upstream.send(pattern(90_000, 1))
    rig.settle()
    #expect(upstream.received == pattern(100_000) && client.received == pattern(90_000, 1))
    client.finish()
    rig.settle()
    #expect(upstream.isFinished && !client.isOver)
    upstream.close()
    rig.settle()
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close client_eof"])
    #expect(records.last?.status == 101)
  }

  @Test("200 to a handshake is an ordinary answer, and the connection goes on as HTTP")
  func notAgreed() throws {
    let (rig, client, server) = try start(Self.handshake())
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
    rig.settle()
    #expect(status(client) == 200 && client.receivedText.hasSuffix("no") && !client.isOver)
    client.send(get("/denied", host: "denied.example"))
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 403 "))
    _ = try rig.end()
  }

  @Test("what a client sends behind a handshake that failed is a request like any other")
  func smuggled() throws {
    let (rig, client, server) = try start(
      Self.handshake(behind: get("/smuggled", host: "denied.example")))
    server.connections[0].send("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 403 "))
    #expect(server.connections.count == 1)
    #expect(!server.connections[0].receivedText.contains("smuggled"))
    #expect(
      try rig.end().map(\.summary) == [
        "allow allowlisted", "close complete", "deny not_allowlisted",
      ])
  }

  @Test("a handshake to a denied host dials nothing")
  func denied() throws {
    let (rig, client, server) = try start(Self.handshake("denied.example"))
    #expect(status(client) == 403 && server.connections.isEmpty && rig.world.datagramCount == 0)
    _ = try rig.end()
  }

  @Test("a handshake gets a connection of its own, and is not sent twice")
  func ownConnection() throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    client.send(Self.handshake())
    rig.settle()
    try #require(server.connections.count == 2)
    server.connections[1].close()
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 502 ") && server.connections.count == 2)
    _ = try rig.end()
  }

  @Test("101 that agrees to another protocol is a 502, and none of what follows goes on")
  func otherProtocol() throws {
    let (rig, client, server) = try start(Self.handshake())
    server.connections[0].send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nbytes")
    rig.settle()
    #expect(status(client) == 502 && !client.receivedText.contains("bytes"))
    _ = try rig.end()
  }

  @Test("an h2c upgrade is an ordinary request for the origin")
  func h2c() throws {
    let (rig, _, server) = try start(
      "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nUpgrade: h2c\r\n"
        + "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
    let text = try #require(server.connections.first).receivedText.lowercased()
    #expect(!text.contains("upgrade") && !text.contains("http2-settings"))
    _ = try rig.end()
  }

  @Test("a WebSocket on which nothing moves is closed like any tunnel")
  func idle() throws {
    let (rig, client, server) = try start(Self.handshake()) { $0.idleTimeout = 5 * Limits.second }
    server.connections[0].send(Self.agreed)
    rig.settle()
    rig.advance(milliseconds: 60_000)
    #expect(client.isReset && server.connections[0].isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close idle_timeout"])
  }

  @Test("whichever system call of a WebSocket fails, nothing leaks")
  func failures() throws {
    for call in 1...60 {
      let rig = try Rig(seed: UInt64(call))
      let server = rig.world.server(at: Rig.web)
      rig.world.faults.failingCall = call
      let client = try? rig.client(sending: Self.handshake(behind: "early"))
      server.connections.last?.send(Self.agreed + "frame")
      rig.settle()
      client?.send("x")
      rig.settle()
      _ = try rig.end()
    }
  }
}
