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

  @Test("a slow reader slows its writer: little is in flight, and all arrives once it reads")
  func slowReader() throws {
    let rig = try Rig()
    rig.world.receiveCapacity = 8192
    rig.world.sendCapacity = 8192
    let (client, upstream) = try rig.tunnel()
    client.isPaused = true
    upstream.send(pattern(600_000))
    rig.settle()
    let taken = upstream.sentCount - upstream.pendingCount
    // Two buffers on each side, and one remainder or one pipe between them.
    #expect(taken <= 4 * 8192 + (1 << 18), "\(taken) bytes were taken")
    client.isPaused = false
    rig.settle()
    #expect(client.received == pattern(600_000))
    _ = try rig.end()
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

  @Test("without a pipe to borrow, bulk is copied")
  func noPipe() throws {
    let rig = try Rig { $0.pipes = 1 }
    let pairs = try (0..<3).map { _ in try rig.tunnel() }
    for (number, pair) in pairs.enumerated() {
      pair.client.isPaused = true
      pair.upstream.send(pattern(400_000, number))
    }
    rig.settle()
    for (number, pair) in pairs.enumerated().reversed() {
      pair.client.isPaused = false
      rig.settle()
      #expect(pair.client.received == pattern(400_000, number))
    }
    _ = try rig.end()
  }

  @Test("with one remainder buffer, tunnels wait for it and then go on")
  func starved() throws {
    let rig = try Rig {
      $0.remainders = 1
      $0.pipes = 1
    }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let slow = try rig.tunnel()
    let waiting = try rig.tunnel()
    slow.client.isPaused = true
    slow.upstream.send(pattern(5000, 1))
    rig.settle()
    waiting.upstream.send(pattern(3000, 2))
    waiting.client.send(pattern(3000, 3))
    rig.settle()
    #expect(waiting.client.received == [] && waiting.upstream.received == [])
    slow.client.isPaused = false
    rig.settle()
    #expect(slow.client.received == pattern(5000, 1))
    #expect(waiting.client.received == pattern(3000, 2))
    #expect(waiting.upstream.received == pattern(3000, 3))
    _ = try rig.end()
  }

  @Test("a tunnel that waits for a buffer goes on when a timer frees it")
  func starvedUntilTimer() throws {
    let rig = try Rig {
      $0.remainders = 1
      $0.writeTimeout = 2 * Limits.second
    }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let slow = try rig.tunnel()
    let waiting = try rig.tunnel()
    slow.client.isPaused = true
    slow.upstream.send(pattern(5000, 1))
    rig.settle()
    waiting.upstream.send(pattern(900, 2))
    rig.settle()
    #expect(waiting.client.received == [])
    for _ in 0..<100 where !slow.upstream.isReset { rig.turn(rig.waitTime) }
    #expect(slow.upstream.isReset)
    // The next turn follows at once, not when something happens to come.
    #expect(rig.waitTime == 0)
    rig.settle()
    #expect(waiting.client.received == pattern(900, 2))
    _ = try rig.end()
  }

  @Test("a new connection in the place of one that waited for a buffer does not wait for it")
  func starvedPlaceReused() throws {
    let rig = try Rig {
      $0.remainders = 1
      $0.idleTimeout = 10 * Limits.second
    }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let slow = try rig.tunnel()
    let waiting = try rig.tunnel()
    slow.client.isPaused = true
    slow.upstream.send(pattern(5000, 1))
    rig.settle()
    waiting.upstream.send("x")
    rig.advance(milliseconds: 9000)
    slow.client.send("still here")
    rig.advance(milliseconds: 2000)
    #expect(waiting.client.isReset && !slow.client.isReset)
    let denied = "GET http://denied.example/ HTTP/1.1\r\nHost: denied.example\r\n\r\n"
    let client = try rig.client(sending: denied + denied)
    #expect(client.receivedText.components(separatedBy: "HTTP/1.1 403").count == 3)
    _ = try rig.end()
  }

  @Test("an end one way does not give a stalled reader the other way more time")
  func stallBesideEnd() throws {
    let rig = try Rig { $0.writeTimeout = 5 * Limits.second }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let (client, upstream) = try rig.tunnel()
    client.isPaused = true
    upstream.send(pattern(100_000))
    rig.advance(milliseconds: 1000)
    client.finish()
    rig.advance(milliseconds: 4200)
    #expect(client.isReset && upstream.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close write_stall"])
  }

  @Test("what a large read leaves over stays in its own buffer, however small heads may be")
  func smallHeads() throws {
    let rig = try Rig {
      $0.headBytes = 1024
      $0.pipes = 1
    }
    rig.world.sendCapacity = 100
    let pairs = try (0..<3).map { _ in try rig.tunnel() }
    for (number, pair) in pairs.enumerated() {
      pair.client.isPaused = true
      pair.upstream.send(pattern(50_000, number))
      rig.settle()
    }
    for (number, pair) in pairs.enumerated() {
      pair.client.isPaused = false
      rig.settle()
      #expect(pair.client.received == pattern(50_000, number))
    }
    _ = try rig.end()
  }

  @Test("a tunnel without a byte ends at the idle timeout; a byte either way renews it")
  func idle() throws {
    let rig = try Rig { $0.idleTimeout = 10 * Limits.second }
    let (client, upstream) = try rig.tunnel()
    for end in [upstream, client, upstream] {
      rig.advance(milliseconds: 9000)
      end.send("x")
      rig.settle()
      #expect(!client.isOver)
    }
    rig.advance(milliseconds: 9900)
    #expect(!client.isOver && !upstream.isOver)
    rig.advance(milliseconds: 200)
    #expect(client.isReset && upstream.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close idle_timeout"])
  }

  @Test("after one end, silence the other way is cut at the half-close timeout")
  func halfCloseTimeout() throws {
    let rig = try Rig { $0.halfCloseTimeout = 5 * Limits.second }
    let (client, upstream) = try rig.tunnel()
    client.finish()
    rig.advance(milliseconds: 4900)
    #expect(!upstream.isReset)
    rig.advance(milliseconds: 200)
    #expect(upstream.isReset && client.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close half_close_timeout"])
  }

  @Test("a reader that takes nothing is cut at the write timeout; one that takes a little is not")
  func writeStall() throws {
    let rig = try Rig { $0.writeTimeout = 5 * Limits.second }
    rig.world.receiveCapacity = 1000
    rig.world.sendCapacity = 1000
    let (client, upstream) = try rig.tunnel()
    client.isPaused = true
    upstream.send(pattern(100_000))
    for _ in 0..<3 {
      rig.advance(milliseconds: 4500)
      #expect(!client.isOver)
      client.isPaused = false
      rig.turn()
      client.isPaused = true
      rig.settle()
    }
    rig.advance(milliseconds: 5200)
    #expect(client.isReset && upstream.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close write_stall"])
  }
}
