import Domains
import Testing

@testable import Policy

/// Control groups, and who writes PROXY headers.
@Suite struct PolicyPeerTests {
  private func snapshot(_ change: (inout ClientRules) -> Void) throws -> PolicySnapshot {
    var rules = ClientRules()
    change(&rules)
    return PolicySnapshot(
      generation: 1,
      environments: try ["a", "b", "c"].map { name in
        try #require(
          Environment(
            name: name, access: .limited, addressRules: [], matcher: Matcher([], seed: 1)))
      }, clients: rules)
  }

  private func finding(_ path: String, _ snapshot: PolicySnapshot) -> CgroupFinding {
    snapshot.cgroup(Array(path.utf8).span)
  }

  @Test("the longest path that is a group's or above it wins, part by part")
  func longest() throws {
    let snapshot = try snapshot {
      $0.cgroups = [
        ClientRules.Cgroup("/kubepods.slice", environment: 0),
        ClientRules.Cgroup("/kubepods.slice/pod-1", environment: 1),
        ClientRules.Cgroup("/system.slice/ci.service", environment: 2),
      ]
    }
    #expect(snapshot.hasCgroups)
    for (path, environment) in [
      ("/kubepods.slice", 0), ("/kubepods.slice/pod-2", 0), ("/kubepods.slice/pod-1", 1),
      ("/kubepods.slice/pod-1/x/y", 1), ("/kubepods.slice/pod-11", 0), ("/kubepods.slice2", -1),
      ("/kubepods", -1), ("/system.slice/ci.service", 2), ("/system.slice", -1), ("/", -1),
    ] {
      #expect(finding(path, snapshot) == .environment(Int32(environment)), "\(path)")
    }
  }

  @Test("the root is above every group")
  func root() throws {
    let snapshot = try snapshot {
      $0.cgroups = [
        ClientRules.Cgroup("/", environment: 0), ClientRules.Cgroup("/a/b", environment: 1),
      ]
    }
    for (path, environment) in [("/", 0), ("/a", 0), ("/a/b", 1), ("/a/b/c", 1), ("/x/y", 0)] {
      #expect(finding(path, snapshot) == .environment(Int32(environment)), "\(path)")
    }
  }

  @Test("the search among many groups says the same as looking at each")
  func many() throws {
    var state: UInt64 = 7
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    func path() -> String {
      (0...below(4)).map { _ in "/" + ["a", "b", "ab", "a-b", "a.b"][below(5)] }.joined()
    }
    let paths = Array(Set((0..<200).map { _ in path() }))
    let snapshot = try snapshot { rules in
      rules.cgroups = paths.enumerated().map {
        ClientRules.Cgroup($0.element, environment: $0.offset % 3)
      }
    }
    for _ in 0..<2000 {
      let asked = path()
      let best = paths.enumerated().filter {
        asked == $0.element || asked.hasPrefix($0.element + "/")
      }
      .max { $0.element.utf8.count < $1.element.utf8.count }
      #expect(
        finding(asked, snapshot) == .environment(Int32(best.map { $0.offset % 3 } ?? -1)),
        "\(asked)")
    }
  }

  @Test(
    "a group and a user of different environments are a conflict, and an unknown group is no place")
  func place() throws {
    let snapshot = try snapshot {
      $0.users = [ClientRules.Peer(1, environment: 0)]
      $0.listeners = [nil, 1]
      $0.fallback = 2
    }
    func place(_ listener: Int, _ user: UInt32, _ cgroup: CgroupFinding) -> Placement {
      snapshot.place(listener: listener, user: user, group: 9, cgroup: cgroup)
    }
    #expect(place(0, 1, .environment(-1)) == .environment(0))
    #expect(place(0, 1, .environment(0)) == .environment(0))
    #expect(place(0, 1, .environment(1)) == .conflict)
    #expect(place(0, 2, .environment(1)) == .environment(1))
    #expect(place(1, 2, .environment(1)) == .environment(1))
    #expect(place(1, 2, .environment(0)) == .conflict)
    #expect(place(0, 2, .environment(-1)) == .nowhere)
    #expect(place(0, 1, .unknown) == .unknown)
    // Not even the default.
    for credential in [PresentedCredential.nothing, .valid(0)] {
      #expect(snapshot.admit(.unknown, credential) == .refused(.unknownClient))
    }
  }

  @Test("a header is asked of those who are named, and where any is nobody else is let in")
  func duty() throws {
    let range = try #require(AddressRange("10.0.0.0/28"))
    let wide = try #require(AddressRange("fd00::/64"))
    let snapshot = try snapshot {
      $0.headerPeers = [
        [], [.network(range), .network(wide)], [.process], [.network(range), .process],
      ]
    }
    let inside = try #require(IPAddress("10.0.0.9"))
    let outside = try #require(IPAddress("10.0.0.16"))
    let other = try #require(IPAddress("fd00::1"))
    #expect(
      (0...4).map { snapshot.headerDuty(listener: $0, client: inside) }
        == [.none, .required, .stranger, .required, .none])
    #expect(snapshot.headerDuty(listener: 1, client: outside) == .stranger)
    #expect(snapshot.headerDuty(listener: 1, client: other) == .required)
    #expect(
      (0...4).map { snapshot.headerDutyOfProcess(listener: $0) }
        == [.none, .stranger, .required, .required, .none])
  }
}
