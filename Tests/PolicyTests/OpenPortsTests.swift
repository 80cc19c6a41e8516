import Domains
import Policy
import Testing

/// Which ports are open where no rule names any.
@Suite struct OpenPortsTests {
  private func snapshot(
    _ access: AccessLevel, _ ports: String, lists: [String], allow: [String] = [],
    opened: [AddressRule] = []
  ) throws -> PolicySnapshot {
    let sources = try lists.enumerated().map { Matcher.Source(list: try list("l\($0)", [$1])) }
    let own =
      allow.isEmpty
      ? nil
      : Matcher([Matcher.Source(list: try InlineList.list(name: "allow", rules: allow))], seed: 3)
    let shared = Matcher(sources, seed: 7)
    return PolicySnapshot(
      generation: 1,
      environments: [
        try #require(
          Environment(
            name: "vm-7", access: access, addressRules: opened, matcher: shared, ownRules: own,
            ports: PortSet(ports))),
        try #require(
          Environment(name: "other", access: access, addressRules: opened, matcher: shared)),
      ])
  }

  @Test(
    "rules without ports open those of the environment, and rules with ports their own",
    arguments: [
      ("a.com", 443, ReasonCode.portNotAllowed), ("a.com", 80, .portNotAllowed),
      ("a.com", 8000, .allowlisted), ("a.com", 8100, .allowlisted),
      ("a.com", 8101, .portNotAllowed),
      ("x.b.com", 22, .allowlisted), ("x.b.com", 8000, .portNotAllowed),
      ("y.c.com", 8050, .allowlisted), ("y.c.com", 443, .portNotAllowed),
      ("until.com", 8050, .allowlisted), ("until.com", 443, .portNotAllowed),
      ("glob-1.d.com", 8050, .allowlisted), ("glob-1.d.com", 80, .portNotAllowed),
      ("own.net", 8050, .allowlisted), ("own.net", 443, .portNotAllowed),
      ("deny.com", 8050, .deniedByRule), ("deny.com", 443, .deniedByRule),
      ("some.com", 443, .deniedByRule), ("some.com", 8050, .allowlisted),
    ] as [(String, UInt16, ReasonCode)])
  func limited(_ host: String, _ port: UInt16, _ reason: ReasonCode) throws {
    let snapshot = try snapshot(
      .limited, "8000-8100",
      lists: [
        "a.com\n*.b.com :22\n*.c.com\nuntil.com until=2027-01-01\nglob-*.d.com\n!deny.com\n"
          + "some.com\n!some.com :80,443"
      ], allow: ["own.net"])
    #expect(try snapshot.decide(host, port).reason == reason)
  }

  @Test("environments with one matcher have their own ports")
  func shared() throws {
    let snapshot = try snapshot(.limited, "22", lists: ["a.com"])
    var key = HostKey()
    #expect(key.load(Array("a.com".utf8).span) == nil)
    let day = try #require(Day("2026-11-23"))
    for (environment, number, isAllowed) in [(0, 22, true), (0, 443, false), (1, 443, true)] {
      let decision = snapshot.decide(
        key, port: try port(UInt16(number)), environment: environment, on: day)
      #expect(decision.isAllowed == isAllowed)
    }
  }

  @Test(
    "at access level full they are those of every public host and address",
    arguments: [
      ("a.com", 443, ReasonCode.publicHost), ("a.com", 22, .publicHost),
      ("a.com", 80, .portNotAllowed), ("9.9.9.9", 22, .publicHost),
      ("9.9.9.9", 80, .portNotAllowed),
      ("10.1.2.3", 22, .addressAllowed), ("10.1.2.3", 80, .addressForbidden),
    ] as [(String, UInt16, ReasonCode)])
  func full(_ target: String, _ port: UInt16, _ reason: ReasonCode) throws {
    let snapshot = try snapshot(
      .full, "22,443", lists: [], opened: [try opened("10.1.0.0/16")])
    #expect(try snapshot.decide(target, port).reason == reason)
  }

  @Test("a refusal says which ports there are")
  func text() throws {
    let snapshot = try snapshot(.full, "22,443,8000-8100", lists: [])
    let text = try snapshot.text(try snapshot.decide("a.com", 80), "a.com", 80)
    #expect(text.next == "Use port 22, 443, 8000-8100, or ask for a rule with this port.")
    let other = snapshot.openPorts(of: 1).count
    #expect(other == 0)
  }
}
