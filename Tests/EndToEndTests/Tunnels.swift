import Foundation
import Testing

/// One tunnel, with both of its ends in the test's hands.
struct TunnelEnds {
  let sluice: SluiceProcess
  let origin: Origin
  let names: NameServer
  let client: Socket
  let upstream: Socket

  init() throws {
    origin = try Origin()
    names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    client = try sluice.tunnel("allowed.test:\(origin.port)")
    upstream = try origin.accept()
  }

  /// The record of the tunnel's end.
  func close() throws -> AuditLine {
    let records = try sluice.audit("close", count: 1)
    return records[0]
  }
}

/// Bytes that are the same for the same seed, so that both ends know what to expect without sharing
/// memory, and no two places of a stream look alike.
struct Pattern {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result[index] = UInt8(truncatingIfNeeded: state >> 56)
    }
    return result
  }
}

@Suite("a tunnel is a wire: what one end does, the other end sees")
struct Tunnels {
  @Test("the client finishes sending, then the server still answers 4,000 bytes")
  func clientHalfCloses() throws {
    let ends = try TunnelEnds()
    ends.client.send("question")
    ends.client.finishSending()
    let question = ends.upstream.receiveAll()
    #expect(question.bytes == Array("question".utf8))
    #expect(question.last == .end)
    var pattern = Pattern(seed: 1)
    let answer = pattern.bytes(4_000)
    ends.upstream.send(answer)
    ends.upstream.finishSending()
    let received = ends.client.receiveAll()
    #expect(received.bytes == answer)
    #expect(received.last == .end)
    let record = try ends.close()
    #expect(record.number("bytes_up") == 8, "\(record.text)")
    #expect(record.number("bytes_down") == 4_000, "\(record.text)")
    #expect(record["end"] == "client_eof", "\(record.text)")
  }

  @Test("the server finishes sending, then the client still sends")
  func serverHalfCloses() throws {
    let ends = try TunnelEnds()
    ends.upstream.send("farewell")
    ends.upstream.finishSending()
    let farewell = ends.client.receiveAll()
    #expect(farewell.bytes == Array("farewell".utf8))
    #expect(farewell.last == .end)
    var pattern = Pattern(seed: 2)
    let late = pattern.bytes(4_000)
    ends.client.send(late)
    ends.client.finishSending()
    let received = ends.upstream.receiveAll()
    #expect(received.bytes == late)
    #expect(received.last == .end)
    #expect(try ends.close()["end"] == "upstream_eof")
  }

  @Test("a reset by the server reaches the client as a reset, not as an end")
  func serverResets() throws {
    let ends = try TunnelEnds()
    ends.upstream.send("partial")
    #expect(try ends.client.receive(exactly: 7) == Array("partial".utf8))
    ends.upstream.reset()
    #expect(ends.client.receive() == .reset)
    #expect(try ends.close()["end"] == "upstream_reset")
  }

  @Test("a reset by the client reaches the server as a reset, not as an end")
  func clientResets() throws {
    let ends = try TunnelEnds()
    ends.client.send("partial")
    #expect(try ends.upstream.receive(exactly: 7) == Array("partial".utf8))
    ends.client.reset()
    #expect(ends.upstream.receive() == .reset)
    #expect(try ends.close()["end"] == "client_reset")
  }

  @Test("a reset after a half-close still arrives as a reset, either way round")
  func resetAfterHalfClose() throws {
    let first = try TunnelEnds()
    first.client.finishSending()
    #expect(first.upstream.receive() == .end)
    first.upstream.reset()
    #expect(first.client.receive() == .reset)

    let second = try TunnelEnds()
    second.upstream.finishSending()
    #expect(second.client.receive() == .end)
    second.client.reset()
    // A socket that has sent its FIN learns of a reset when it reads.
    #expect(second.upstream.receive() == .reset)
  }

  @Test("64 MiB arrive whole in both directions at once")
  func bothDirections() throws {
    let ends = try TunnelEnds()
    let blocks = 256
    let size = 262_144
    let failures = Names()
    func write(_ socket: Socket, seed: UInt64) -> Thread {
      Thread {
        var pattern = Pattern(seed: seed)
        let once = pattern.bytes(size)
        for block in 0..<blocks {
          // Each block differs from the one before it in its first bytes.
          var bytes = once
          bytes[0] = UInt8(block & 0xff)
          if socket.send(bytes, within: 30) < size {
            failures.insert("send stopped in block \(block)")
            return
          }
        }
        socket.finishSending()
      }
    }
    write(ends.client, seed: 3).start()
    write(ends.upstream, seed: 4).start()
    let done = Names()
    func read(_ socket: Socket, seed: UInt64, _ name: String) -> Thread {
      Thread {
        var pattern = Pattern(seed: seed)
        var expected = pattern.bytes(size)
        for block in 0..<blocks {
          expected[0] = UInt8(block & 0xff)
          guard let bytes = try? socket.receive(exactly: size, within: 30), bytes == expected else {
            failures.insert("\(name): block \(block) is not what was sent")
            break
          }
        }
        if socket.receive(within: 30) != .end { failures.insert("\(name): no end") }
        done.insert(name)
      }
    }
    read(ends.client, seed: 4, "down").start()
    read(ends.upstream, seed: 3, "up").start()
    try eventually("both streams", within: 60) { done.count == 2 }
    #expect(failures.isEmpty, "\(failures.all)")
    let record = try ends.close()
    #expect(record.number("bytes_up") == blocks * size, "\(record.text)")
    #expect(record.number("bytes_down") == blocks * size, "\(record.text)")
  }

  @Test("writes of one byte each arrive in order and nothing is added")
  func singleBytes() throws {
    let ends = try TunnelEnds()
    var pattern = Pattern(seed: 5)
    let bytes = pattern.bytes(3_000)
    for byte in bytes { ends.client.send([byte]) }
    #expect(try ends.upstream.receive(exactly: bytes.count) == bytes)
    for byte in bytes.prefix(200) {
      ends.client.send([byte])
      #expect(try ends.upstream.receive(exactly: 1) == [byte])
      ends.upstream.send([byte])
      #expect(try ends.client.receive(exactly: 1) == [byte])
    }
  }

  @Test("a reader that stops holds the writer back, at no cost of memory, and loses nothing")
  func stoppedReader() throws {
    let ends = try TunnelEnds()
    ends.client.shrinkBuffers()
    let before = try ends.sluice.ownMemory()
    var pattern = Pattern(seed: 6)
    let block = pattern.bytes(1 << 20)
    // The client reads nothing: the server can put only as much on the way as the kernel holds.
    var sent = 0
    for _ in 0..<256 {
      let count = ends.upstream.send(block, within: 0.5)
      sent += count
      if count < block.count { break }
    }
    #expect(sent < 128 << 20, "the writer was never held back")
    let after = try ends.sluice.ownMemory()
    #expect(after - before < 1 << 20, "memory grew by \(after - before) bytes")
    ends.upstream.finishSending()
    var received = 0
    var isSame = true
    while case .bytes(let bytes) = ends.client.receive(within: 30) {
      // Compared at one place of each piece: the stream is the block over and over.
      isSame = isSame && bytes[0] == block[received % block.count]
      received += bytes.count
    }
    #expect(received == sent)
    #expect(isSame)
  }

  @Test("bytes sent together with CONNECT reach the server, after an allowed request only")
  func earlyData() throws {
    let ends = try TunnelEnds()
    let client = try ends.sluice.connect()
    let authority = "allowed.test:\(ends.origin.port)"
    client.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\nearly bytes")
    let upstream = try ends.origin.accept()
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
    #expect(try upstream.receive(exactly: 11) == Array("early bytes".utf8))
    upstream.send("late bytes")
    #expect(try client.receive(exactly: 10) == Array("late bytes".utf8))
  }

  @Test("a server that talks first is heard")
  func serverTalksFirst() throws {
    let ends = try TunnelEnds()
    ends.upstream.send("220 ready\r\n")
    #expect(try ends.client.receive(exactly: 11) == Array("220 ready\r\n".utf8))
  }

  @Test("the answer to CONNECT has no body, no Content-Length and no Transfer-Encoding")
  func connectAnswer() throws {
    let ends = try TunnelEnds()
    let client = try ends.sluice.connect()
    let authority = "allowed.test:\(ends.origin.port)"
    client.send("CONNECT \(authority) HTTP/1.0\r\n\r\n")
    let head = try client.receiveHead().lowercased()
    #expect(head.hasPrefix("http/1."))
    #expect(head.contains(" 200 "))
    #expect(!head.contains("content-length"))
    #expect(!head.contains("transfer-encoding"))
    let upstream = try ends.origin.accept()
    #expect(client.receive(within: 0.1) == .timeout)
    upstream.close()
  }

  @Test("an idle tunnel is closed after --idle-timeout, and its record says so")
  func idle() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port,
      arguments: ["--idle-timeout", "1s"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    let upstream = try origin.accept()
    let start = monotonicSeconds()
    while monotonicSeconds() - start < 2 {
      client.send("x")
      #expect(try upstream.receive(exactly: 1) == [UInt8(ascii: "x")])
      usleep(200_000)
    }
    let last = client.receive(within: 30)
    #expect(last == .end || last == .reset)
    #expect(upstream.receive(within: 1) != .timeout)
    #expect(try sluice.audit("close", count: 1)[0]["end"] == "idle_timeout")
  }
}

@Suite("what tunnels cost", .serialized)
struct TunnelCost {
  @Test("5,000 idle tunnels cost less than 1 KiB of user memory each")
  func idleMemory() throws {
    let count = 5_000
    let needed = 2 * count + 200
    guard DescriptorLimit.raised >= needed else {
      throw TroubleError("\(needed) descriptors are needed: ulimit -Hn \(needed)")
    }
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port,
      arguments: ["--max-connections", "6000"])
    let authority = "allowed.test:\(origin.port)"
    var sockets: [Socket] = []
    sockets.reserveCapacity(2 * count)
    func open(_ more: Int) throws {
      for _ in 0..<more {
        let client = try sluice.tunnel(authority)
        let upstream = try origin.accept()
        client.send("ping")
        _ = try upstream.receive(exactly: 4)
        upstream.send("pong")
        _ = try client.receive(exactly: 4)
        sockets.append(client)
        sockets.append(upstream)
      }
    }
    let atStart = try sluice.ownMemory()
    try open(1)
    let before = try sluice.ownMemory()
    try open(count - 1)
    let after = try sluice.ownMemory()
    let each = Double(after - before) / Double(count - 1)
    print(
      "idle tunnels: \(count), user memory each \(Int(each)) bytes; process"
        + " \(atStart / 1024) KiB with none, \(after / 1024) KiB with all")
    #expect(each < 1_024)
    // None of them has been lost on the way.
    sockets[0].send("still here")
    #expect(try sockets[1].receive(exactly: 10) == Array("still here".utf8))
  }

  @Test("500 tunnels opened and closed leave no descriptor behind")
  func noLeak() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    func turn(_ index: Int) throws {
      let client = try sluice.tunnel("allowed.test:\(origin.port)")
      let upstream = try origin.accept()
      switch index % 4 {
      case 0: client.close()
      case 1: upstream.close()
      case 2: client.reset()
      default: upstream.reset()
      }
    }
    for index in 0..<20 { try turn(index) }
    _ = try sluice.audit("close", count: 20)
    let before = sluice.openDescriptors()
    for index in 0..<500 { try turn(index) }
    _ = try sluice.audit("close", count: 520)
    #expect(sluice.openDescriptors() <= before)
  }
}
