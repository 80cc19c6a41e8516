import Domains
import Testing

@testable import Policy

/// Rules that stand in the configuration: an environment's own, and the floor.
@Suite("own rules, floor and report mode") struct OwnRulesTests {
  struct Setup {
    var access = AccessLevel.limited
    var lists = ["github.com\n*.example.org\nexact.example.org\nports.com :22"]
    var allow: [String] = []
    var deny: [String] = []
    var floor: [String] = []
    var mode = PolicyMode.enforce
  }

  private func snapshot(_ setup: Setup) throws -> PolicySnapshot {
    let floor =
      setup.floor.isEmpty
      ? nil : try InlineList.list(name: "floor", rules: setup.floor.map { "!!\($0)" })
    let sources = Environment.sources(
      access: setup.access,
      lists: try setup.lists.enumerated().map {
        try list("list\($0 + 1)", $1.split(separator: "\n").map(String.init))
      }, essential: try list("essential", ["api.anthropic.com"]), floor: floor)
    let own = [
      Matcher.Source(
        list: try InlineList.list(name: "allow", rules: setup.allow),
        use: setup.access == .none ? .hardDeniesOnly : .all),
      Matcher.Source(list: try InlineList.list(name: "deny", rules: setup.deny)),
    ]
    let hasOwn = !setup.allow.isEmpty || !setup.deny.isEmpty
    let environment = try #require(
      Environment(
        name: "vm-7", access: setup.access, addressRules: [], matcher: Matcher(sources, seed: 7),
        ownRules: hasOwn ? Matcher(own, seed: 8) : nil, mode: setup.mode))
    return PolicySnapshot(generation: 1, environments: [environment])
  }

  static let own = Setup(
    allow: ["a.deep.denied.net", "own.com :8443", "exact.example.org :9000"],
    deny: ["!*.denied.net", "!secret.example.org", "!github.com", "!!never.org"])

  static let answers: [(host: String, port: UInt16, reason: ReasonCode, rule: String)] = [
    ("x.example.org", 443, .allowlisted, "list1@1:6"),
    ("secret.example.org", 443, .deniedByRule, "env/vm-7/deny:2"),
    ("github.com", 443, .deniedByRule, "env/vm-7/deny:3"),
    ("own.com", 8443, .allowlisted, "env/vm-7/allow:2"),
    ("own.com", 443, .portNotAllowed, "env/vm-7/allow:2"),
    ("a.deep.denied.net", 443, .allowlisted, "env/vm-7/allow:1"),
    ("b.denied.net", 443, .deniedByRule, "env/vm-7/deny:1"),
    ("a.never.org", 443, .deniedAlways, "env/vm-7/deny:4"),
    ("exact.example.org", 443, .allowlisted, "list1@1:7"),
    ("exact.example.org", 9000, .allowlisted, "env/vm-7/allow:3"),
    ("ports.com", 22, .allowlisted, "list1@1:8"),
    ("unlisted.com", 443, .notAllowlisted, ""),
  ]

  @Test("an environment's own rules count as rules of one more list", arguments: answers)
  func ownRules(_ row: (host: String, port: UInt16, reason: ReasonCode, rule: String)) throws {
    let snapshot = try snapshot(Self.own)
    let decision = try snapshot.decide(row.host, row.port)
    #expect(decision.reason == row.reason)
    #expect(snapshot.ruleName(of: decision, environment: 0) == row.rule)
    if row.reason == .deniedByRule {
      #expect(
        try snapshot.text(decision, row.host, row.port).summary
          == "\(row.host) is denied by \(row.rule)")
    }
  }

  @Test("at level none own allows take no part and own denies do")
  func none() throws {
    var setup = Setup(access: .none, allow: ["own.com"], deny: ["!api.anthropic.com"])
    #expect(try snapshot(setup).decide("own.com", 443).reason == .notEssential)
    #expect(try snapshot(setup).decide("api.anthropic.com", 443).reason == .deniedByRule)
    setup.deny = []
    #expect(try snapshot(setup).decide("api.anthropic.com", 443).reason == .allowlisted)
  }

  @Test(
    "the floor holds at every level and in every mode, over the environment's own allows",
    arguments: AccessLevel.allCases, PolicyMode.allCases)
  func floor(_ access: AccessLevel, _ mode: PolicyMode) throws {
    let snapshot = try snapshot(
      Setup(
        access: access, allow: ["a.floor.com"], floor: ["x.org", "floor.com"], mode: mode))
    let decision = try snapshot.decide("a.floor.com", 443)
    #expect(!decision.isAllowed && decision.reason == .deniedAlways)
    #expect(snapshot.ruleName(of: decision, environment: 0) == "floor:2")
    #expect(snapshot.phrase().contains("floor") == false)
  }

  static let reports: [(host: String, port: UInt16, wouldDeny: ReasonCode)] = [
    ("unlisted.com", 443, .notAllowlisted), ("ports.com", 443, .portNotAllowed),
    ("b.denied.net", 443, .deniedByRule), ("8.8.8.8", 443, .addressLiteralDenied),
  ]

  @Test("report mode lets a refusal pass and says what it was", arguments: reports)
  func report(_ row: (host: String, port: UInt16, wouldDeny: ReasonCode)) throws {
    var setup = Self.own
    setup.mode = .report
    let decision = try snapshot(setup).decide(row.host, row.port)
    #expect(decision.isAllowed && decision.reason == .reportOnly)
    #expect(decision.wouldDeny == row.wouldDeny)
    setup.mode = .enforce
    #expect(try snapshot(setup).decide(row.host, row.port).reason == row.wouldDeny)
  }

  static let held: [(host: String, port: UInt16, reason: ReasonCode)] = [
    ("never.org", 443, .deniedAlways), ("localhost", 443, .notAllowlisted),
    ("db.internal", 443, .notAllowlisted), ("10.0.0.1", 443, .addressLiteralDenied),
    ("169.254.169.254", 80, .addressLiteralDenied), ("github.com", 443, .reportOnly),
  ]

  @Test("report mode lifts neither `!!` nor the guard, and leaks no special name", arguments: held)
  func heldInReport(_ row: (host: String, port: UInt16, reason: ReasonCode)) throws {
    var setup = Self.own
    setup.mode = .report
    let decision = try snapshot(setup).decide(row.host, row.port)
    #expect(decision.reason == row.reason)
    #expect(decision.isAllowed == (row.reason == .reportOnly))
  }

  static let broken: [(rules: [String], index: Int, problem: String)] = [
    (["a.com", "b.com\nc.com"], 1, "more than one line"), (["a.com", " "], 1, "an empty rule"),
    (["# x"], 0, "not a rule"), (["[Section]"], 0, "not a rule"),
    (["description: x", "a.com"], 0, "not a rule"), (["a.com", "A.com"], 1, "not canonical"),
  ]

  @Test("what is no rule is refused with its number", arguments: broken)
  func refusals(_ row: (rules: [String], index: Int, problem: String)) throws {
    let error = #expect(throws: InlineList.Refusal.self) {
      _ = try InlineList.list(name: "allow", rules: row.rules)
    }
    #expect(error?.index == row.index)
    if row.problem != "not canonical" { #expect(error?.problem == row.problem) }
  }
}
