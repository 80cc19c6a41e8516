import Reactor
import Simulation
import Testing

@testable import Proxy

/// OPTIONS through a chain of proxies (RFC 9110 §7.6.2, §9.3.7), and the dates that go with answers.
@Suite struct OptionsTests {
  static func options(_ target: String, _ lines: String = "") -> String {
    "OPTIONS \(target) HTTP/1.1\r\nHost: \(target.split(separator: "/")[1])\r\n\(lines)\r\n"
  }

  @Test("OPTIONS of a whole server goes to the origin as *")
  func asterisk() throws {
    let (rig, _, server) = try start(Self.options("http://allowed.example"))
    #expect(server.connections.first?.receivedText.hasPrefix("OPTIONS * HTTP/1.1\r\n") == true)
    _ = try rig.end()
  }

  @Test(
    "at Max-Forwards 0 the proxy answers itself; nothing is resolved or dialled, and one can go on")
  func answered() throws {
    let (rig, client, server) = try start(
      Self.options("http://allowed.example", "Max-Forwards: 0\r\n") + get("/next"))
    #expect(status(client) == 200 && client.receivedText.contains("\r\nAllow: CONNECT, GET"))
    #expect(client.receivedText.contains("\r\nContent-Length: 0\r\n"))
    #expect(server.connections.count == 1)
    #expect(server.connections[0].receivedText.hasPrefix("GET /next "))
    #expect(
      try rig.end().map(\.summary).prefix(3) == [
        "allow allowlisted", "close complete", "allow allowlisted",
      ])
  }

  @Test("it is decided on before: a denied host gets its 403")
  func denied() throws {
    let (rig, client, _) = try start(
      Self.options("http://denied.example", "Max-Forwards: 0\r\n"))
    #expect(status(client) == 403)
    _ = try rig.end()
  }

  @Test("above 0 it goes on with one less")
  func forwarded() throws {
    let (rig, _, server) = try start(
      Self.options("http://allowed.example/x", "Max-Forwards: 10\r\n"))
    #expect(server.connections.first?.receivedText.contains("\r\nMax-Forwards: 9\r\n") == true)
    _ = try rig.end()
  }

  @Test("a response without a date gets that of its arrival; one with a date keeps it")
  func dates() throws {
    let (rig, client, server) = try start(get("/1"))
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    // The simulated clock.
    #expect(client.receivedText.contains("\r\nDate: Wed, 18 Nov 2026 11:"))
    client.clear()
    client.send(get("/2"))
    rig.settle()
    server.connections[0].send("HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.contains("\r\nDate: today\r\n"))
    #expect(client.receivedText.components(separatedBy: "Date:").count == 2)
    _ = try rig.end()
  }
}
