import Testing

@testable import Domains
@testable import Review

@Suite("Replaying traffic")
struct ReplayTests {
  /// Replays against one list, at `limited` whatever the level; the levels that were asked for.
  private func replay(
    _ lines: [String], _ rules: [String], access: String? = nil
  ) throws -> (replay: Replay, levels: [String]) {
    let matcher = Matcher([Matcher.Source(list: try allowlist(rules, name: "new"))], seed: 1)
    var levels: [String] = []
    var replay = Replay(access: access) { requests in
      requests.map { request in
        levels.append(request.access)
        let match = matcher.match(request.host, port: request.port, on: request.day)
        return ReplayAnswer(
          isAllowed: match.outcome == .allow, reason: "\(match.outcome)",
          rule: match.rule == .none ? "" : "new@1:\(matcher.line(of: match.rule))")
      }
    }
    for entry in try entries(lines) { replay.add(entry) }
    replay.flush()
    return (replay, levels)
  }

  @Test("decisions that come out differently are gathered by host, port and rules, widest first")
  func differences() throws {
    let lines = [
      record(
        "a.com", 443, "allow", "allowlisted", time: "2026-11-22T10:00:02.000000Z", rule: "old@1:4"),
      record(
        "a.com", 443, "allow", "allowlisted", time: "2026-11-22T10:00:01.000000Z", rule: "old@1:4"),
      record(
        "a.com", 443, "allow", "allowlisted", time: "2026-11-22T10:00:03.000000Z", rule: "old@1:4"),
      record("b.com", 443, "deny", "not_allowlisted"), record("c.com", 443, "allow", "allowlisted"),
      record("d.com", 443, "deny", "not_allowlisted"),
    ]
    let (replay, _) = try replay(lines, ["b.com", "c.com"])
    #expect(replay.decided == 6)
    #expect(replay.changed == 4)
    let found = replay.sortedDifferences()
    #expect(found.map(\.host) == ["b.com", "a.com"])
    #expect(found[0].new == ReplayAnswer(isAllowed: true, reason: "allow", rule: "new@1:4"))
    #expect(found[1].count == 3)
    #expect(found[1].first == "2026-11-22T10:00:01.000000Z")
    #expect(found[1].last == "2026-11-22T10:00:03.000000Z")
    #expect(found[1].old.rule == "old@1:4")
    #expect(replay.json().contains(#""changed":4"#))
    #expect(replay.text().contains("4 of 6 decisions differ"))
  }

  @Test("each decision is made as of its own day")
  func days() throws {
    let lines = [
      record("a.com", 443, "allow", "allowlisted", time: "2026-11-22T23:59:59.999999Z"),
      record("a.com", 443, "allow", "allowlisted", time: "2026-11-23T00:00:00.000000Z"),
    ]
    let (replay, _) = try replay(lines, ["a.com until=2026-11-22"])
    #expect(replay.changed == 1)
    #expect(replay.sortedDifferences().first?.first == "2026-11-23T00:00:00.000000Z")
  }

  @Test("the level is that of the start record, of a reason that has only one, or the one given")
  func levels() throws {
    let start =
      #"{"v":1,"seq":1,"time":"x","event":"start","environment":"vm-7","access":"none","lists":[]}"#
    let lines = [
      record("a.com", 443, "allow", "allowlisted"), start,
      record("a.com", 443, "allow", "allowlisted"), record("a.com", 443, "allow", "public_host"),
      record("a.com", 443, "deny", "denied_by_rule"),
      record("a.com", 443, "deny", "denied_by_rule", environment: "other"),
    ]
    #expect(try replay(lines, []).levels == ["limited", "none", "full", "full", "limited"])
    #expect(Set(try replay(lines, [], access: "none").levels) == ["none"])
  }

  @Test("the level that a record says is its level, and what was only reported counts as denied")
  func accessOfRecord() throws {
    var seen: [ReplayRequest] = []
    var replay = Replay { requests in
      seen += requests
      return requests.map { _ in ReplayAnswer(isAllowed: true, reason: "allowlisted", rule: "") }
    }
    let lines = [
      record("a.com", 443, "allow", "allowlisted", more: #","access":"full""#),
      record(
        "b.com", 443, "allow", "report_only",
        more: #","access":"none","would_deny":"not_essential""#),
    ]
    for entry in try entries(lines) { replay.add(entry) }
    replay.flush()
    #expect(seen.map(\.access) == ["full", "none"])
    #expect(seen.map(\.decision.isAllowed) == [true, false])
    #expect(replay.sortedDifferences().map(\.old.reason) == ["not_essential"])
  }

  @Test("what lists do not decide is counted and left alone")
  func undecidable() throws {
    let lines = [
      record("192.0.2.1", 443, "deny", "address_literal_denied"),
      record("a.com", 443, "deny", "address_forbidden"), record("", 443, "deny", "head_timeout"),
      record("a.com", 443, "deny", "audit_unavailable"),
    ]
    let (replay, _) = try replay(lines, ["a.com"])
    #expect(replay.decided == 0)
    #expect(replay.undecidable == 4)
  }

  @Test("more requests than one batch holds are all decided")
  func batches() throws {
    let lines = (0..<Replay.batch * 2 + 5).map {
      record("h\($0).com", 443, "deny", "not_allowlisted")
    }
    let (replay, _) = try replay(lines, ["*.com"])
    #expect(replay.decided == lines.count)
    #expect(replay.changed == lines.count)
  }

  @Test("what a record says cannot act on a terminal")
  func terminal() throws {
    let line = record("a.com", 443, "allow", "allowlisted", rule: #"\u001b[31mred"#)
    let (replay, _) = try replay([line], [])
    #expect(!replay.text().unicodeScalars.contains("\u{1B}"))
    #expect(replay.text().contains("?[31mred"))
  }
}
