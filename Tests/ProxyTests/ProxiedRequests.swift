import Domains
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Where the upstream proxy of these tests is, by its name or as written.
let upstreamPlace = SocketAddress(v4(10, 0, 0, 99), port: 3129)
/// `Basic` and the Base64 of `sluice:s3cret`.
let authorization = "Basic c2x1aWNlOnMzY3JldA=="

/// A way by the proxy of these tests, with what goes past it.
func upstreamProxy(
  _ authority: String = "proxy.corp.example:3129", credentials: String? = "sluice:s3cret",
  direct: [String] = [], ranges: [String] = []
) throws -> UpstreamProxy {
  let list = try InlineList.list(name: "no_proxy", rules: direct)
  return UpstreamProxy(
    try Authority(authority),
    credentials: try credentials.map { try #require(ProxyCredentials(Array($0.utf8))) },
    directNames: direct.isEmpty ? nil : Matcher([Matcher.Source(list: list)], seed: 7),
    directPatterns: direct, directRanges: try ranges.map { try #require(AddressRange($0)) })
}

/// A policy of one environment that goes by `proxy`.
func proxied(
  by proxy: UpstreamProxy?, generation: UInt64 = 1, sni: ServerNameCheck = .off
) throws -> PolicySnapshot {
  let range = try #require(AddressRange("10.9.0.0/16"))
  return PolicySnapshot(
    generation: generation,
    environments: [
      try environment(
        "vm-7", ["allowed.example", "second.example", "*.direct.example"], sni: sni,
        proxy: proxy, opened: [AddressRule(range: range)])
    ])
}

/// A rig whose clients go by an upstream proxy, and that proxy.
func proxiedRig(
  _ proxy: UpstreamProxy? = nil, sni: ServerNameCheck = .off,
  limits change: (inout Limits) -> Void = { _ in }
) throws -> (rig: Rig, proxy: Server) {
  let rig = try Rig(policy: proxied(by: proxy ?? upstreamProxy(), sni: sni), limits: change)
  rig.names.records["proxy.corp.example"] = [upstreamPlace.address]
  return (rig, rig.world.server(at: upstreamPlace))
}
