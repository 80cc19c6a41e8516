import Foundation
import Testing

@Suite("sluice bench matcher")
struct MatcherBenchCommand {
  private func sluice(_ arguments: [String]) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary, "bench", "matcher"] + arguments, within: 120)
  }

  @Test("times a list and recorded hosts, and says which lines it left out")
  func times() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write(
      "mine.allow", SluiceProcess.list(["+.allowed.test", "*.other.test", "other.test"]))
    let hosts = try folder.write(
      "hosts.txt", "# yesterday\nWWW.allowed.test.\n\nnot a host\nevil.test\n")
    let finished = try sluice(["--allowlist", list, "--hosts", hosts, "--seconds", "2"])
    #expect(finished.end == .exit(0), "\(finished.text)")
    for part in [
      "### 3 rules", "| recorded |", "| Sluice |", "| trie of objects |", "The first is line 4",
    ] {
      #expect(finished.output.contains(part), "\(part): \(finished.text)")
    }
    #expect(finished.errors.isEmpty, "\(finished.errors)")
  }

  @Test("--json prints one object with the figures of every stream")
  func json() throws {
    let finished = try sluice(["--allowlist", "default", "--seconds", "2", "--json"])
    #expect(finished.end == .exit(0), "\(finished.text)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(finished.output.utf8)) as? [String: Any])
    let lists = try #require(object["lists"] as? [[String: Any]])
    let streams = try #require(lists.first?["streams"] as? [[String: Any]])
    #expect(
      streams.compactMap { $0["stream"] as? String }
        == ["hit", "near", "uniform", "mix", "same", "latency"])
  }

  @Test("what cannot be measured is an error with exit 2 that says what to do")
  func errors() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("mine.allow", SluiceProcess.list(["allowed.test"]))
    let noRules = try folder.write("none.allow", "sluice-allowlist 1\nname: a\nversion: 1\n")
    let broken = try folder.write("broken.allow", SluiceProcess.list(["Allowed.test"]))
    let noHosts = try folder.write("empty.txt", "# nothing\n")
    let wrongHosts = try folder.write("wrong.txt", "\u{FEFF}allowed.test\r\n")
    for (arguments, said) in [
      (["--allowlist", noRules], "has no rules"),
      (["--allowlist", broken], "broken.allow:6:"),
      (["--allowlist", folder.path], "a directory"),
      (["--allowlist", list, "--hosts", noHosts], "write one host name a line"),
      (["--allowlist", list, "--hosts", wrongHosts], "line 1"),
      (["--allowlist", list, "--hosts", folder.path], "a directory"),
      (["--allowlist", list, "--seconds", "0"], "from 2 to 600"),
    ] {
      let finished = try sluice(arguments)
      #expect(finished.end == .exit(2), "\(arguments): \(finished.text)")
      #expect(finished.errors.contains(said), "\(arguments): \(finished.text)")
      #expect(finished.output.isEmpty, "\(arguments): \(finished.text)")
    }
  }
}
