import Domains
import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What holds a tunnel back or ends it: slow readers, buffers and pipes that are all in use, time.
@Suite struct TunnelLimitTests {
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
