import Foundation
import Testing

@Suite("allowlist import, replay and suggest, by the real binary")
struct ListImports {
  private func allowlist(_ arguments: [String]) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary, "allowlist"] + arguments, within: 20)
  }

  @Test("an import goes to standard output, its report to standard error, and check takes it")
  func imports() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(
      "block.hosts", "# Ads\r\n0.0.0.0 ads.test\r\n127.0.0.1 localhost\r\n")
    let list = folder.path("block.allow")
    let finished = try allowlist([
      "import", "--from", "hosts", "--as", "deny", "--name", "block", "--output", list, source,
    ])
    #expect(finished.end == .exit(0), "\(finished.text)")
    #expect(finished.output == "")
    #expect(finished.errors.contains("rules: 1, duplicates left out: 0"))
    let check = try Child.run([
      SluiceProcess.binary, "check", "ads.test", "--access", "full", "--allowlist", list,
    ])
    #expect(check.end == .exit(1), "\(check.text)")
    #expect(check.output.contains("denied_by_rule"))
    let again = try allowlist([
      "import", "--from", "hosts", "--as", "deny", "--output", list, source,
    ])
    #expect(again.end == .exit(2), "an existing file is not overwritten: \(again.text)")
  }

  @Test("a narrowed import is 0, with --strict 1; a deny that cannot be said is 2 and no list")
  func losses() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write("data/mine", "a.test\nkeyword:ads\ninclude:other\n")
    try folder.write("data/other", "full:b.test\n")
    let words = ["import", "--from", "v2fly", source, "--as"]
    let allow = try allowlist(words + ["allow"])
    #expect(allow.end == .exit(0), "\(allow.text)")
    #expect(allow.output.hasSuffix("\n+.a.test\n\n[v2fly other]\nb.test\n"), "\(allow.output)")
    #expect(allow.errors.contains("\(source):2: keyword:ads"))
    #expect(try allowlist(words + ["allow", "--strict"]).end == .exit(1))
    let deny = try allowlist(words + ["deny"])
    #expect(deny.end == .exit(2), "\(deny.text)")
    #expect(deny.output == "")
    #expect(deny.errors.contains("nothing was imported"))
  }

  @Test("an include does not leave its directory by a link, nor wait for a pipe")
  func links() throws {
    let folder = try TemporaryFolder()
    let source = try folder.write("data/mine", "a.test\ninclude:other\n")
    try folder.write("secret", "full:secret.test\n")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("data/other"), withDestinationPath: folder.path("secret"))
    let linked = try allowlist(["import", "--from", "v2fly", "--as", "allow", source])
    #expect(linked.end == .exit(2), "\(linked.text)")
    #expect(linked.errors.contains("no list `other` beside this one"))
    #expect(mkfifo(folder.path("data/pipe"), 0o600) == 0)
    let pipe = try allowlist([
      "import", "--from", "plain", "--as", "allow", folder.path("data/pipe"),
    ])
    #expect(pipe.end == .exit(2), "\(pipe.text)")
    #expect(pipe.errors.contains("a named pipe"))
    let directory = try allowlist([
      "import", "--from", "plain", "--as", "allow", folder.path("data"),
    ])
    #expect(directory.end == .exit(2), "\(directory.text)")
    #expect(directory.errors.contains("a directory"))
  }

  @Test("the log of a real proxy replays without a difference, and suggests what it refused")
  func roundTrip() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"], allowAddresses: [])
    for host in ["denied.example.com", "denied.example.com", "10.0.0.1"] {
      #expect(
        try sluice.exchange("CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\n\r\n").status
          == 403)
    }
    _ = try sluice.audit("decision", count: 3)
    sluice.child.send(SIGTERM)
    #expect(try sluice.child.wait() == .exit(0))
    let folder = try TemporaryFolder()
    let same = try folder.write("same.allow", SluiceProcess.list(["allowed.test"]))
    let wider = try folder.write("wider.allow", SluiceProcess.list(["+.example.com"]))

    let equal = try allowlist(["replay", sluice.auditPath, "--with", same])
    #expect(equal.end == .exit(0), "\(equal.text)")
    #expect(equal.output.contains("0 of 2 decisions differ; 1 was not for lists"), "\(equal.text)")
    let changed = try allowlist(["replay", sluice.auditPath, "--with", wider, "--json"])
    #expect(changed.end == .exit(1), "\(changed.text)")
    #expect(changed.output.contains(#""host":"denied.example.com","port":443,"count":2"#))

    let suggested = try allowlist(["suggest", sluice.auditPath, "--with", same])
    #expect(suggested.end == .exit(0), "\(suggested.text)")
    #expect(suggested.output.contains("\ndenied.example.com :443  # 2 times, "))
    #expect(suggested.output.contains("#   \(same):6: allowed.test"), "\(suggested.output)")
    let list = try folder.write("suggested.allow", suggested.output)
    #expect(
      try allowlist(["replay", sluice.auditPath, "--with", same, "--with", list]).end == .exit(1))
  }

  @Test("a log that is none is an error with its place")
  func brokenLog() throws {
    let folder = try TemporaryFolder()
    let log = try folder.write("audit.jsonl", "not JSON\n{}\n")
    for words in [["replay", log, "--with", "default"], ["suggest", log]] {
      let finished = try allowlist(words)
      #expect(finished.end == .exit(2), "\(finished.text)")
      #expect(finished.errors.contains("\(log):1:1: no JSON object"), "\(finished.errors)")
    }
  }
}
