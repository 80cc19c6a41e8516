import Domains
import Reactor
import Simulation
import Testing

@testable import Proxy

/// CONNECT from the first byte to the 200 or the refusal.
@Suite struct ConnectTests {
  @Test("an allowed name is resolved, dialled and answered 200")
  func allowedName() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    client.send("hello")
    upstream.send("welcome")
    rig.settle()
    #expect(upstream.receivedText == "hello")
    #expect(client.receivedText == "welcome")
    #expect(rig.world.dialled == [Rig.origin])
    client.finish()
    rig.settle()
    upstream.finish()
    rig.settle()
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close client_eof"])
    #expect(records[1].up == 5 && records[1].down == 7)
    #expect(records[0].id == records[1].id && records[0].address == "151.101.1.1")
  }

  @Test("a CONNECT is decided by its target, whatever host its Host field names")
  func hostOfAnother() throws {
    for host in ["10.0.0.1:3128", "denied.example:443", "allowed.example"] {
      let rig = try Rig()
      let server = rig.world.server(at: Rig.origin)
      let client = try rig.client(
        sending: "CONNECT allowed.example:443 HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      #expect(client.receivedText == established)
      client.send("hello")
      rig.settle()
      #expect(rig.world.dialled == [Rig.origin])
      #expect(server.connections.last?.receivedText == "hello")
      client.finish()
      rig.settle()
      let records = try rig.end()
      #expect(records.first?.host == "allowed.example", "\(host)")
      #expect(records.map(\.summary) == ["allow allowlisted", "close client_eof"])
    }
  }

  @Test("an address that the operator opened is dialled without a query")
  func allowedLiteral() throws {
    let rig = try Rig(opened: ["10.9.0.0/16"])
    let place = SocketAddress(v4(10, 9, 1, 1), port: 443)
    let server = rig.world.server(at: place)
    let client = try rig.client(sending: connect("10.9.1.1:443"))
    #expect(client.receivedText == established)
    #expect(server.connections.count == 1)
    #expect(rig.world.datagramCount == 0)
    client.finish()
    rig.settle()
    #expect(try rig.end().map(\.summary) == ["allow address_allowed", "close client_eof"])
  }

  @Test(
    "what policy refuses gets a 403, no query and no socket",
    arguments: ["denied.example:443", "allowed.example:22", "151.101.1.1:443", "127.0.0.1:443"])
  func refused(target: String) throws {
    let rig = try Rig()
    let before = rig.world.openDescriptors.count
    let client = try rig.client(sending: connect(target))
    #expect(status(client) == 403)
    #expect(rig.world.dialled == [] && rig.world.datagramCount == 0)
    #expect(rig.world.openDescriptors.count <= before + 1)
    #expect(try rig.end().map(\.event) == ["decision"])
  }

  @Test("a name that leads to a forbidden address alone is refused and never dialled")
  func forbiddenAddress() throws {
    let rig = try Rig()
    rig.names.records["allowed.example"] = [v4(127, 0, 0, 1), v4(10, 1, 2, 3)]
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(status(client) == 403)
    #expect(rig.world.dialled == [])
    #expect(try rig.end().map(\.summary) == ["deny address_forbidden"])
  }

  @Test("a name that does not exist is a 502 and on record as such")
  func unknownName() throws {
    let rig = try Rig()
    rig.names.records["allowed.example"] = nil
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(status(client) == 502)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close dns_not_found"])
  }

  @Test("a name server that says nothing costs the DNS timeout, then a 504")
  func silentNameServer() throws {
    let rig = try Rig()
    rig.names.silent = ["allowed.example"]
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 4900)
    #expect(client.received == [])
    rig.advance(milliseconds: 200)
    #expect(status(client) == 504)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close dns_timeout"])
  }

  @Test("what the client sends behind its CONNECT goes out after the connection stands")
  func earlyData() throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.origin)
    rig.world.route(Rig.origin, .open(afterNanoseconds: 50_000_000))
    let client = try rig.client(sending: connect("allowed.example:443") + "early")
    #expect(server.connections.isEmpty && client.received == [])
    client.send(" and late")
    rig.advance(milliseconds: 60)
    #expect(client.receivedText == established)
    #expect(server.connections[0].receivedText == "early and late")
    #expect(try rig.end().last?.up == 14)
  }

  @Test("a head that comes byte by byte is the same request")
  func dripped() throws {
    let rig = try Rig()
    rig.world.faults.segmentBytesMax = 1
    let (client, upstream) = try rig.tunnel()
    client.send("x")
    rig.settle()
    #expect(upstream.receivedText == "x")
    _ = try rig.end()
  }

  @Test("a client that is gone while its name is resolved leaves nothing but its record")
  func goneWhileResolving() throws {
    for isReset in [true, false] {
      let rig = try Rig()
      rig.names.delayNanoseconds = 1_000_000_000
      let client = try rig.client(sending: connect("allowed.example:443"))
      isReset ? client.reset() : client.close()
      rig.settle()
      rig.advance(milliseconds: 2000)
      let summaries = try rig.end().map(\.summary)
      #expect(summaries.first == "allow allowlisted")
      #expect(summaries.count == 2)
      if isReset { #expect(rig.world.dialled == []) }
    }
  }

  @Test("a client that is gone while its upstream is dialled leaves nothing but its record")
  func goneWhileConnecting() throws {
    for isReset in [true, false] {
      let rig = try Rig()
      rig.world.route(Rig.origin, .blackHole)
      let client = try rig.client(sending: connect("allowed.example:443"))
      #expect(rig.world.dialled == [Rig.origin])
      isReset ? client.reset() : client.close()
      rig.advance(milliseconds: 11_000)
      let summaries = try rig.end().map(\.summary)
      #expect(
        summaries == [
          "allow allowlisted", isReset ? "close client_reset" : "close connect_timeout",
        ])
    }
  }

  @Test("when the audit log takes no more, requests get a 503 and nothing is dialled")
  func auditFull() throws {
    let rig = try Rig(ringBytes: 4096)
    let server = rig.world.server(at: Rig.origin)
    var statuses: [Int] = []
    for _ in 0..<20 {
      let client = try rig.client(sending: connect("allowed.example:443"))
      statuses.append(status(client))
      client.close()
      rig.settle()
      rig.advance(milliseconds: 2100)
    }
    let allowed = statuses.count { $0 == 200 }
    #expect(allowed > 0 && allowed < 20)
    #expect(statuses[allowed...].allSatisfy { $0 == 503 })
    #expect(server.connections.count == allowed)
    #expect(try rig.end().count { $0.verdict == "allow" } == allowed)
  }
}
