import Foundation
import Testing

@Suite("diff, show, explain and test of the command line")
struct ListReviewTests {
  private func allowlist(
    _ arguments: [String], in folder: TemporaryFolder? = nil
  ) throws -> Child.Finished {
    try Child.run(
      [SluiceProcess.binary, "allowlist"] + arguments, workingFolder: folder?.path, within: 20)
  }

  @Test("diff exits 0 for equal, 1 for narrower, 2 for wider and 64 for an error")
  func diffCodes() throws {
    let folder = try TemporaryFolder()
    let small = try folder.write("small.allow", SluiceProcess.list(["a.test"]))
    let large = try folder.write("large.allow", SluiceProcess.list(["b.test", "a.test"]))
    let broken = try folder.write("broken.allow", "sluice-allowlist 1\nname: x\n")
    #expect(try allowlist(["diff", small, small]).end == .exit(0))
    #expect(try allowlist(["diff", large, small]).end == .exit(1))
    let wider = try allowlist(["diff", small, large])
    #expect(wider.end == .exit(2) && wider.output.hasPrefix("wider: 1 allowed\n"), "\(wider.text)")
    let markdown = try allowlist(["diff", "--markdown", small, large])
    #expect(markdown.output.contains("| + | `b.test` | 80,443 |"), "\(markdown.text)")
    let composed = try allowlist(["diff", "\(small),default", "default,\(large)", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(composed.output.utf8)) as? [String: Any])
    #expect(object["result"] as? String == "wider" && composed.end == .exit(2))
    for arguments in [
      [small], [small, broken], [small, folder.path("none.allow")], [small, folder.path],
      ["-x:list.allow", small], ["default,", small], [small, large, "--day", "2026-13-01"],
      [small, large, "--json", "--markdown"], [small, large, "--limit", "-1"],
    ] {
      let finished = try allowlist(["diff"] + arguments)
      #expect(finished.end == .exit(64), "\(arguments): \(finished.text)")
      #expect(!finished.errors.isEmpty && finished.output.isEmpty, "\(finished.text)")
    }
  }

  @Test("diff takes REV:path from git, and an existing file of that name wins")
  func diffRevisions() throws {
    let folder = try TemporaryFolder()
    try folder.write("lists/team.allow", SluiceProcess.list(["a.test"]))
    let git = ["git", "-c", "user.name=t", "-c", "user.email=t@a.test"]
    for command in [["init", "-q"], ["add", "."], ["commit", "-qm", "one"]] {
      try Child.prepare(git + command, workingFolder: folder.path)
    }
    try folder.write("lists/team.allow", SluiceProcess.list(["a.test", "b.test"]))
    let changed = try allowlist(
      ["diff", "HEAD:lists/team.allow", "lists/team.allow"], in: folder)
    #expect(changed.end == .exit(2), "\(changed.text)")
    #expect(changed.output.contains("+ b.test\n"), "\(changed.text)")
    try folder.write("HEAD:lists/team.allow", SluiceProcess.list(["a.test", "b.test"]))
    #expect(
      try allowlist(["diff", "HEAD:lists/team.allow", "lists/team.allow"], in: folder).end
        == .exit(0))
    for wrong in ["HEAD:none.allow", "nowhere:lists/team.allow", "HEAD:lists", "--help:x"] {
      let finished = try allowlist(["diff", "--", wrong, "lists/team.allow"], in: folder)
      #expect(finished.end == .exit(64), "\(wrong): \(finished.text)")
      #expect(finished.errors.contains(wrong), "\(finished.errors)")
    }
  }

  @Test("show prints every rule of the default list with its line, and none the essential one")
  func show() throws {
    let shown = try allowlist(["show"])
    #expect(shown.end == .exit(0) && shown.output.hasPrefix("access limited: "), "\(shown.errors)")
    #expect(shown.output.contains("  *.gcr.io "), "\(shown.output)")
    let none = try allowlist(["show", "--access", "none", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(none.output.utf8)) as? [String: Any])
    #expect((object["rules"] as? [[String: Any]])?.count == 1, "\(none.output)")
    #expect(try allowlist(["show", "--allowlist", "nowhere"]).end == .exit(2))
  }

  @Test("explain ends with what check says, and exits as check does")
  func explain() throws {
    for (host, code) in [
      ("us.gcr.io", 0), ("gcr.io", 1), ("github.com:22", 1), ("10.0.0.1", 1), ("a..test", 2),
    ] {
      let check = try Child.run([SluiceProcess.binary, "check", host], within: 20)
      let explained = try allowlist(["explain", host])
      #expect(explained.end == .exit(Int32(code)), "\(host): \(explained.text)")
      #expect(check.end == explained.end)
      #expect(explained.output.hasSuffix(check.output), "\(explained.text)")
    }
    let json = try allowlist(["explain", "us.gcr.io", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((object["steps"] as? [Any])?.count == 3, "\(json.output)")
  }

  @Test("the default list meets the expectations beside it")
  func defaultExpectations() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("allowlists/default.expect").path
    let finished = try allowlist(["test", file])
    #expect(finished.end == .exit(0), "\(finished.text)")
  }

  @Test("many expectations about a long list take no longer than reading both")
  func manyExpectations() throws {
    let folder = try TemporaryFolder()
    try folder.write("long.allow", SluiceProcess.list((0..<50_000).map { "n\($0).example.com" }))
    let expectations = (44_000..<50_000).map { "allow n\($0).example.com\n" }.joined()
    let file = try folder.write(
      "long.expect", "sluice-expectations 1\nlist: long.allow\n" + expectations)
    // Looking through the text for the rule of each would take many minutes.
    let finished = try Child.run(
      [SluiceProcess.binary, "allowlist", "test", file], within: 60)
    #expect(finished.end == .exit(0), "\(finished.text.prefix(500))")
    #expect(finished.output.hasSuffix("6000 of 6000 expectations hold\n"))
  }

  @Test("test names each expectation that does not hold, with the rule that decides")
  func expectations() throws {
    let folder = try TemporaryFolder()
    try folder.write("team.allow", SluiceProcess.list(["a.test", "b.test until=2026-12-31"]))
    let file = try folder.write(
      "team.expect",
      """
      sluice-expectations 1
      list: team.allow
      day: 2026-12-31
      allow a.test
      allow b.test
      deny a.test:22 reason=port_not_allowed

      """)
    let holds = try allowlist(["test", file])
    #expect(holds.end == .exit(0) && holds.output.hasSuffix("3 of 3 expectations hold\n"))
    let later = try allowlist(["test", file, "--day", "2027-01-01"])
    #expect(later.end == .exit(1), "\(later.text)")
    #expect(
      later.output.contains("team.expect:5: expected allow b.test:443, got deny (rule_expired)"),
      "\(later.text)")
    #expect(later.output.contains("team.allow:7)"), "\(later.text)")
    let broken = try folder.write("broken.expect", "sluice-expectations 1\nmaybe a.test\n")
    let error = try allowlist(["test", file, broken])
    #expect(error.end == .exit(2) && error.output.isEmpty, "\(error.text)")
    #expect(
      error.errors.contains("broken.expect:2:1: `maybe` is no expectation"), "\(error.errors)")
  }
}
