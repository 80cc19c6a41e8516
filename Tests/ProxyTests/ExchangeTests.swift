import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Plain HTTP: one request and its response at a time, rebuilt and framed anew.
@Suite struct ExchangeTests {
  @Test("a request goes out in origin form with the host that was decided on, and no hop's fields")
  func request() throws {
    let (rig, _, server) = try start(
      "GET http://ALLOWED.example/a?b=c HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Proxy-Authorization: x\r\n"
        + "Connection: x-secret\r\nX-Secret: 1\r\nAccept: */*\r\n\r\n")
    let text = try #require(server.connections.first).receivedText
    #expect(text.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: allowed.example\r\n"))
    #expect(text.contains("Accept: */*\r\n") && text.contains("Via: 1.1 sluice-test\r\n"))
    #expect(!text.contains("Proxy-Authorization") && !text.lowercased().contains("x-secret"))
    _ = try rig.end()
  }

  @Test("a response with a length is relayed, and the next request goes over the same connections")
  func keepAlive() throws {
    let (rig, client, server) = try start(get("/1"))
    let upstream = try #require(server.connections.first)
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    rig.settle()
    #expect(client.receivedText.hasSuffix("\r\n\r\nhello") && !client.isOver)
    client.clear()
    upstream.clear()
    client.send(get("/2"))
    rig.settle()
    #expect(upstream.receivedText.hasPrefix("GET /2 "))
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbye")
    rig.settle()
    #expect(client.receivedText.hasSuffix("bye") && server.connections.count == 1)
    #expect(
      try rig.end().map(\.summary) == [
        "allow allowlisted", "close complete", "allow allowlisted", "close complete",
      ])
  }

  @Test("a request for another host never goes over the connection of the first")
  func otherHost() throws {
    let (rig, client, server) = try start(get("/1"))
    let second = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 80))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    client.send(get("/2", host: "second.example"))
    rig.settle()
    #expect(second.connections.first?.receivedText.hasPrefix("GET /2 ") == true)
    #expect(!server.connections[0].receivedText.contains("/2"))
    _ = try rig.end()
  }

  @Test(
    "a kept connection that the upstream has closed is replaced, and the request sent once more")
  func keptClosed() throws {
    for isNoticed in [true, false] {
      let (rig, client, server) = try start(get("/1"))
      server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      rig.settle()
      client.clear()
      if isNoticed {
        server.connections[0].close()
        rig.settle()
        client.send(get("/2"))
      } else {
        // The end crosses the request on its way.
        client.send(get("/2"))
        rig.settle()
        #expect(server.connections[0].receivedText.contains("GET /2 "))
        server.connections[0].close()
      }
      rig.settle()
      #expect(server.connections.count == 2)
      let again = try #require(server.connections.last)
      #expect(again.receivedText.hasPrefix("GET /2 "))
      again.send("HTTP/1.1 204 No Content\r\n\r\n")
      rig.settle()
      #expect(status(client) == 204)
      #expect(
        try rig.end().map(\.summary) == [
          "allow allowlisted", "close complete", "allow allowlisted", "close complete",
        ])
    }
  }

  @Test("a request is sent again only once, and a first connection's failure is a 502")
  func retriedOnce() throws {
    let (rig, client, server) = try start(get("/1"))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    client.clear()
    server.onAccept = { $0.close() }
    client.send(get("/2"))
    rig.settle()
    server.connections[0].close()
    rig.settle()
    #expect(status(client) == 502 && server.connections.count == 2)
    #expect(
      try rig.end().map(\.summary).suffix(2) == ["allow allowlisted", "close upstream_closed"])
  }

  @Test("interim responses are passed on, but not 100, and not without end")
  func interim() throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
    rig.settle()
    #expect(
      client.receivedText.hasPrefix("HTTP/1.1 103 ") && !client.receivedText.contains(" 100 "))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 200 OK"))
    client.send(get("/2"))
    rig.settle()
    client.clear()
    server.connections[0].send(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 17))
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 502 "))
    _ = try rig.end()
  }

  @Test("an upstream cannot switch protocols: what follows a 101 would not be HTTP")
  func switching() throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes")
    rig.settle()
    #expect(status(client) == 502)
    _ = try rig.end()
  }

  @Test("pipelined requests are answered in their order, one after the other")
  func pipelined() throws {
    let (rig, client, server) = try start(get("/1") + get("/2") + get("/3"))
    let upstream = try #require(server.connections.first)
    for number in 1...3 {
      #expect(upstream.receivedText.components(separatedBy: "GET /").count == number + 1)
      upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
      rig.settle()
    }
    let bodies = client.receivedText.components(separatedBy: "\r\n\r\n").dropFirst().map(\.first)
    #expect(bodies == ["1", "2", "3"])
    _ = try rig.end()
  }

  @Test(
    "of an address the origin sees the address as Host",
    arguments: [("10.1.2.3", "10.1.2.3"), ("[fd00::1]", "[fd00::1]")])
  func addressAsHost(_ host: String, _ field: String) throws {
    let rig = try Rig(opened: ["10.1.2.3/32", "fd00::1/128"])
    let address = try #require(IPAddress(host.filter { $0 != "[" && $0 != "]" }))
    let server = rig.world.server(at: SocketAddress(address, port: 80))
    _ = try rig.client(sending: "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    let upstream = try #require(server.connections.first)
    #expect(upstream.receivedText.contains("\r\nHost: \(field)\r\n"), "\(upstream.receivedText)")
    _ = try rig.end()
  }

  @Test(
    "what comes behind a body and is more than a head may hold is refused, and ends nothing else")
  func longRest() throws {
    let rig = try Rig { $0.headBytes = 1024 }
    let server = rig.world.server(at: Rig.web)
    let client = try rig.client(
      sending: "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n")
    client.send("0\r\n\r\nGET /" + String(repeating: "x", count: 3000))
    rig.settle()
    let upstream = try #require(server.connections.first)
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    client.send("more")
    rig.settle()
    #expect(client.receivedText.contains(" 200 ") && client.receivedText.contains(" 431 "))
    #expect(server.connections.count == 1)
    #expect(try rig.end().last { $0.event == "decision" }?.summary == "deny head_too_large")
  }

  @Test("after a 403 the same connection may ask for something that is allowed")
  func afterRefusal() throws {
    let (rig, client, server) = try start(get("/", host: "denied.example"))
    #expect(status(client) == 403 && !client.isOver)
    client.clear()
    client.send(get("/ok"))
    rig.settle()
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(status(client) == 200)
    #expect(
      try rig.end().map(\.summary) == [
        "deny not_allowlisted", "allow allowlisted", "close complete",
      ])
  }

  @Test("a client that goes away takes its upstream with it")
  func clientGone() throws {
    for isReset in [true, false] {
      let (rig, client, server) = try start(post("Content-Length: 100", "some"))
      isReset ? client.reset() : client.close()
      rig.settle()
      #expect(server.connections[0].isReset)
      #expect(try rig.end().count == 2)
    }
  }

  @Test("an upstream that does not answer is a 504 after the response timeout")
  func responseTimeout() throws {
    let (rig, client, _) = try start(get("/")) { $0.responseTimeout = 5 * Limits.second }
    rig.advance(milliseconds: 4900)
    #expect(client.received == [])
    rig.advance(milliseconds: 60_000)
    #expect(status(client) == 504)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close upstream_timeout"])
  }

  @Test("with every buffer in use, a request is answered 503, and the next one served")
  func noBuffer() throws {
    let rig = try Rig { $0.remainders = 1 }
    let server = rig.world.server(at: Rig.web)
    rig.world.sendCapacity = 1000
    rig.world.receiveCapacity = 1000
    let slow = try rig.tunnel()
    slow.client.isPaused = true
    slow.upstream.send(pattern(5000))
    rig.settle()
    let client = try rig.client(sending: get("/"))
    #expect(status(client) == 503 && client.isFinished)
    slow.client.isPaused = false
    rig.settle()
    let next = try rig.client(sending: get("/"))
    server.connections.last?.send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    #expect(status(next) == 204)
    _ = try rig.end()
  }

  @Test("what the upstream says that is not HTTP is a 502, and none of it is relayed")
  func malformed() throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
    rig.settle()
    #expect(status(client) == 502 && !client.receivedText.contains("SSH"))
    _ = try rig.end()
  }
}
