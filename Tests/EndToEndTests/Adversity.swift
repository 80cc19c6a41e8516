import Foundation
import Testing

@Suite("peers that leave early, talk too much, or say nothing")
struct Adversity {
  @Test("a client that ends its side together with CONNECT still gets the server's answer")
  func finWithConnect() throws {
    let stage = try Stage()
    let client = try stage.sluice.connect()
    client.send("CONNECT \(stage.host) HTTP/1.1\r\nHost: \(stage.host)\r\n\r\nquestion")
    client.finishSending()
    let upstream = try stage.origin.accept()
    let question = upstream.receiveAll()
    #expect(question.bytes == Array("question".utf8))
    #expect(question.last == .end)
    upstream.send("answer")
    upstream.close()
    let all = client.receiveAll()
    #expect(String(decoding: all.bytes, as: UTF8.self).hasSuffix("\r\n\r\nanswer"))
    #expect(all.last == .end)
  }

  @Test("a mebibyte sent together with CONNECT arrives whole")
  func muchEarlyData() throws {
    let stage = try Stage()
    let client = try stage.sluice.connect()
    var pattern = Pattern(seed: 11)
    let bytes = pattern.bytes(1 << 20)
    let head = "CONNECT \(stage.host) HTTP/1.1\r\nHost: \(stage.host)\r\n\r\n"
    let writer = Thread { client.send(Array(head.utf8) + bytes) }
    writer.start()
    let upstream = try stage.origin.accept()
    #expect(try upstream.receive(exactly: bytes.count) == bytes)
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
  }

  @Test(
    "a request body that breaks off does not reach the origin as a whole one",
    arguments: ["Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n"])
  func truncatedRequest(_ framing: String) throws {
    let stage = try Stage()
    let start = framing.hasPrefix("C") ? "hello" : "5\r\nhello\r\n"
    let (client, upstream, _) = try stage.send(stage.request("POST", framing, body: start))
    client.close()
    let all = upstream.receiveAll(within: 30)
    #expect(all.last == .end || all.last == .reset)
    #expect(!String(decoding: all.bytes, as: UTF8.self).hasSuffix("0\r\n\r\n"))
    let close = try stage.sluice.audit("close", count: 1)[0]
    #expect(close["end"] != "complete", "\(close.text)")
  }

  @Test(
    "a response that breaks off does not reach the client as a whole one",
    arguments: [
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n+5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
    ])
  func truncatedResponse(_ response: String) throws {
    let stage = try Stage()
    let (client, upstream, _) = try stage.send(stage.request())
    upstream.send(response)
    upstream.close()
    let all = client.receiveAll(within: 30)
    #expect(all.last == .end || all.last == .reset, "the client was left waiting")
    let text = String(decoding: all.bytes, as: UTF8.self)
    #expect(!text.hasSuffix("0\r\n\r\n"), "\(text)")
    let close = try stage.sluice.audit("close", count: 1)[0]
    #expect(close["end"] != "complete", "\(close.text)")
  }

  @Test("what an origin sends beyond its response is not given to the client")
  func excess() throws {
    let stage = try Stage()
    let (client, upstream, _) = try stage.send(stage.request())
    upstream.send(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    )
    let answer = try receiveResponse(client)
    #expect(answer.body == "ok")
    client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
    let rest = client.receiveAll(within: 0.5)
    #expect(!String(decoding: rest.bytes, as: UTF8.self).contains("forged"))
  }

  @Test("a 204 or 304 that brings a body does not make the body an answer")
  func bodyWhereNone() throws {
    for status in ["204 No Content", "304 Not Modified"] {
      let stage = try Stage()
      let (client, upstream, _) = try stage.send(stage.request())
      upstream.send(
        "HTTP/1.1 \(status)\r\nContent-Length: 36\r\n\r\nHTTP/1.1 200 OK\r\nX-Forged: yes\r\n\r\nabc"
      )
      #expect(try client.receiveHead().hasPrefix("HTTP/1.1 \(status)"))
      client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
      let rest = client.receiveAll(within: 0.5)
      #expect(!String(decoding: rest.bytes, as: UTF8.self).contains("Forged"), "\(status)")
    }
  }

  @Test("an origin that accepts and says nothing gives 504 after --response-timeout")
  func silentOrigin() throws {
    let stage = try Stage(arguments: ["--response-timeout", "1s"])
    let (client, upstream, _) = try stage.send(stage.request())
    let head = try client.receiveHead(within: 30)
    #expect(head.hasPrefix("HTTP/1.1 504 "), "\(head)")
    #expect(upstream.receive(within: 30) != .timeout)
    let close = try stage.sluice.audit("close", count: 1)[0]
    #expect(close["end"] == "upstream_timeout", "\(close.text)")
  }

  @Test("a client that leaves during a response frees the origin's side")
  func clientLeaves() throws {
    let stage = try Stage()
    let (client, upstream, _) = try stage.send(stage.request())
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    _ = try client.receiveHead()
    client.reset()
    let block = [UInt8](repeating: 7, count: 65_536)
    var isCut = false
    for _ in 0..<400 where !isCut { isCut = upstream.send(block, within: 30) < block.count }
    #expect(isCut, "the origin could send all of it to nobody")
  }

  @Test("an origin that resets before it answers gives 502, and the next request is served")
  func resetBeforeAnswer() throws {
    let stage = try Stage()
    let (client, upstream, _) = try stage.send(stage.request())
    upstream.reset()
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 502 "))
    let next = try stage.send(stage.request())
    next.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    #expect(try receiveResponse(next.client).body == "ok")
  }

  @Test("200 exchanges and 200 tunnels at once are not mixed up, with two workers")
  func crowd() throws {
    let origin = try Origin { socket in
      while true {
        guard case .bytes(let bytes) = socket.receive(within: 10) else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.hasPrefix("GET ") {
          let path = text.split(separator: " ")[1]
          socket.send("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
        } else {
          socket.send(bytes)
        }
      }
    }
    defer { origin.stop() }
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, arguments: ["--workers", "2"])
    let host = "allowed.test:\(origin.port)"
    let clients = try (0..<400).map { index in
      let client = try sluice.connect()
      client.send(
        index % 2 == 0
          ? "GET http://\(host)/\(index) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
          : "CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\necho \(index)")
      return client
    }
    for (index, client) in clients.enumerated() {
      if index % 2 == 0 {
        #expect(try receiveResponse(client).body == "/\(index)")
      } else {
        #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
        let echo = "echo \(index)"
        #expect(try client.receive(exactly: echo.utf8.count) == Array(echo.utf8))
      }
    }
    #expect(try sluice.audit("decision", count: 400).count == 400)
    #expect(isGapless(try sluice.audit()))
  }

  @Test("during a drain an answered keep-alive connection is closed, and no new request is served")
  func drainKeepAlive() throws {
    let stage = try Stage(arguments: ["--drain", "10s"])
    let first = try stage.send(stage.request())
    stage.sluice.child.send(SIGTERM)
    try eventually("new connections refused") {
      try Socket.tryConnect(stage.sluice.port) == nil
    }
    first.upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    let answer = try receiveResponse(first.client)
    #expect(answer.status == 200 && answer.body == "ok", "\(answer.text)")
    #expect(first.client.receive(within: 30) == .end)
    #expect(try stage.sluice.child.wait(within: 30) == .exit(0))
  }

  @Test("a second signal ends a drain at once")
  func secondSignal() throws {
    let stage = try Stage(arguments: ["--drain", "60s"])
    let client = try stage.sluice.tunnel(stage.host)
    _ = try stage.origin.accept()
    stage.sluice.child.send(SIGTERM)
    try eventually("new connections refused") {
      try Socket.tryConnect(stage.sluice.port) == nil
    }
    stage.sluice.child.send(SIGTERM)
    #expect(try stage.sluice.child.wait(within: 30) == .signal(SIGTERM))
    #expect(client.receive(within: 1) != .timeout)
  }

  @Test("a full disk with --audit-on-full drop lets requests pass and counts what was lost")
  func fullDiskDrop() throws {
    let folder = try TemporaryFolder()
    let mountPoint = try folder.makeFolder("disk")
    let mount = try Child.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mountPoint])
    guard mount.end == .exit(0) else {
      print("full disk not tried: mounting a tmpfs needs root (\(mount.errors))")
      return
    }
    defer { _ = try? Child.run(["umount", "-l", mountPoint]) }
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], audit: mountPoint + "/audit.jsonl",
      arguments: ["--audit-on-full", "drop"])
    let client = try sluice.connect()
    // One connection for all: 6,000 of them would measure the kernel and not the journal.
    func ask() throws -> Int {
      client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
      return try receiveResponse(client).status
    }
    #expect(try ask() == 403)
    _ = try sluice.audit("decision", count: 1)
    let filler = open(mountPoint + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let block = [UInt8](repeating: 7, count: 4_096)
    while write(filler, block, block.count) > 0 {}
    // A ring of 1 MiB holds some thousand records; after these it is full.
    for turn in 0..<8_000 {
      let status = try ask()
      guard status == 403 else {
        Issue.record("\(status) at request \(turn)")
        break
      }
    }
    close(filler)
    unlink(mountPoint + "/filler")
    let dropped = try sluice.audit("dropped", count: 1, within: 20)
    #expect((dropped[0].number("dropped") ?? 0) > 0, "\(dropped[0].text)")
    #expect(isGapless(try sluice.audit()))
  }

  @Test("a request that has been through this proxy before is refused as a loop")
  func viaLoop() throws {
    let stage = try Stage()
    let (_, _, head) = try stage.send(stage.request())
    let via = try #require(
      head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("via:") }, "\(head)")
    let answer = try stage.sluice.exchange(stage.request("GET", "\(via)\r\n"), within: 30)
    #expect(answer.status == 400, "\(answer.text)")
    #expect(answer.text.contains("loop_detected"), "\(answer.text)")
    #expect(!stage.origin.hasVisitor(within: 0.2))
  }

  @Test("an unfinished head, an empty connection and a closed one leave no decision behind")
  func silentClients() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    let empty = try sluice.connect()
    empty.close()
    let half = try sluice.connect()
    half.send("CONNECT allowed.te")
    half.close()
    #expect(try sluice.exchange(Overload.denied).status == 403)
    let records = try sluice.audit("decision", count: 1)
    #expect(records.filter { $0["verdict"] == "allow" }.isEmpty)
    #expect(records.contains { $0["host"] == "denied.test" })
  }
}
