import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// The SNI guard: what of a tunnel's first bytes goes on, and what does not.
@Suite struct HelloTests {
  /// A guarded tunnel whose client has its 200.
  private func tunnel(
    _ rig: Rig, _ authority: String = "allowed.example:443", at address: SocketAddress = Rig.origin
  ) throws -> (client: FarEnd, upstream: FarEnd) {
    let server = rig.world.server(at: address)
    let client = try rig.client(sending: connect(authority))
    try #require(client.receivedText == established)
    client.clear()
    return (client, try #require(server.connections.last))
  }

  private let hello = TLSBytes.hello("allowed.example")

  @Test(
    "a hello that names the host reaches the server as it was, and not before it is whole",
    arguments: [1, 3, 100, 100_000])
  func passes(piece: Int) throws {
    for bytes in [hello, TLSBytes.hello("ALLOWED.Example", padding: 1800, recordSize: 50)] {
      let rig = try Rig(sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      client.send(Array(bytes.dropLast()), by: piece, rig)
      #expect(upstream.received.isEmpty)
      client.send([bytes[bytes.count - 1]])
      rig.settle()
      #expect(upstream.received == bytes)
      let answer = TLSBytes.answer(isRetry: false) + pattern(30_000)
      upstream.send(answer, by: max(piece, 1000), rig)
      #expect(client.received == answer)
      client.send(pattern(70_000, 1))
      client.finish()
      rig.settle()
      #expect(upstream.received == bytes + pattern(70_000, 1) && upstream.isFinished)
      upstream.finish()
      rig.settle()
      #expect(client.isFinished && !client.isReset)
      let records = try rig.end()
      #expect(records.map(\.summary) == ["allow allowlisted", "close client_eof"])
      #expect(records.last?.up == bytes.count + 70_000 && records.last?.down == answer.count)
    }
  }

  @Test("a hello that came with the CONNECT is judged as any other")
  func early() throws {
    for name in ["allowed.example", "other.example"] {
      let rig = try Rig(sni: .enforce)
      let server = rig.world.server(at: Rig.origin)
      let client = try rig.client()
      client.send(Array(connect("allowed.example:443").utf8) + TLSBytes.hello(name))
      rig.settle()
      let isAllowed = name == "allowed.example"
      #expect(server.connections[0].received == (isAllowed ? hello : []))
      #expect(
        client.received == Array(established.utf8) + (isAllowed ? [] : TLSBytes.accessDenied))
      _ = try rig.end()
    }
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let end: String
    var alert: [UInt8] = []
    var raw: String?
  }

  static let refused: [Refused] = [
    Refused(
      testDescription: "another name", bytes: TLSBytes.hello("evil.example"), end: "sni_mismatch",
      alert: TLSBytes.accessDenied, raw: "evil.example"),
    Refused(
      testDescription: "an allowed name that was not asked for",
      bytes: TLSBytes.hello("second.example"), end: "sni_mismatch", alert: TLSBytes.accessDenied,
      raw: "second.example"),
    Refused(
      testDescription: "the name with more before it", bytes: TLSBytes.hello("a.allowed.example"),
      end: "sni_mismatch", alert: TLSBytes.accessDenied, raw: "a.allowed.example"),
    Refused(
      testDescription: "no name", bytes: TLSBytes.hello(nil), end: "sni_missing",
      alert: TLSBytes.accessDenied),
    Refused(
      testDescription: "a trailing dot", bytes: TLSBytes.hello("allowed.example."),
      end: "malformed_hello", alert: TLSBytes.decodeError, raw: "allowed.example."),
    Refused(
      testDescription: "NUL in the name", bytes: TLSBytes.hello("allowed.example\0.evil.example"),
      end: "malformed_hello", alert: TLSBytes.decodeError, raw: "allowed.example\0.evil.example"),
    Refused(
      testDescription: "an address as name", bytes: TLSBytes.hello("151.101.1.1"),
      end: "malformed_hello", alert: TLSBytes.decodeError, raw: "151.101.1.1"),
    Refused(
      testDescription: "an empty record", bytes: [22, 3, 1, 0, 0], end: "malformed_hello",
      alert: TLSBytes.decodeError),
    Refused(
      testDescription: "garbage behind 0x16", bytes: Array("\u{16}garbage".utf8),
      end: "malformed_hello", alert: TLSBytes.decodeError),
    Refused(
      testDescription: "a hello of 65537 bytes", bytes: [22, 3, 1, 9, 9, 1, 0, 0xff, 0xfd],
      end: "malformed_hello", alert: TLSBytes.decodeError),
    Refused(
      testDescription: "SSH", bytes: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), end: "not_tls"),
    Refused(
      testDescription: "HTTP", bytes: Array("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".utf8),
      end: "not_tls"),
    Refused(
      testDescription: "SSL 2", bytes: [0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10],
      end: "not_tls"),
  ]

  @Test(
    "what names another server, none, or is no sound hello never reaches the upstream",
    arguments: refused)
  func refuses(_ row: Refused) throws {
    for piece in [1, 10_000] {
      let rig = try Rig(sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      client.send(row.bytes, by: piece, rig)
      #expect(upstream.received.isEmpty && upstream.isOver)
      #expect(client.received == row.alert && client.isFinished && !client.isReset)
      // What it still sends goes nowhere.
      client.send(hello)
      rig.settle()
      #expect(upstream.received.isEmpty && client.received == row.alert)
      let records = try rig.end()
      #expect(records.map(\.summary) == ["allow allowlisted", "close \(row.end)"])
      #expect(records.last?.raw == row.raw)
      #expect(records.last?.up == 0 && records.last?.status == 200)
      let code = try #require(EndCode.allCases.first { "\($0.name)" == row.end })
      #expect(rig.shared.counters.ends(code) == 1)
    }
  }

  @Test("a silent client, and one that drips, is cut after the time for a hello, not later")
  func timeout() throws {
    for drips in [false, true] {
      let rig = try Rig(sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      for second in 0..<9 {
        if drips { client.send([hello[second]]) }
        rig.advance(milliseconds: 1000)
      }
      #expect(!client.isOver && !upstream.isOver)
      if drips { client.send([hello[9]]) }
      rig.advance(milliseconds: 1100)
      #expect(client.isOver && upstream.isOver && upstream.received.isEmpty)
      #expect(try rig.end().last?.summary == "close hello_timeout")
    }
  }

  @Test("a server that speaks first is not heard, and the tunnel ends in time")
  func serverFirst() throws {
    let rig = try Rig(sni: .enforce)
    let (client, upstream) = try tunnel(rig)
    upstream.send("220 mail.example ESMTP\r\n")
    rig.advance(milliseconds: 9000)
    #expect(client.received.isEmpty && !client.isOver)
    rig.advance(milliseconds: 1100)
    #expect(client.received.isEmpty && client.isOver)
    #expect(try rig.end().last?.summary == "close hello_timeout")
  }

  @Test("a hello of 64 KiB passes; with no buffer left for one, its tunnel ends and others go on")
  func long() throws {
    let rig = try Rig(sni: .enforce) { $0.longHellos = 1 }
    let bytes = TLSBytes.hello("allowed.example", padding: 65_000, recordSize: 200)
    let first = try tunnel(rig)
    first.client.send(Array(bytes.dropLast()))
    rig.settle()
    let second = try tunnel(rig)
    second.client.send(Array(bytes.dropLast()))
    rig.settle()
    #expect(second.client.isOver && second.upstream.received.isEmpty)
    let third = try tunnel(rig)
    third.client.send(hello)
    rig.settle()
    #expect(third.upstream.received == hello)
    first.client.send(bytes.suffix(1))
    rig.settle()
    #expect(first.upstream.received == bytes)
    let fourth = try tunnel(rig)
    fourth.client.send(bytes, by: 5000, rig)
    #expect(fourth.upstream.received == bytes)
    let ends = try rig.end().compactMap(\.end)
    #expect(ends.count { $0 == "overloaded" } == 1)
  }

  @Test("a server that takes little at a time gets the hello whole, and what follows behind it")
  func slowUpstream() throws {
    for size in [0, 30_000] {
      let rig = try Rig(sni: .enforce)
      rig.world.receiveCapacity = 1000
      rig.world.sendCapacity = 1000
      let (client, upstream) = try tunnel(rig)
      let bytes = TLSBytes.hello("allowed.example", padding: size + 5000)
      upstream.isPaused = true
      client.send(bytes)
      rig.settle()
      upstream.isPaused = false
      rig.settle()
      #expect(upstream.received == bytes)
      upstream.send(TLSBytes.answer(isRetry: false))
      client.send(pattern(9000))
      rig.settle()
      #expect(upstream.received == bytes + pattern(9000))
      #expect(client.received == TLSBytes.answer(isRetry: false))
      _ = try rig.end()
    }
  }

  @Test("a server that takes nothing of a hello is given up")
  func stalledUpstream() throws {
    let rig = try Rig(sni: .enforce)
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let (client, upstream) = try tunnel(rig)
    upstream.isPaused = true
    client.send(TLSBytes.hello("allowed.example", padding: 30_000))
    rig.advance(milliseconds: 59_000)
    #expect(!client.isOver)
    rig.advance(milliseconds: 1100)
    #expect(client.isOver)
    #expect(try rig.end().last?.summary == "close write_stall")
  }

  @Test("after a HelloRetryRequest the second hello must name the host too")
  func retry() throws {
    let retry = TLSBytes.answer(isRetry: true)
    for (name, isAllowed) in [("allowed.example", true), ("evil.example", false), (nil, false)] {
      for comesAtOnce in [false, true] {
        for piece in [1, 10_000] {
          let rig = try Rig(sni: .enforce)
          let (client, upstream) = try tunnel(rig)
          let second = TLSBytes.changeCipher + TLSBytes.hello(name)
          // A client that knows what the server will say may send both at once.
          client.send(hello + (comesAtOnce ? second : []))
          rig.settle()
          #expect(upstream.received == hello)
          upstream.send(retry, by: piece, rig)
          if !comesAtOnce { client.send(second, by: piece, rig) }
          if isAllowed {
            #expect(client.received == retry && upstream.received == hello + second)
            upstream.send(pattern(100))
            client.send(pattern(100))
            rig.settle()
            #expect(upstream.received == hello + second + pattern(100))
            #expect(client.received == retry + pattern(100))
            _ = try rig.end()
          } else {
            // By pieces, the alert may come before the last bytes of the retry.
            #expect(client.received.suffix(7) == TLSBytes.accessDenied[...])
            #expect(upstream.received == hello && upstream.isOver && client.isOver)
            let end = name == nil ? "sni_missing" : "sni_mismatch"
            #expect(try rig.end().last?.summary == "close \(end)")
          }
        }
      }
    }
  }

  @Test("the second hello has its own time, and the server may go on speaking meanwhile")
  func retryTimeout() throws {
    let rig = try Rig(sni: .enforce)
    let (client, upstream) = try tunnel(rig)
    client.send(hello)
    rig.advance(milliseconds: 9000)
    upstream.send(TLSBytes.answer(isRetry: true))
    rig.advance(milliseconds: 5000)
    upstream.send(pattern(50_000))
    rig.settle()
    #expect(client.received == TLSBytes.answer(isRetry: true) + pattern(50_000))
    rig.advance(milliseconds: 5100)
    #expect(client.isOver)
    #expect(try rig.end().last?.summary == "close hello_timeout")
  }

  @Test("early data waits for the server's hello, and then arrives behind the client's")
  func earlyData() throws {
    for isRetry in [false, true] {
      let rig = try Rig(sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      let bytes = TLSBytes.hello("allowed.example", earlyData: true)
      let data = TLSBytes.record(23, pattern(3000))
      client.send(bytes + data)
      rig.settle()
      #expect(upstream.received == bytes)
      upstream.send(TLSBytes.answer(isRetry: isRetry))
      rig.settle()
      if isRetry {
        #expect(upstream.received == bytes)
        client.send(TLSBytes.changeCipher + hello)
        rig.settle()
        #expect(upstream.received == bytes + data + TLSBytes.changeCipher + hello)
      } else {
        #expect(upstream.received == bytes + data)
      }
      _ = try rig.end()
    }
  }

  @Test("an address needs no name, and takes none")
  func literal() throws {
    for (name, isAllowed) in [(nil, true), ("allowed.example", false)] {
      let rig = try Rig(opened: ["151.101.1.0/24"], sni: .enforce)
      let (client, upstream) = try tunnel(rig, "151.101.1.1:443")
      let bytes = TLSBytes.hello(name)
      client.send(bytes)
      rig.settle()
      #expect(upstream.received == (isAllowed ? bytes : []))
      #expect(client.received == (isAllowed ? [] : TLSBytes.accessDenied))
      _ = try rig.end()
    }
  }

  @Test("other ports, and environments that do not check, relay any bytes from the first on")
  func opaque() throws {
    let ssh = SocketAddress(v4(151, 101, 1, 1), port: 22)
    let rig = try Rig(rules: ["allowed.example :22"], sni: .enforce)
    let first = try tunnel(rig, "allowed.example:22", at: ssh)
    first.upstream.send("SSH-2.0-server\r\n")
    first.client.send("SSH-2.0-client\r\n")
    rig.settle()
    #expect(first.client.receivedText == "SSH-2.0-server\r\n")
    #expect(first.upstream.receivedText == "SSH-2.0-client\r\n")
    _ = try rig.end()

    let any = try Rig(rules: ["allowed.example :443 protocol=any"], sni: .enforce)
    let third = try tunnel(any)
    third.upstream.send("SSH-2.0-server\r\n")
    third.client.send("SSH-2.0-client\r\n")
    any.settle()
    #expect(third.client.receivedText == "SSH-2.0-server\r\n")
    #expect(third.upstream.receivedText == "SSH-2.0-client\r\n")
    _ = try any.end()

    let off = try Rig(sni: .off)
    let second = try tunnel(off)
    second.client.send("anything")
    off.settle()
    #expect(second.upstream.receivedText == "anything")
    _ = try off.end()
  }

  @Test("whichever side ends during the hello, the other hears of it and the end is on record")
  func ends() throws {
    func play(_ expected: String, _ act: (Rig, FarEnd, FarEnd) throws -> Void) throws {
      let rig = try Rig(sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      try act(rig, client, upstream)
      rig.settle()
      #expect(try rig.end().last?.summary == "close \(expected)")
    }
    try play("client_eof") { rig, client, upstream in
      client.send(Array(hello.prefix(20)))
      client.finish()
      rig.settle()
      #expect(client.isFinished && upstream.isOver && upstream.received.isEmpty)
    }
    try play("client_reset") { rig, client, upstream in
      client.reset()
      rig.settle()
      #expect(upstream.isReset)
    }
    try play("upstream_reset") { rig, client, upstream in
      upstream.reset()
      rig.settle()
      #expect(client.isReset)
    }
    // The hello, and then nothing more: the end is passed on, and the answer still comes.
    try play("client_eof") { rig, client, upstream in
      client.send(hello)
      client.finish()
      rig.settle()
      #expect(upstream.received == hello && upstream.isFinished)
      upstream.send(TLSBytes.answer(isRetry: false))
      upstream.finish()
      rig.settle()
      #expect(client.received == TLSBytes.answer(isRetry: false) && client.isFinished)
    }
    // As before, with bytes between the two.
    try play("client_eof") { rig, client, upstream in
      client.send(hello)
      rig.settle()
      client.send("more")
      client.finish()
      rig.settle()
      upstream.send(TLSBytes.answer(isRetry: false))
      rig.settle()
      #expect(upstream.received == hello + Array("more".utf8) && upstream.isFinished)
      upstream.finish()
      rig.settle()
      #expect(client.isFinished)
    }
    // An end instead of an answer.
    try play("upstream_eof") { rig, client, upstream in
      client.send(hello)
      rig.settle()
      upstream.finish()
      rig.settle()
      #expect(client.isFinished && !client.isReset)
      client.finish()
      rig.settle()
    }
    try play("upstream_reset") { rig, client, upstream in
      client.send(hello)
      rig.settle()
      upstream.send("last words")
      upstream.reset()
      rig.settle()
      #expect(client.receivedText == "last words" && client.isReset)
    }
    // An alert where the second hello was due.
    try play("client_eof") { rig, client, upstream in
      client.send(hello)
      rig.settle()
      upstream.send(TLSBytes.answer(isRetry: true))
      rig.settle()
      client.send(TLSBytes.record(21, [2, 47]))
      rig.settle()
      #expect(upstream.received == hello && upstream.isOver)
    }
    try play("drained") { rig, client, upstream in
      client.send(Array(hello.prefix(20)))
      rig.settle()
      rig.stop(withinMilliseconds: 0)
      rig.advance(milliseconds: 200)
      #expect(client.isOver && upstream.isOver)
    }
  }

  @Test("a client that does not read its server's retry gets no alert in the middle of it")
  func blockedAnswer() throws {
    let rig = try Rig(sni: .enforce)
    rig.world.sendCapacity = 60
    rig.world.receiveCapacity = 60
    let (client, upstream) = try tunnel(rig)
    client.isPaused = true
    client.send(hello)
    rig.settle()
    upstream.send(TLSBytes.answer(isRetry: true) + pattern(3000))
    rig.settle()
    client.send(TLSBytes.hello("evil.example"))
    rig.settle()
    #expect(client.isReset && upstream.isOver && upstream.received == hello)
    #expect(try rig.end().last?.summary == "close sni_mismatch")
  }

  @Test("cuts, short writes and reads that say EAGAIN at random change nothing")
  func random() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let rig = try Rig(seed: seed, sni: .enforce)
      let (client, upstream) = try tunnel(rig)
      rig.world.faults.segmentBytesMax = 700
      rig.world.faults.writeBytesMax = 700
      rig.world.faults.readBytesMax = 700
      rig.world.faults.cutsAtRandom = true
      rig.world.faults.againPercent = 20
      let first = TLSBytes.hello(
        "allowed.example", padding: Int(seed) * 1000, earlyData: true, recordSize: 333)
      let data = TLSBytes.record(23, pattern(5000))
      let answer = TLSBytes.answer(isRetry: true)
      let second = TLSBytes.changeCipher + TLSBytes.hello("allowed.example", padding: 2000)
      client.send(first + data)
      rig.settle()
      upstream.send(answer)
      rig.settle()
      client.send(second + pattern(20_000, 1))
      upstream.send(pattern(40_000, 2))
      rig.settle()
      client.finish()
      upstream.finish()
      rig.settle()
      #expect(upstream.received == first + data + second + pattern(20_000, 1))
      #expect(client.received == answer + pattern(40_000, 2))
      #expect(client.isFinished && upstream.isFinished)
      _ = try rig.end()
    }
  }
}
