import Domains
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Limits, descriptors that run out, heads that do not come, and the end of the process.
@Suite struct OverloadTests {
  @Test("one connection over the limit gets a 503 at once, and there is room again when one ends")
  func connectionLimit() throws {
    let rig = try Rig { $0.connections = 2 }
    let held = [try rig.client(), try rig.client()]
    let over = try rig.client()
    #expect(status(over) == 503 && over.isFinished && !over.isReset)
    held[0].close()
    over.close()
    rig.settle()
    let next = try rig.client(sending: connect("denied.example:443"))
    #expect(status(next) == 403)
    #expect(try rig.end().map(\.summary) == ["deny overloaded", "deny not_allowlisted"])
  }

  @Test("beyond the overflow nothing is accepted until there is room")
  func overflow() throws {
    let rig = try Rig {
      $0.connections = 1
      $0.overflowConnections = 1
    }
    let clients = try (0..<4).map { _ in try rig.client() }
    #expect(clients.count { status($0) == 503 } == 1)
    rig.advance(milliseconds: 20_000)
    // The idle one was closed for its silence, the others came in one after the other.
    let areOver = clients.allSatisfy { $0.isOver }
    #expect(areOver)
    _ = try rig.end()
  }

  @Test("without a descriptor for a client, the reserve answers 503, and later all is well")
  func noDescriptor() throws {
    let rig = try Rig()
    _ = rig.world.server(at: Rig.origin)
    rig.world.faults.descriptorLimit = rig.world.openDescriptors.count
    let refused = [try rig.client(), try rig.client()]
    #expect(refused.allSatisfy { status($0) == 503 })
    #expect(refused.allSatisfy { !$0.isReset })
    rig.world.faults.descriptorLimit = Int.max
    rig.advance(milliseconds: 200)
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.receivedText == established)
    let records = try rig.end()
    let summaries = records.prefix(2).map { $0.summary }
    #expect(summaries == ["deny overloaded", "deny overloaded"])
  }

  @Test("without memory for a client, the listener is left alone for a while and then all is well")
  func noMemoryForClient() throws {
    let rig = try Rig { $0.acceptPause = 50 * Limits.millisecond }
    _ = rig.world.server(at: Rig.origin)
    // The third of accept's errors: ENOBUFS.
    rig.world.faults.failingVariant = 2
    rig.world.faults.failingCall = rig.world.callCount + 1
    while rig.world.failedCall != .accept {
      try #require(rig.world.faults.failingCall < 100)
      if rig.world.callCount >= rig.world.faults.failingCall {
        rig.world.faults.failingCall = rig.world.callCount + 1
      }
      if rig.world.callCount + 1 == rig.world.faults.failingCall { _ = try rig.client() }
    }
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.received == [])
    rig.advance(milliseconds: 40)
    #expect(client.received == [])
    rig.advance(milliseconds: 200)
    #expect(client.receivedText == established)
    _ = try rig.end()
  }

  @Test("a listener that epoll has no memory for is tried again until it is watched")
  func listenerNotWatched() throws {
    let rig = try Rig {
      $0.connections = 1
      $0.overflowConnections = 0
    }
    let held = try rig.client()
    // Comes while there is no room: the listener is left alone until there is.
    let client = try rig.client(sending: connect("denied.example:443"))
    held.close()
    rig.world.faults.failPercent = 100
    for _ in 0..<5 { rig.turn(100) }
    #expect(client.received == [] && rig.shared.connections == 0)
    rig.world.faults.failPercent = 0
    rig.advance(milliseconds: 200)
    #expect(status(client) == 403)
    _ = try rig.end()
  }

  @Test("without a descriptor for an upstream, the request is a 503 and the client hears of it")
  func noUpstreamDescriptor() throws {
    let rig = try Rig(opened: ["10.9.0.0/16"])
    let client = try rig.client()
    rig.world.faults.descriptorLimit = rig.world.openDescriptors.count
    client.send(connect("10.9.1.1:443"))
    rig.settle()
    #expect(status(client) == 503)
    #expect(try rig.end().map(\.summary) == ["allow address_allowed", "close overloaded"])
  }

  @Test("a head that drips is cut at the head timeout, and no byte renews it")
  func drip() throws {
    let rig = try Rig { $0.headTimeout = 5 * Limits.second }
    let client = try rig.client(sending: "G")
    for _ in 0..<4 {
      rig.advance(milliseconds: 1200)
      client.send("E")
      rig.settle()
      #expect(client.received == [])
    }
    rig.advance(milliseconds: 300)
    #expect(status(client) == 408 && client.isFinished)
    #expect(try rig.end().map(\.summary) == ["deny head_timeout"])
  }

  @Test("a head that drips behind a served request is cut in the same way, as a request of its own")
  func dripBehind() throws {
    let rig = try Rig { $0.headTimeout = 5 * Limits.second }
    let client = try rig.client(sending: get("/", host: "denied.example") + "GE")
    #expect(status(client) == 403)
    client.clear()
    rig.advance(milliseconds: 5100)
    #expect(status(client) == 408 && client.isFinished)
    let records = try rig.end()
    let summaries = records.map { $0.summary }
    #expect(summaries == ["deny not_allowlisted", "deny head_timeout"])
    #expect(records[1].host == nil && records[0].id != records[1].id)
  }

  @Test("a connection on which nothing comes is closed without an answer")
  func silent() throws {
    let rig = try Rig { $0.headTimeout = 5 * Limits.second }
    let client = try rig.client()
    rig.advance(milliseconds: 5100)
    #expect(client.isFinished && client.received == [])
    #expect(try rig.end().isEmpty)
  }

  @Test("a head that is too large is a 431")
  func largeHead() throws {
    let rig = try Rig()
    let client = try rig.client(
      sending: "GET http://allowed.example/ HTTP/1.1\r\nX: " + String(repeating: "x", count: 20_000)
    )
    #expect(status(client) == 431)
    _ = try rig.end()
  }

  @Test("a refused client that does not close is closed after a moment")
  func linger() throws {
    let rig = try Rig()
    let client = try rig.client(sending: connect("denied.example:443"))
    #expect(client.isFinished && rig.shared.connections == 1)
    rig.advance(milliseconds: 2100)
    #expect(rig.shared.connections == 0)
    _ = try rig.end()
  }

  @Test("draining closes idle connections at once, and lets a tunnel finish")
  func drain() throws {
    let rig = try Rig()
    let idle = try rig.client()
    let (client, upstream) = try rig.tunnel()
    rig.stop(withinMilliseconds: 30_000)
    #expect(idle.isFinished && !client.isOver && !rig.isFinished)
    #expect(rig.world.client(from: Rig.origin, to: Rig.proxy) == nil)
    client.send("more")
    rig.settle()
    #expect(upstream.receivedText == "more")
    client.finish()
    upstream.finish()
    rig.settle()
    #expect(rig.isFinished && !client.isReset)
    _ = try rig.end()
  }

  @Test("what is left when draining has its deadline is cut")
  func drainDeadline() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    rig.stop(withinMilliseconds: 3000)
    rig.advance(milliseconds: 2900)
    #expect(!client.isOver)
    rig.advance(milliseconds: 300)
    #expect(client.isReset && upstream.isReset && rig.isFinished)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close drained"])
  }
}
