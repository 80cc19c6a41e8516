import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Nothing of one request is left over for the next on the same connection: no byte, no word of its
/// record, no buffer.
@Suite struct LeftoverTests {
  @Test("what an upstream did not take of a request is never sent to the next upstream")
  func unsentRequest() throws {
    let rig = try Rig()
    let first = rig.world.server(at: Rig.web)
    let second = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 80))
    first.onAccept = { $0.isPaused = true }
    rig.world.receiveCapacity = 4096
    rig.world.sendCapacity = 4096
    // Both buffers of the connection are full and the rest waits in the proxy: all of it was read.
    let smuggled = "GET http://second.example/smuggled HTTP/1.1\r\nHost: second.example\r\n\r\n"
    let body = String(repeating: smuggled, count: 150)
    let client = try rig.client(
      sending: "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    first.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
    rig.settle()
    #expect(client.receivedText.hasSuffix("\r\n\r\nno"))
    try #require(!client.isOver, "the request was read whole, so its connection goes on")

    let request = "GET http://second.example/2 HTTP/1.1\r\nHost: second.example\r\n\r\n"
    client.send(request)
    rig.settle()
    let upstream = try #require(second.connections.first)
    upstream.send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    #expect(upstream.receivedText.hasPrefix("GET /2 HTTP/1.1\r\n"))
    #expect(upstream.receivedText.hasSuffix("\r\n\r\n"))
    #expect(!upstream.receivedText.contains("smuggled"))
    #expect(
      try rig.end().map(\.summary) == [
        "allow allowlisted", "close complete", "allow allowlisted", "close complete",
      ])
  }

  @Test("a malformed request behind a HEAD is answered with the body that its answer announces")
  func malformedBehindHead() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    let client = try rig.client(
      sending: "HEAD http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    server.connections[0].send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    client.clear()
    client.send("GET http://allowed.example/ HTTP/1.1\r\nBad Name: x\r\n\r\n")
    rig.settle()
    #expect(status(client) == 400)
    #expect(client.receivedText.hasSuffix("}\n"))
    _ = try rig.end()
  }

  @Test("whichever call fails, a request refused for its address has one decision record")
  func refusalRecordedOnce() throws {
    for call in 1...40 {
      for variant in 0..<2 {
        let rig = try Rig()
        rig.names.records["allowed.example"] = [v4(10, 1, 2, 3)]
        rig.world.faults.failingVariant = variant
        rig.world.faults.failingCall = call
        _ = try? rig.client(sending: connect("allowed.example:443"))
        rig.advance(milliseconds: 100)
        let records = try rig.end()
        let decisions = Dictionary(grouping: records.filter { $0.event == "decision" }, by: \.id)
        #expect(decisions.values.allSatisfy { $0.count == 1 }, "call \(call), variant \(variant)")
        for close in records where close.event == "close" {
          #expect(
            decisions[close.id]?.first?.verdict == "allow", "call \(call), variant \(variant)")
        }
      }
    }
  }

  @Test("there is a remainder buffer for each direction of each connection")
  func remainders() {
    var limits = Limits()
    limits.connections = 1000
    limits.overflowConnections = 24
    let pools = RelayPools(kernel: SimulatedKernel(World()), limits: limits)
    let available = pools.remainders.available
    #expect(available == 2048)
  }
}
