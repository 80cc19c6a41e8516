import Domains
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Which address is connected to, and when the next one is tried (RFC 8305).
@Suite struct DialTests {
  static let first = SocketAddress(IPAddress(v6High: 0x2606_4700_0000_0000, low: 1), port: 443)
  static let second = Rig.origin

  /// A rig whose `allowed.example` has an IPv6 and an IPv4 address, in this order.
  private func rig(limits change: (inout Limits) -> Void = { _ in }) throws -> Rig {
    let rig = try Rig(limits: change)
    rig.names.records["allowed.example"] = [Self.second.address, Self.first.address]
    return rig
  }

  @Test("the first address is taken when it answers, and the second left alone")
  func first() throws {
    let rig = try rig()
    let server = rig.world.server(at: Self.first)
    rig.world.route(Self.first, .open(afterNanoseconds: 240_000_000))
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 300)
    #expect(client.receivedText == established && server.connections.count == 1)
    #expect(rig.world.dialled == [Self.first])
    _ = try rig.end()
  }

  @Test("after 250 ms the second address is tried beside the first, and the loser is closed")
  func race() throws {
    let rig = try rig()
    let slow = rig.world.server(at: Self.first)
    let fast = rig.world.server(at: Self.second)
    rig.world.route(Self.first, .open(afterNanoseconds: 400_000_000))
    rig.world.route(Self.second, .open(afterNanoseconds: 50_000_000))
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 240)
    #expect(rig.world.dialled == [Self.first])
    rig.advance(milliseconds: 25)
    #expect(rig.world.dialled == [Self.first, Self.second])
    rig.advance(milliseconds: 300)
    #expect(client.receivedText == established)
    #expect(fast.connections.count == 1 && slow.connections.isEmpty)
    let records = try rig.end()
    #expect(records.last?.address == "151.101.1.1")
  }

  @Test("the first address still wins if it answers before the second does")
  func firstWins() throws {
    let rig = try rig()
    let slow = rig.world.server(at: Self.first)
    rig.world.route(Self.first, .open(afterNanoseconds: 300_000_000))
    rig.world.route(Self.second, .blackHole)
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 310)
    #expect(client.receivedText == established && slow.connections.count == 1)
    slow.connections[0].send("x")
    rig.settle()
    #expect(client.receivedText == established + "x")
    #expect(try rig.end().last?.address == "2606:4700::1")
  }

  @Test("a refusal brings the next address at once")
  func refusal() throws {
    for route in [Route.refused(afterNanoseconds: 10_000_000), .unreachable] {
      let rig = try rig()
      _ = rig.world.server(at: Self.second)
      rig.world.route(Self.first, route)
      let client = try rig.client(sending: connect("allowed.example:443"))
      rig.advance(milliseconds: 20)
      #expect(client.receivedText == established)
      #expect(rig.world.dialled == [Self.first, Self.second])
      _ = try rig.end()
    }
  }

  @Test(
    "when every address refuses, the client hears of it at once",
    arguments: [
      (Route.refused(afterNanoseconds: 0), 502, "close connect_refused"),
      (.hostUnreachable(afterNanoseconds: 0), 502, "close connect_unreachable"),
      (.unreachable, 502, "close connect_unreachable"),
    ])
  func allRefuse(route: Route, code: Int, end: String) throws {
    let rig = try rig()
    rig.world.route(Self.first, route)
    rig.world.route(Self.second, route)
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(status(client) == code && rig.world.dialled.count == 2)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", end])
  }

  @Test("all attempts together take no longer than the connect timeout")
  func timeout() throws {
    let rig = try rig { $0.connectTimeout = 3 * Limits.second }
    rig.world.route(Self.first, .blackHole)
    rig.world.route(Self.second, .blackHole)
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 2900)
    #expect(client.received == [] && rig.world.dialled.count == 2)
    rig.advance(milliseconds: 200)
    #expect(status(client) == 504)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close connect_timeout"])
  }

  @Test("an attempt that goes on alone after the other failed at once still has its timeout")
  func timeoutBesideUnreachable() throws {
    let rig = try rig { $0.connectTimeout = 3 * Limits.second }
    rig.world.route(Self.first, .blackHole)
    rig.world.route(Self.second, .unreachable)
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.advance(milliseconds: 3100)
    #expect(status(client) == 504)
    _ = try rig.end()
  }

  @Test("without a descriptor for a second attempt, the first goes on alone")
  func noSecondDescriptor() throws {
    let rig = try rig()
    _ = rig.world.server(at: Self.first)
    rig.world.route(Self.first, .open(afterNanoseconds: 400_000_000))
    let client = try rig.client(sending: connect("allowed.example:443"))
    rig.world.faults.descriptorLimit = rig.world.openDescriptors.count
    rig.advance(milliseconds: 450)
    #expect(client.receivedText == established)
    #expect(rig.world.dialled == [Self.first])
    _ = try rig.end()
  }

  @Test("addresses that may not be reached are left out, the others are dialled")
  func guarded() throws {
    let rig = try Rig()
    rig.names.records["allowed.example"] = [
      v4(10, 0, 0, 1), v4(169, 254, 169, 254), Rig.origin.address,
    ]
    _ = rig.world.server(at: Rig.origin)
    let client = try rig.client(sending: connect("allowed.example:443"))
    #expect(client.receivedText == established)
    #expect(rig.world.dialled == [Rig.origin])
    _ = try rig.end()
  }

  @Test("the second request for a name is dialled without a second query")
  func cached() throws {
    let rig = try Rig()
    _ = try rig.tunnel()
    let asked = rig.names.questions.count
    _ = try rig.tunnel()
    #expect(rig.names.questions.count == asked && asked == 2)
    _ = try rig.end()
  }
}
