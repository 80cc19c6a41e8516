import Foundation
import Testing

/// An origin for plain HTTP: one script for one connection, and what it was sent.
struct Stage {
  let origin: Origin
  let names: NameServer
  let sluice: SluiceProcess
  var host: String { "allowed.test:\(origin.port)" }

  init(
    arguments: [String] = [], script: (@Sendable (Socket) -> Void)? = nil
  ) throws {
    origin = try Origin(script: script)
    names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, arguments: arguments)
  }

  func request(_ method: String = "GET", _ fields: String = "", body: String = "") -> String {
    "\(method) http://\(host)/path?q=1 HTTP/1.1\r\nHost: \(host)\r\n\(fields)\r\n\(body)"
  }

  /// Plays one exchange by hand: the client sends, the origin's head is returned.
  func send(_ text: String) throws -> (client: Socket, upstream: Socket, head: String) {
    let client = try sluice.connect()
    client.send(text)
    let upstream = try origin.accept()
    return (client, upstream, try upstream.receiveHead())
  }
}

/// Reads one response with Content-Length.
func receiveResponse(_ socket: Socket) throws -> Answer {
  let head = Array(try socket.receiveHead().utf8)
  let answer = Answer(bytes: head, last: .timeout)
  guard let length = answer.field("Content-Length").flatMap({ Int($0) }) else { return answer }
  return Answer(bytes: head + (try socket.receive(exactly: length)), last: .timeout)
}

@Suite("plain HTTP: an exchange is rebuilt from what was understood")
struct Exchanges {
  @Test("the request goes on in origin form, Host from the target, without hop-by-hop fields")
  func rebuiltRequest() throws {
    let stage = try Stage()
    let (client, upstream, head) = try stage.send(
      stage.request(
        "GET",
        "User-Agent: test\r\nProxy-Connection: keep-alive\r\nKeep-Alive: 5\r\n"
          + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nProxy-Authorization: Basic eDp5\r\n"
          + "TE: gzip\r\nTrailer: X\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\nAccept: */*\r\n"))
    let lines = head.components(separatedBy: "\r\n")
    #expect(lines[0] == "GET /path?q=1 HTTP/1.1")
    #expect(lines[1] == "Host: \(stage.host)")
    let names = lines.dropFirst().map { $0.split(separator: ":")[safe: 0]?.lowercased() ?? "" }
    for gone in [
      "proxy-connection", "keep-alive", "x-hop", "proxy-authorization", "te", "trailer", "upgrade",
      "http2-settings",
    ] { #expect(!names.contains(gone), "\(gone): \(head)") }
    #expect(lines.contains("User-Agent: test"))
    #expect(lines.contains("Accept: */*"))
    #expect(lines.contains { $0.hasPrefix("Via: 1.1 ") }, "\(head)")
    upstream.send(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close, X-Up\r\nX-Up: 1\r\n"
        + "X-Sluice-Forged: 1\r\nProxy-Status: sluice; error=forged\r\nServer: test\r\n\r\nok")
    let answer = try receiveResponse(client)
    #expect(answer.status == 200)
    #expect(answer.body == "ok")
    #expect(answer.field("X-Up") == nil)
    #expect(answer.field("X-Sluice-Forged") == nil)
    #expect(answer.field("Proxy-Status")?.contains("forged") != true)
    #expect(answer.field("Server") == "test")
    #expect(answer.field("Via") != nil)
  }

  @Test("on one connection an allowed, a denied and an allowed request are each decided afresh")
  func keepAlive() throws {
    let stage = try Stage { socket in
      while let head = try? socket.receiveHead(within: 30), !head.isEmpty {
        socket.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
      }
    }
    defer { stage.origin.stop() }
    let client = try stage.sluice.connect()
    client.send(stage.request())
    #expect(try receiveResponse(client).body == "hello")
    client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
    let denied = try receiveResponse(client)
    #expect(denied.status == 403)
    #expect(denied.json?["error"] as? String == "not_allowlisted")
    client.send(stage.request())
    let last = try receiveResponse(client)
    #expect(last.status == 200, "\(last.text)")
    #expect(last.body == "hello")
    let records = try stage.sluice.audit("decision", count: 3)
    #expect(records.map { $0["verdict"] } == ["allow", "deny", "allow"])
    #expect(Set(records.map { $0["id"] }).count == 3)
  }

  @Test("pipelined requests are answered in order")
  func pipelining() throws {
    let stage = try Stage { socket in
      while let head = try? socket.receiveHead(within: 30) {
        let path = head.split(separator: " ")[safe: 1].map(String.init) ?? ""
        socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
      }
    }
    defer { stage.origin.stop() }
    let client = try stage.sluice.connect()
    client.send(
      (1...5).map { "GET http://\(stage.host)/\($0) HTTP/1.1\r\nHost: \(stage.host)\r\n\r\n" }
        .joined())
    for index in 1...5 { #expect(try receiveResponse(client).body == "/\(index)") }
  }

  @Test("a body with Content-Length arrives whole, whatever pieces it comes in")
  func lengthBody() throws {
    let stage = try Stage()
    let body = String(repeating: "0123456789abcdef", count: 8_192)
    let (client, upstream, head) = try stage.send(
      stage.request("POST", "Content-Length: \(body.utf8.count)\r\n", body: "0123"))
    #expect(head.contains("Content-Length: \(body.utf8.count)\r\n"), "\(head)")
    client.send(String(body.dropFirst(4)))
    #expect(try upstream.receive(exactly: body.utf8.count) == Array(body.utf8))
    upstream.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    #expect(try receiveResponse(client).status == 201)
  }

  @Test(
    "chunked both ways is decoded, checked and framed anew; extensions and trailers that nobody announced go"
  )
  func chunked() throws {
    let stage = try Stage()
    let (client, upstream, head) = try stage.send(
      stage.request(
        "POST", "Transfer-Encoding: chunked\r\n",
        body: "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n"))
    #expect(head.lowercased().contains("transfer-encoding: chunked\r\n"), "\(head)")
    #expect(!head.lowercased().contains("content-length"))
    let sent = try receiveChunks(upstream)
    #expect(sent.body == "hello world")
    #expect(!sent.raw.contains("name=value"))
    #expect(!sent.raw.contains("X-Trailer"))
    upstream.send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3;x\r\ndef\r\n0\r\n\r\n")
    #expect(try client.receiveHead().lowercased().contains("transfer-encoding: chunked"))
    #expect(try receiveChunks(client).body == "abcdef")
  }

  @Test(
    "a trailer field that was announced goes on both ways; what would act on the message does not")
  func trailers() throws {
    let stage = try Stage()
    let (client, upstream, head) = try stage.send(
      stage.request(
        "POST",
        "TE: trailers\r\nConnection: TE\r\nTrailer: X-Sum, Host\r\nTransfer-Encoding: chunked\r\n",
        body: "3\r\nabc\r\n0\r\nHost: denied.test\r\nX-Sum: 1\r\nX-Y: 2\r\n\r\n"))
    #expect(head.contains("\r\nTE: trailers\r\n") && head.contains("\r\nTrailer: X-Sum\r\n"))
    let sent = "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"
    let body = String(decoding: try upstream.receive(exactly: sent.utf8.count), as: UTF8.self)
    #expect(body == sent)
    upstream.send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Set-Cookie\r\n\r\n"
        + "3\r\nabc\r\n0\r\nSet-Cookie: a\r\nX-Sum: 2\r\n\r\n")
    #expect(try client.receiveHead().contains("\r\nTrailer: X-Sum\r\n"))
    let passed = "3\r\nabc\r\n0\r\nX-Sum: 2\r\n\r\n"
    let got = String(decoding: try client.receive(exactly: passed.utf8.count), as: UTF8.self)
    #expect(got == passed)
  }

  /// Reads a chunked body up to its end.
  private func receiveChunks(_ socket: Socket) throws -> (body: String, raw: String) {
    var raw = ""
    var body = ""
    while true {
      var line = ""
      while !line.hasSuffix("\r\n") {
        line += String(decoding: try socket.receive(exactly: 1), as: UTF8.self)
      }
      raw += line
      let digits = line.prefix { $0.isHexDigit }
      let size = Int(digits, radix: 16) ?? -1
      if size < 0 { throw TroubleError("not a chunk: \(line)") }
      let data = String(decoding: try socket.receive(exactly: size + 2), as: UTF8.self)
      raw += data
      if size == 0 { return (body, raw) }
      body += data.dropLast()
    }
  }

  @Test(
    "a chunk that is not one closes both sides, and nothing of it goes on",
    arguments: [
      "0x5\r\nhello", "+5\r\nhello", "-5\r\nhello", " 5\r\nhello", "5 \r\nhello", "5_\r\nhello",
      "5\nhello", "11111111111111111\r\nhello", "8000000000000000\r\nhello", "5\r\nhelloX\r\n",
      "5\r\nhello\n0\r\n\r\n", "\r\nhello", "5;\"a\r\nb\"\r\nhello",
      "5;\(String(repeating: "x", count: 65_536))\r\nhello",
    ])
  func badChunk(_ body: String) throws {
    let stage = try Stage()
    let client = try stage.sluice.connect()
    client.send(stage.request("POST", "Transfer-Encoding: chunked\r\n", body: body + "\r\n"))
    if stage.origin.hasVisitor(within: 1) {
      let upstream = try stage.origin.accept()
      let all = upstream.receiveAll(within: 30)
      #expect(all.last != .timeout, "the origin's side stayed open")
      let text = String(decoding: all.bytes, as: UTF8.self)
      #expect(!text.hasSuffix("0\r\n\r\n"), "the body must not look complete: \(text.suffix(60))")
      upstream.close()
    }
    #expect(client.receiveAll(within: 30).last != .timeout, "the client's side stayed open")
  }

  @Test("Expect: 100-continue of an allowed request is answered, and its body goes through")
  func expectContinue() throws {
    let stage = try Stage()
    let client = try stage.sluice.connect()
    client.send(stage.request("POST", "Content-Length: 5\r\nExpect: 100-continue\r\n"))
    // Either the proxy says 100 itself or the origin does; the client sees exactly one.
    let upstream = try stage.origin.accept()
    let head = try upstream.receiveHead()
    if head.lowercased().contains("expect: 100-continue") {
      upstream.send("HTTP/1.1 100 Continue\r\n\r\n")
    }
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 100 "))
    client.send("hello")
    #expect(try upstream.receive(exactly: 5) == Array("hello".utf8))
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    #expect(try receiveResponse(client).body == "ok")
  }

  @Test("the answers to HEAD, 204 and 304 have no body, and the connection goes on")
  func noBody() throws {
    let stage = try Stage { socket in
      while let head = try? socket.receiveHead(within: 30) {
        if head.hasPrefix("HEAD") {
          socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        } else if head.hasPrefix("DELETE") {
          socket.send("HTTP/1.1 204 No Content\r\n\r\n")
        } else if head.contains("If-None-Match") {
          socket.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n")
        } else {
          socket.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend")
        }
      }
    }
    defer { stage.origin.stop() }
    let client = try stage.sluice.connect()
    client.send(stage.request("HEAD"))
    let head = try client.receiveHead()
    #expect(head.hasPrefix("HTTP/1.1 200 ") && head.contains("1000"))
    client.send(stage.request("DELETE"))
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 204 "))
    client.send(stage.request("GET", "If-None-Match: \"x\"\r\n"))
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 304 "))
    client.send(stage.request())
    #expect(try receiveResponse(client).body == "end")
  }

  @Test("an HTTP/1.0 client gets its answer and the end of the connection")
  func oldClient() throws {
    let stage = try Stage()
    let client = try stage.sluice.connect()
    client.send("GET http://\(stage.host)/ HTTP/1.0\r\n\r\n")
    let upstream = try stage.origin.accept()
    #expect(try upstream.receiveHead().hasPrefix("GET / HTTP/1.1\r\nHost: \(stage.host)\r\n"))
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    let all = client.receiveAll()
    let answer = Answer(bytes: all.bytes, last: all.last)
    #expect(answer.last == .end)
    #expect(answer.field("Transfer-Encoding") == nil, "a 1.0 client knows no chunks")
    #expect(answer.body == "abc")
  }

  @Test("a body that ends with the connection arrives whole, and a reset is not an end")
  func closeDelimited() throws {
    let stage = try Stage()
    let first = try stage.send(stage.request())
    first.upstream.send("HTTP/1.1 200 OK\r\n\r\nall of it")
    first.upstream.close()
    let whole = first.client.receiveAll(within: 30)
    #expect(String(decoding: whole.bytes, as: UTF8.self).contains("all of it"))
    #expect(whole.last != .reset)

    let second = try stage.send(stage.request())
    second.upstream.send("HTTP/1.1 200 OK\r\n\r\nsome of it")
    _ = try second.client.receiveHead()
    second.upstream.reset()
    let cut = second.client.receiveAll(within: 30)
    // Framed by chunks or by the end: either way the client must be able to tell.
    #expect(
      cut.last == .reset || !String(decoding: cut.bytes, as: UTF8.self).hasSuffix("0\r\n\r\n"))
    #expect(cut.last != .end || !cut.bytes.isEmpty)
    let ends = try stage.sluice.audit("close", count: 2).map { $0["end"] }
    #expect(ends.contains("upstream_reset"), "\(ends)")
  }

  @Test("an upstream that fails gives 502 or 504 with its Proxy-Status, and a record")
  func upstreamFailures() throws {
    let silent = try Origin()
    let gone = try FreePort.take()
    let names = try NameServer([
      "host-record=allowed.test,127.0.0.1", "host-record=refused.test,127.0.0.1",
      "local=/absent.test/",
    ])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(silent.port)", "refused.test :\(gone)", "absent.test"],
      dns: names.port)
    let refused = try sluice.exchange(
      "CONNECT refused.test:\(gone) HTTP/1.1\r\nHost: refused.test:\(gone)\r\n\r\n")
    #expect(refused.status == 502, "\(refused.text)")
    #expect(refused.field("Proxy-Status")?.contains("error=connection_refused") == true)
    let absent = try sluice.exchange(
      "CONNECT absent.test:443 HTTP/1.1\r\nHost: absent.test:443\r\n\r\n")
    #expect(absent.status == 502, "\(absent.text)")
    #expect(absent.field("Proxy-Status")?.contains("error=dns_error") == true)

    func exchange(_ response: String) throws -> Answer {
      let host = "allowed.test:\(silent.port)"
      let client = try sluice.connect()
      client.send("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
      let upstream = try silent.accept()
      _ = try upstream.receiveHead()
      upstream.send(response)
      upstream.close()
      let all = client.receiveAll(within: 30)
      return Answer(bytes: all.bytes, last: all.last)
    }
    #expect(try exchange("").status == 502, "closed before its answer")
    for broken in [
      "not HTTP\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "HTTP/1.1 101 Switching\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
      "HTTP/1.1 99 Odd\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
    ] {
      let answer = try exchange(broken)
      #expect(answer.status == 502, "\(broken.debugDescription): \(answer.text)")
    }
    let short = try exchange("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    #expect(short.status == 200 && short.body == "hello", "a truncated body stays short")
  }

  @Test("a name server that does not answer gives 504 with dns_timeout")
  func dnsTimeout() throws {
    // A bound UDP socket that nobody reads: questions arrive and stay there.
    let port = try FreePort.take()
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    #expect(withLoopback(port) { bind(descriptor, $0, $1) } == 0)
    let sluice = try SluiceProcess(rules: ["allowed.test"], dns: port)
    let answer = try sluice.exchange(
      "CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\n\r\n", within: 15)
    #expect(answer.status == 504, "\(answer.text)")
    #expect(answer.field("Proxy-Status")?.contains("error=dns_timeout") == true, "\(answer.text)")
  }

  @Test("an upstream that does not accept gives 504 after --connect-timeout")
  func connectTimeout() throws {
    // A listener whose backlog is full answers no SYN.
    let listener = try Socket.open()
    let port = try FreePort.take()
    defer { close(listener) }
    #expect(withLoopback(port) { bind(listener, $0, $1) } == 0)
    #expect(listen(listener, 0) == 0)
    var fillers: [Socket] = []
    for _ in 0..<8 {
      guard let filler = try Socket.tryConnect(port, within: 0.2) else { break }
      fillers.append(filler)
    }
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(port)"], dns: names.port, arguments: ["--connect-timeout", "1s"])
    let start = monotonicSeconds()
    let answer = try sluice.exchange(
      "CONNECT allowed.test:\(port) HTTP/1.1\r\nHost: allowed.test:\(port)\r\n\r\n", within: 8)
    #expect(answer.status == 504, "\(answer.text)")
    #expect(answer.field("Proxy-Status")?.contains("error=connection_timeout") == true)
    #expect(monotonicSeconds() - start < 5)
    _ = fillers.count
  }

  @Test("a WebSocket over plain HTTP is a tunnel once the origin agrees")
  func webSocket() throws {
    let stage = try Stage()
    let (client, upstream, head) = try stage.send(
      stage.request(
        "GET",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
    #expect(head.contains("\r\nUpgrade: websocket\r\n") && head.contains("Connection: Upgrade\r\n"))
    upstream.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nfirst")
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 101 "))
    #expect(try client.receive(exactly: 5) == Array("first".utf8))
    let frames = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    client.send(frames)
    #expect(try upstream.receive(exactly: frames.count) == frames)
    client.finishSending()
    #expect(upstream.receiveAll(within: 30).last == .end)
    upstream.close()
    let end = try #require(try stage.sluice.audit("close", count: 1).first)
    #expect(end.number("status") == 101 && end["end"] == "client_eof")
  }

  @Test("the origin's connection serves the next client; one that it has closed is not missed")
  func pooled() throws {
    let stage = try Stage()
    let (first, upstream, _) = try stage.send(stage.request())
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    #expect(try receiveResponse(first).body == "ok")
    first.close()
    let second = try stage.sluice.connect()
    second.send(stage.request())
    #expect(try upstream.receiveHead().hasPrefix("GET /path?q=1 "))
    #expect(!stage.origin.hasVisitor())
    // It closes over the request, as a server does whose idle time is up.
    upstream.close()
    let another = try stage.origin.accept()
    #expect(try another.receiveHead().hasPrefix("GET /path?q=1 "))
    another.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain")
    #expect(try receiveResponse(second).body == "again")
    let records = try stage.sluice.audit("close", count: 2)
    #expect(records.map { $0["end"] } == ["complete", "complete"])
  }

  @Test("interim answers of the origin do not end the exchange, and a flood of them does")
  func interim() throws {
    let stage = try Stage()
    let (client, upstream, _) = try stage.send(stage.request())
    upstream.send(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    )
    var answer = try receiveResponse(client)
    if answer.status == 103 { answer = try receiveResponse(client) }
    #expect(answer.status == 200 && answer.body == "ok")

    // Over the same connection to the origin, which was kept.
    let second = try stage.sluice.connect()
    second.send(stage.request())
    _ = try upstream.receiveHead()
    let hint = String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1_000)
    for _ in 0..<100 where upstream.send(Array(hint.utf8), within: 1) == hint.utf8.count {}
    #expect(second.receiveAll(within: 30).last != .timeout)
  }
}

extension Collection {
  /// The element at `index`, or nil where there is none.
  subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
