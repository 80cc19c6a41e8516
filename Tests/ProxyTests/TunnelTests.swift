import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What a tunnel does with bytes, ends and resets.
@Suite struct TunnelTests {
  @Test(
    "both ways the same bytes arrive, however reads and writes are cut",
    arguments: [1, 2, 3, 7, 100, 16_384, 70_000])
  func cuts(bytes: Int) throws {
    for readsAreCut in [true, false] {
      let rig = try Rig()
      let (client, upstream) = try rig.tunnel()
      let total = min(bytes * 600, 300_000)
      if readsAreCut { rig.world.faults.readBytesMax = bytes }
      rig.world.faults.writeBytesMax = bytes
      client.send(pattern(total, 1))
      upstream.send(pattern(total, 2))
      client.finish()
      rig.settle()
      #expect(upstream.received == pattern(total, 1) && upstream.isFinished)
      #expect(client.received == pattern(total, 2) && !client.isOver)
      upstream.finish()
      rig.settle()
      #expect(client.isFinished && !client.isReset && !upstream.isReset)
      let records = try rig.end()
      #expect(records.last?.up == total && records.last?.down == total)
    }
  }

  @Test("bytes in segments and reads that say EAGAIN at random change nothing")
  func randomCuts() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let rig = try Rig(seed: seed)
      let (client, upstream) = try rig.tunnel()
      rig.world.faults.segmentBytesMax = 40_000
      rig.world.faults.writeBytesMax = 40_000
      rig.world.faults.readBytesMax = 40_000
      rig.world.faults.cutsAtRandom = true
      rig.world.faults.againPercent = 20
      client.send(pattern(200_000, 1))
      upstream.send(pattern(150_000, 2))
      upstream.finish()
      rig.settle()
      #expect(client.received == pattern(150_000, 2) && client.isFinished)
      client.finish()
      rig.settle()
      #expect(upstream.received == pattern(200_000, 1) && upstream.isFinished)
      #expect(!client.isReset && !upstream.isReset)
      _ = try rig.end()
    }
  }

  @Test("an end from the client is passed on, and the answer still comes")
  func clientHalfClose() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    client.send("question")
    client.finish()
    rig.settle()
    #expect(upstream.isFinished && upstream.receivedText == "question" && !client.isOver)
    upstream.send("answer")
    rig.settle()
    #expect(client.receivedText == "answer")
    upstream.finish()
    rig.settle()
    #expect(client.isFinished && !client.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close client_eof"])
  }

  @Test("an end from the upstream is passed on, and the client may still send")
  func upstreamHalfClose() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    upstream.finish()
    rig.settle()
    #expect(client.isFinished && !upstream.isOver)
    client.send("more")
    client.finish()
    rig.settle()
    #expect(upstream.receivedText == "more" && upstream.isFinished && !upstream.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close upstream_eof"])
  }

  @Test("an upstream that answers and ends before the client has its 200 loses nothing")
  func immediateEnd() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.origin)
    server.onAccept = { farEnd in
      farEnd.send("banner")
      farEnd.finish()
    }
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.receivedText == established + "banner")
    #expect(client.isFinished && !client.isReset)
    _ = try rig.end()
  }

  @Test("a reset from one side reaches the other as a reset")
  func resets() throws {
    for isClient in [true, false] {
      let rig = try Rig()
      let (client, upstream) = try rig.tunnel()
      (isClient ? client : upstream).reset()
      rig.settle()
      #expect((isClient ? upstream : client).isReset)
      let expected = isClient ? "close client_reset" : "close upstream_reset"
      #expect(try rig.end().map(\.summary) == ["allow allowlisted", expected])
    }
  }

  @Test("bytes sent before a reset are delivered before it")
  func bytesBeforeReset() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    upstream.send("last words")
    upstream.reset()
    rig.settle()
    #expect(client.receivedText == "last words" && client.isReset)
    _ = try rig.end()
  }

  @Test("a reset behind an end is a reset for the other side, at once")
  func resetBehindEnd() throws {
    for isClient in [true, false] {
      for comesAtOnce in [true, false] {
        let rig = try Rig()
        let (client, upstream) = try rig.tunnel()
        let (from, other) = isClient ? (client, upstream) : (upstream, client)
        from.finish()
        if comesAtOnce { rig.world.deliver() } else { rig.settle() }
        from.reset()
        rig.settle()
        #expect(other.isReset, "client \(isClient), at once \(comesAtOnce)")
        _ = try rig.end()
      }
    }
  }

  @Test("bulk that goes through a pipe is the same bytes, and an end behind it is passed on")
  func bulk() throws {
    let rig = try Rig { $0.pipeBytes = 4096 }
    let (client, upstream) = try rig.tunnel()
    upstream.send(pattern(500_000))
    upstream.finish()
    rig.settle()
    #expect(client.received == pattern(500_000) && client.isFinished)
    _ = try rig.end()
  }

  @Test("a tunnel cut while its pipe is full leaves no byte to the next tunnel")
  func cutPipe() throws {
    let rig = try Rig { $0.pipes = 1 }
    let first = try rig.tunnel()
    first.client.isPaused = true
    first.upstream.send(pattern(500_000))
    rig.settle()
    first.client.reset()
    rig.settle()
    let second = try rig.tunnel()
    second.upstream.send(pattern(300_000, 5))
    rig.settle()
    #expect(second.client.received == pattern(300_000, 5))
    _ = try rig.end()
  }
}
