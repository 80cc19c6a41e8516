import Configuration
import Domains
import Policy
import Testing

@testable import Admin
@testable import Audit

@Suite("/readyz") struct ReadinessTests {
  private func list(_ rules: [String]) throws -> Allowlist {
    let text =
      "sluice-allowlist 1\nname: t\nversion: 1\n\n" + rules.map { $0 + "\n" }.joined()
    return try Allowlist.parse(Array(text.utf8), file: "t.allow")
  }

  private func snapshot(
    _ access: AccessLevel, _ rules: [String], own: [String]? = nil, mode: PolicyMode = .enforce
  ) throws -> PolicySnapshot {
    let matcher = Matcher([Matcher.Source(list: try list(rules))], seed: 3)
    let ownRules = try own.map { Matcher([Matcher.Source(list: try list($0))], seed: 4) }
    return PolicySnapshot(
      generation: 1,
      environments: [
        try #require(
          Environment(
            name: "e", access: access, addressRules: [], matcher: matcher, ownRules: ownRules,
            mode: mode))
      ])
  }

  private let today = Day(daysSince1970: 20_780)

  @Test(
    "a policy that says what it is to say is in order, whatever it says",
    arguments: [
      [], ["allowed.example.com"], ["*.allowed.example.com"], ["+.a.example", "!b.a.example"],
      ["+.a.example", "!!b.a.example", "!!a.example"], ["a.example :22"],
      ["a.example until=2020-01-01"], ["+.invalid"], ["!x.example"], ["?.a.example"],
    ])
  func inOrder(rules: [String]) throws {
    for access in [AccessLevel.none, .limited, .full] {
      for mode in [PolicyMode.enforce, .report] {
        let snapshot = try snapshot(access, rules, mode: mode)
        #expect(Readiness.wrongDecision(of: snapshot, on: today) == nil, "\(access) \(mode)")
        let denied = try self.snapshot(access, rules, own: ["!allowed.example.com"], mode: mode)
        #expect(Readiness.wrongDecision(of: denied, on: today) == nil, "\(access) \(mode)")
      }
    }
  }

  @Test("names that are tried are names that a rule allows on the usual ports")
  func samples() throws {
    let rules = [
      "a.example", "+.b.example", "*.c.example", "!d.example", "!!e.example", "f.example :22",
    ]
    let names = Matcher([Matcher.Source(list: try list(rules))], seed: 3).sampleNames(limit: 10)
    #expect(Set(names) == ["a.example", "b.example", "readiness.c.example"])
    let many = Matcher(
      [Matcher.Source(list: try list((0..<100).map { "h\($0).example" }))], seed: 3)
    #expect(many.sampleNames(limit: 4).count == 4)
    #expect(Matcher([], seed: 1).sampleNames(limit: 4).isEmpty)
  }

  @Test("what is not in order is named, and then it is 503")
  func problems() throws {
    let place = try MetricsTests.Place()
    let board = place.board
    let readiness = Readiness(board: board, audit: place.audit)
    #expect(readiness.response.status == 200 && readiness.problems() == [])
    place.audit.board.set(.failing, true)
    #expect(readiness.problems().count == 1)
    let response = readiness.response
    #expect(response.status == 503 && response.type == "application/problem+json")
    #expect(String(decoding: response.body, as: UTF8.self).contains("audit log cannot be written"))
    place.audit.board.set(.failing, false)
    board.noteDraining()
    #expect(readiness.problems().map { $0.prefix(21) } == ["the process is ending"])
  }
}
