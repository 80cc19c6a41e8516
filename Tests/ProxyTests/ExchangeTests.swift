import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Plain HTTP: one request and its response at a time, rebuilt and framed anew.
@Suite struct ExchangeTests {
  /// A rig with a web server, and a client that has sent `request` to it.
  private func start(
    _ request: String, seed: UInt64 = 1, limits change: (inout Limits) -> Void = { _ in }
  ) throws -> (rig: Rig, client: FarEnd, server: Server) {
    let rig = try Rig(seed: seed, limits: change)
    let server = rig.world.server(at: Rig.web)
    return (rig, try rig.client(sending: request), server)
  }

  @Test("a request goes out in origin form with the host that was decided on, and no hop's fields")
  func request() throws {
    let (rig, _, server) = try start(
      "GET http://ALLOWED.example/a?b=c HTTP/1.1\r\nHost: allowed.example\r\nProxy-Authorization: x\r\n"
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
    #expect(server.connections[0].isFinished)
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

  @Test("a client that waits for 100 Continue gets it from here, once its upstream stands")
  func continues() throws {
    let (rig, client, server) = try start(
      "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 4\r\n"
        + "Expect: 100-continue\r\n\r\n")
    #expect(client.receivedText == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("body")
    rig.settle()
    #expect(server.connections[0].receivedText.hasSuffix("\r\n\r\nbody"))
    _ = try rig.end()
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

func get(_ path: String, host: String = "allowed.example") -> String {
  "GET http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
}

private func post(_ field: String, _ body: String) -> String {
  "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\(field)\r\n\r\n\(body)"
}

/// `text` in chunks of so many bytes.
private func chunks(_ text: String, _ size: Int) -> String {
  var rest = Substring(text)
  var result = ""
  while !rest.isEmpty {
    let part = rest.prefix(size)
    result += String(part.count, radix: 16) + "\r\n" + part + "\r\n"
    rest = rest.dropFirst(size)
  }
  return result + "0\r\n\r\n"
}

/// The text in chunks that are whole; `nil` if they are not.
private func unchunked(_ text: String) -> String? {
  var bytes = Array(text.utf8)[...]
  var result: [UInt8] = []
  while let end = bytes.firstIndex(of: 13) {
    guard let size = Int(String(decoding: bytes[..<end], as: UTF8.self), radix: 16) else {
      return nil
    }
    bytes = bytes[(end + 2)...]
    guard size > 0 else {
      return bytes.elementsEqual([13, 10]) ? String(decoding: result, as: UTF8.self) : nil
    }
    guard bytes.count >= size + 2 else { return nil }
    result += bytes.prefix(size)
    bytes = bytes.dropFirst(size + 2)
  }
  return nil
}
