import Domains
import Policy
import Testing

@testable import Configuration

/// Several environments from settings.
@Suite("environments") struct EnvironmentSettingsTests {
  private func settings(_ change: (inout Settings) throws -> Void) rethrows -> Settings {
    var settings = Settings()
    settings.environments = [EnvironmentSettings(name: "a"), EnvironmentSettings(name: "b")]
    settings.defaultEnvironment = "a"
    try change(&settings)
    return settings
  }

  private func reason(
    _ snapshot: PolicySnapshot, _ host: String, _ environment: Int
  ) throws -> ReasonCode {
    var key = HostKey()
    let error = key.load(Array(host.utf8).span)
    try #require(error == nil)
    return snapshot.decide(
      key, port: .https, environment: environment, on: Day(daysSince1970: 20_779)
    ).reason
  }

  @Test("each environment has its level and rules, and those with the same lists share a matcher")
  func several() throws {
    let range = try #require(AddressRange("10.0.7.0/24"))
    let snapshot = try settings {
      $0.floor = [InlineRule("pastebin.com", place: "f:1:1")]
      $0.listenerEnvironments = ["b"]
      $0.environments[0].allow = [InlineRule("own.com", place: "f:2:1")]
      $0.environments[0].deny = [InlineRule("gist.github.com", place: "f:3:1")]
      $0.environments[1].clients = [range]
      var none = EnvironmentSettings(name: "n")
      none.access = .none
      var full = EnvironmentSettings(name: "f")
      full.access = .full
      $0.environments += [none, full]
    }.makeSnapshot(generation: 1)
    #expect(try reason(snapshot, "github.com", 0) == .allowlisted)
    #expect(try reason(snapshot, "own.com", 0) == .allowlisted)
    #expect(try reason(snapshot, "own.com", 1) == .notAllowlisted)
    #expect(try reason(snapshot, "gist.github.com", 0) == .deniedByRule)
    #expect(try reason(snapshot, "github.com", 2) == .notEssential)
    #expect(try reason(snapshot, "own.com", 3) == .publicHost)
    for environment in 0..<4 {
      #expect(try reason(snapshot, "x.pastebin.com", environment) == .deniedAlways)
    }
    #expect(snapshot.environments[0].matcher === snapshot.environments[1].matcher)
    #expect(snapshot.environments[1].matcher === snapshot.environments[3].matcher)
    let client = try #require(IPAddress("10.0.7.9"))
    #expect(snapshot.place(listener: 0, client: client) == .environment(1))
    #expect(snapshot.admit(.nowhere, .nothing) == .environment(0))
  }

  @Test("the flags alone make one environment for every client")
  func flags() throws {
    var settings = Settings()
    settings.environmentName = "only"
    settings.floor = [InlineRule("github.com", place: "f:1:1")]
    let snapshot = try settings.makeSnapshot(generation: 1)
    #expect(snapshot.environments.map(\.name) == ["only"])
    #expect(snapshot.admit(.nowhere, .nothing) == .environment(0))
    #expect(try reason(snapshot, "github.com", 0) == .deniedAlways)
    #expect(try settings.environmentIndex(in: snapshot) == 0)
  }

  @Test("what contradicts itself is refused with its place")
  func contradictions() {
    let rows: [((inout Settings) -> Void, String)] = [
      (
        { $0.environments[1].name = "a" },
        "environment 'a': the name of another one too; give each its own name"
      ),
      (
        { $0.environments[1].name = "B" },
        "environment 'B': not a name of an environment; write 1 to 64 of a-z 0-9 - _ ."
      ),
      (
        { $0.defaultEnvironment = "c" },
        "default 'c': not the name of an environment; name one of those that are configured"
      ),
      (
        { $0.listenerEnvironments = ["c"] },
        "listener 127.0.0.1:3128 'c': not the name of an environment; "
          + "name one of those that are configured"
      ),
      (
        { $0.defaultEnvironment = nil },
        "environments: no client would belong to any; "
          + "name a default, or give environments clients or credentials"
      ),
      (
        { $0.environments[0].allow = [InlineRule("!a.com", place: "s.yaml:7:5")] },
        "s.yaml:7:5 '!a.com': a deny among the allows; put it among the denies, without its `!`"
      ),
      (
        { $0.environments[0].deny = [InlineRule("!a.com", place: "s.yaml:7:5")] },
        "s.yaml:7:5 '!a.com': a deny of a deny; "
          + "write the name alone, or with `!!` if no rule may lift it"
      ),
      (
        {
          $0.environments[0].deny = ["a.com", ""].map { InlineRule($0, place: "s.yaml:7:5") }
        },
        "s.yaml:7:5 '': an exclamation mark without a name; "
          + "write the name right behind it, without a space"
      ),
    ]
    for (change, message) in rows {
      let settings = settings(change)
      let complaint = complaint { () throws(ConfigurationError) in
        _ = try settings.makeSnapshot(generation: 1)
      }
      #expect(complaint == message)
    }
  }

  @Test("thousands of environments from settings share what they have in common")
  func many() throws {
    let settings = settings {
      $0.environments = (0..<2000).map { number in
        var environment = EnvironmentSettings(name: "vm-\(number)")
        environment.clients = [AddressRange(IPAddress(v4: 0x0A00_0000 + UInt32(number)))]
        environment.allow = [InlineRule("common.example", place: "")]
        environment.credentials = [
          Credential(id: UInt64(number), saltHigh: 0, saltLow: 0, digest: Digest(0, 0, 0, 0))
        ]
        return environment
      }
      $0.defaultEnvironment = nil
    }
    let made = try settings.makeSnapshot(generation: 1)
    #expect(made.environmentCount == 2000)
    #expect(made.environments[0].ownRules === made.environments[1999].ownRules)
    let client = IPAddress(v4: 0x0A00_0000 + 1999)
    #expect(made.place(listener: 0, client: client) == .environment(1999))
  }
}
