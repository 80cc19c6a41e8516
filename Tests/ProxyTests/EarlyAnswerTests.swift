import Reactor
import Simulation
import Testing

@testable import Proxy

/// Upstreams that answer before they have read the whole request.
@Suite struct EarlyAnswerTests {
  @Test("an answer that came before the upstream closed over the request reaches the client")
  func closedOverRequest() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    server.onAccept = { $0.isPaused = true }
    rig.world.receiveCapacity = 4096
    rig.world.sendCapacity = 4096
    let client = try rig.client(
      sending: "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Content-Length: 100000\r\n\r\n" + String(repeating: "x", count: 20_000))
    let upstream = try #require(server.connections.first)
    // Body bytes wait for the upstream; its answer and its reset are there when the proxy looks.
    upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig")
    upstream.reset()
    rig.settle()
    #expect(status(client) == 413)
    #expect(client.receivedText.hasSuffix("\r\n\r\nbig"))
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close complete"])
  }

  @Test("an upstream that closes over the request without an answer is a 502, at once")
  func closedWithoutAnswer() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    let client = try rig.client(
      sending: "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Content-Length: 100000\r\n\r\nfirst")
    client.send(String(repeating: "x", count: 20_000))
    server.connections[0].reset()
    rig.settle()
    #expect(status(client) == 502)
    _ = try rig.end()
  }
}
