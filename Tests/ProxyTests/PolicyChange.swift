import Domains
import Foundation
import Policy
import Simulation
import Testing

@testable import Proxy

extension Rig {
  /// Publishes a policy of one list, and wakes the worker; it takes it up in its next turn.
  func publish(_ rules: [String], graceMilliseconds: UInt64 = 0) throws {
    try publish(
      Rig.snapshot(rules, generation: inForce.generation + 1), graceMilliseconds: graceMilliseconds)
  }

  func publish(_ snapshot: PolicySnapshot, graceMilliseconds: UInt64 = 0) throws {
    try #require(shared.isSettled)
    shared.publish(Publication(snapshot, after: inForce, grace: graceMilliseconds * 1_000_000))
    inForce = snapshot
    kernel.signalEvent(wake)
  }

  /// A tunnel to port 443 of a name, its client with the 200 read.
  func tunnel(to host: String) throws -> FarEnd {
    let client = try client(sending: connect("\(host):443"))
    try #require(client.receivedText == established, "\(client.receivedText)")
    client.clear()
    return client
  }
}

/// An environment with one list; `name` is the list's, too.
func environment(
  _ name: String, _ rules: [String], use: CredentialUse = .required,
  sni: ServerNameCheck? = nil,
  treatment: Treatment = Treatment(), fields: ResponseFields = ResponseFields(),
  proxy: UpstreamProxy? = nil, nameServers: [NameServerAddress] = [], opened: [AddressRule] = []
) throws -> Environment {
  let text =
    "sluice-allowlist 1\nname: \(name)\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
  let list = try Allowlist.parse(Array(text.utf8), file: "\(name).allow")
  return try #require(
    Environment(
      name: name, access: .limited, addressRules: opened,
      matcher: Matcher([Matcher.Source(list: list)], seed: 7), credentialUse: use,
      serverNameCheck: sni, treatment: treatment, responseFields: fields, upstreamProxy: proxy,
      nameServers: nameServers))
}
