import Domains
import Foundation
import Policy
import Simulation
import Testing

@testable import Proxy

/// What an environment sets beside what it may reach, on one worker.
@Suite struct TreatmentTests {
  /// `quick` for clients of 10.0.7.0/24, with times of its own, and `default` for all others.
  static func policy(
    generation: UInt64 = 1, _ change: (inout Treatment) -> Void
  ) throws -> PolicySnapshot {
    var treatment = Treatment()
    change(&treatment)
    var rules = ClientRules()
    rules.fallback = 0
    rules.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: 1)
    ]
    let names = ["allowed.example", "second.example"]
    return PolicySnapshot(
      generation: generation,
      environments: [
        try environment("default", names), try environment("quick", names, treatment: treatment),
      ], clients: rules)
  }

  static let vm = v4(10, 0, 7, 2)

  @Test("an idle limit of an environment ends its tunnels and no others")
  func idle() throws {
    let rig = try Rig(policy: try Self.policy { $0.timeLimits.idle = 3 * Limits.second })
    _ = rig.world.server(at: Rig.origin)
    let request = connect("allowed.example:443")
    let quick = try rig.client(sending: request, from: Self.vm)
    let other = try rig.client(sending: request)
    rig.advance(milliseconds: 2500)
    #expect(!quick.isReset)
    rig.advance(milliseconds: 1500)
    #expect(quick.isReset && !other.isReset)
    #expect(try rig.end().contains { $0.end == "idle_timeout" && $0.environment == "quick" })
  }

  @Test("a changed idle limit holds for tunnels that begin after the change")
  func reload() throws {
    let rig = try Rig(policy: try Self.policy { $0.timeLimits.idle = 60 * Limits.second })
    _ = rig.world.server(at: Rig.origin)
    try rig.publish(
      try Self.policy(generation: 2) { $0.timeLimits.idle = 3 * Limits.second })
    rig.settle()
    let client = try rig.client(sending: connect("allowed.example:443"), from: Self.vm)
    rig.advance(milliseconds: 4000)
    #expect(client.isReset)
    _ = try rig.end()
  }

  @Test("connect, response and keep-alive limits of an environment count for its requests")
  func others() throws {
    let rig = try Rig(
      policy: try Self.policy {
        $0.timeLimits.response = 2 * Limits.second
        $0.timeLimits.keepAlive = 4 * Limits.second
      })
    let server = rig.world.server(at: Rig.web)
    let get = "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"
    let quick = try rig.client(sending: get, from: Self.vm)
    let other = try rig.client(sending: get)
    #expect(server.connections.count == 2)
    rig.advance(milliseconds: 3000)
    #expect(status(quick) == 504 && status(other) == 0)
    let idle = try rig.client(sending: get, from: Self.vm)
    let answer = "HTTP/1.1 204 No Content\r\n\r\n"
    try #require(server.connections.last).send(Array(answer.utf8))
    rig.settle()
    #expect(status(idle) == 204)
    rig.advance(milliseconds: 5000)
    #expect(idle.isOver)
    _ = try rig.end()
  }
}
