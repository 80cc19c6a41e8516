import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Bodies both ways: framed anew, whole or visibly cut.
@Suite struct ExchangeBodyTests {
  @Test("a request with a body goes on a connection of its own, and is never sent twice")
  func bodyNotRetried() throws {
    let (rig, client, server) = try start(get("/1"))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    client.send(post("Content-Length: 4", "body"))
    rig.settle()
    #expect(server.connections.count == 2)
    #expect(server.connections[1].receivedText.hasSuffix("\r\n\r\nbody"))
    server.connections[1].close()
    rig.settle()
    #expect(server.connections.count == 2)
    _ = try rig.end()
  }

  @Test(
    "bodies are the same however they come, with a length or in chunks", arguments: [0, 1, 3, 50])
  func bodies(cut: Int) throws {
    let body = String(repeating: "0123456789", count: 40)
    let (rig, client, server) = try start("")
    if cut > 0 { rig.world.faults.segmentBytesMax = cut }
    for isChunked in [true, false] {
      client.clear()
      client.send(
        isChunked
          ? post("Transfer-Encoding: chunked", chunks(body, 7))
          : post("Content-Length: 400", body))
      rig.settle()
      let upstream = try #require(server.connections.last)
      let sent = upstream.receivedText.components(separatedBy: "\r\n\r\n")
        .dropFirst().joined(separator: "\r\n\r\n")
      #expect(isChunked ? unchunked(sent) == body : sent == body)
      upstream.send(
        isChunked
          ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 11)
          : "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + body)
      rig.settle()
      let got = client.receivedText.components(separatedBy: "\r\n\r\n").dropFirst()
        .joined(separator: "\r\n\r\n")
      #expect(isChunked ? unchunked(got) == body : got == body)
      #expect(!client.isOver)
    }
    #expect(try rig.end().count == 4)
  }

  @Test("large bodies pass slow readers both ways unchanged")
  func slowReaders() throws {
    let (rig, client, server) = try start("")
    rig.world.receiveCapacity = 5000
    rig.world.sendCapacity = 5000
    let body = String(decoding: pattern(200_000).map { $0 & 63 + 48 }, as: UTF8.self)
    let other = try rig.client(sending: "")
    other.send(post("Content-Length: 200000", ""))
    rig.settle()
    let upstream = try #require(server.connections.last)
    upstream.isPaused = true
    other.send(body)
    rig.settle()
    #expect(other.pendingCount > 100_000)
    upstream.isPaused = false
    rig.settle()
    #expect(upstream.receivedText.hasSuffix("\r\n\r\n" + body))
    other.isPaused = true
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body)
    rig.settle()
    #expect(upstream.pendingCount > 100_000)
    other.isPaused = false
    rig.settle()
    #expect(other.receivedText.hasSuffix("\r\n\r\n" + body) && !client.isOver)
    _ = try rig.end()
  }

  @Test("a response that ends with its connection ends the client's, and is whole")
  func untilClose() throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send("HTTP/1.0 200 OK\r\n\r\nsome")
    rig.settle()
    server.connections[0].send(" more")
    server.connections[0].close()
    rig.settle()
    #expect(client.isFinished && !client.isReset)
    let text = client.receivedText
    let body = text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
    #expect(text.contains("chunked") ? unchunked(body) == "some more" : body == "some more")
    _ = try rig.end()
  }

  @Test(
    "a response that is cut short is cut short for the client, too",
    arguments: ["Content-Length: 100\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"])
  func truncated(response: String) throws {
    let (rig, client, server) = try start(get("/"))
    server.connections[0].send("HTTP/1.1 200 OK\r\n" + response)
    rig.settle()
    server.connections[0].close()
    rig.settle()
    #expect(client.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close upstream_closed"])
  }

  @Test("a HEAD's response has no body, whatever its length says")
  func headOnly() throws {
    let (rig, client, server) = try start(
      "HEAD http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.contains("Content-Length: 1000\r\n") && !client.isOver)
    #expect(client.receivedText.hasSuffix("\r\n\r\n"))
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close complete"])
  }

  @Test("a request behind a body in the same bytes is the next request")
  func behindBody() throws {
    for (field, body) in [
      ("Content-Length: 4", "body"), ("Transfer-Encoding: chunked", chunks("body", 4)),
    ] {
      let (rig, client, server) = try start(post(field, body) + get("/next"))
      server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      rig.settle()
      #expect(server.connections.last?.receivedText.contains("GET /next ") == true)
      #expect(!client.isOver)
      _ = try rig.end()
    }
  }

  @Test("after a refused request with a body, nothing of the connection is parsed any more")
  func afterRefusedBody() throws {
    let (rig, client, server) = try start(
      "POST http://denied.example/ HTTP/1.1\r\nHost: denied.example\r\nContent-Length: 200\r\n\r\n"
        + get("/smuggled"))
    #expect(status(client) == 403 && client.isFinished)
    client.send(get("/smuggled"))
    rig.settle()
    #expect(server.connections.isEmpty && rig.world.datagramCount == 0)
    #expect(try rig.end().count == 1)
  }

  @Test("a client that waits for 100 Continue gets the upstream's, once")
  func continues() throws {
    let (rig, client, server) = try start(
      "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 4\r\n"
        + "Expect: 100-continue\r\n\r\n")
    let upstream = try #require(server.connections.first)
    #expect(client.received == [] && upstream.receivedText.contains("\r\nExpect: 100-continue\r\n"))
    upstream.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.hasPrefix("HTTP/1.1 100 Continue\r\n"))
    #expect(client.receivedText.components(separatedBy: " 100 ").count == 2)
    client.send("body")
    rig.settle()
    #expect(upstream.receivedText.hasSuffix("\r\n\r\nbody"))
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.contains("HTTP/1.1 200 OK") && !client.isOver)
    _ = try rig.end()
  }

  @Test("an upstream that answers instead of 100 ends both connections: the body may still come")
  func refusedInsteadOfContinue() throws {
    let (rig, client, server) = try start(
      "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 4\r\n"
        + "Expect: 100-continue\r\n\r\n")
    server.connections[0].send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(status(client) == 413 && client.receivedText.contains("Connection: close\r\n"))
    #expect(client.isFinished && server.connections[0].isOver)
    client.send(get("/smuggled"))
    rig.settle()
    #expect(server.connections.count == 1)
    _ = try rig.end()
  }

  @Test("a client of HTTP/1.0 gets no interim response, and its Expect goes no further")
  func oldContinue() throws {
    let (rig, client, server) = try start(
      "POST http://allowed.example/ HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody"
    )
    #expect(!server.connections[0].receivedText.contains("Expect"))
    server.connections[0].send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    )
    rig.settle()
    #expect(status(client) == 204 && client.isFinished)
    _ = try rig.end()
  }

  @Test("a request body that stops coming is answered 408")
  func slowBody() throws {
    let (rig, client, server) = try start(post("Content-Length: 4", "bo")) {
      $0.bodyTimeout = 5 * Limits.second
    }
    rig.advance(milliseconds: 60_000)
    #expect(status(client) == 408 && server.connections[0].isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close body_timeout"])
  }
}
