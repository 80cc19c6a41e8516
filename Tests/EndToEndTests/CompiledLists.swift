import Foundation
import Testing

/// `sluice allowlist compile` and the commands that take its images.
@Suite("Compiled lists")
struct CompiledLists {
  private static let list = """
    sluice-allowlist 1
    name: team
    version: 7
    *.example.com
    git.example.org :22 until=2099-12-31
    !bad.example.com
    """

  private func sluice(_ arguments: [String]) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary] + arguments, within: 30)
  }

  @Test("an image decides as its text does, and names the text's lines")
  func decides() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let image = folder.path + "/team.image"
    let compiled = try sluice(["allowlist", "compile", text, "-o", image])
    #expect(compiled.end == .exit(0))
    #expect(compiled.errors.contains("3 rules of team@7"))
    let hosts = [
      "a.example.com", "bad.example.com", "git.example.org:22", "git.example.org", "x.org",
    ]
    let asText = try sluice(["check", "--json", "--allowlist", text] + hosts)
    let asImage = try sluice(["check", "--json", "--allowlist", image] + hosts)
    #expect(asImage.end == .exit(1))
    #expect(asImage.output == asText.output)
    #expect(asImage.output.contains("team.allow:4"))
  }

  @Test("--check says whether an image is that of the texts")
  func check() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let image = folder.path + "/team.image"
    #expect(try sluice(["allowlist", "compile", text, "-o", image]).end == .exit(0))
    let same = try sluice(["allowlist", "compile", text, "--check", image])
    #expect(same.end == .exit(0) && same.output.hasPrefix("the same: 3 rules of team@7"))
    _ = try folder.write("team.allow", Self.list + "\nmore.example.net\n")
    let other = try sluice(["allowlist", "compile", text, "--check", image])
    #expect(other.end == .exit(1) && other.output.hasPrefix("differs: "))
  }

  @Test("an image beside another list, or for access none, is refused with what to do")
  func alone() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let image = folder.path + "/team.image"
    #expect(try sluice(["allowlist", "compile", text, "-o", image]).end == .exit(0))
    let beside = try sluice(
      ["check", "--allowlist", "default", "--allowlist", image, "example.com"])
    #expect(beside.end == .exit(2) && beside.errors.contains("a compiled list beside others"))
    let none = try sluice(["check", "--access", "none", "--allowlist", image, "example.com"])
    #expect(none.end == .exit(2) && none.errors.contains("give the text"))
    let asText = try sluice(["allowlist", "lint", image])
    #expect(asText.end == .exit(2) && asText.errors.contains("a compiled list"))
  }

  @Test("what needs the texts says which, and leaves the image alone")
  func needsTexts() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let image = folder.path + "/team.image"
    #expect(try sluice(["allowlist", "compile", text, "-o", image]).end == .exit(0))
    let before = FileManager.default.contents(atPath: image)
    let log = try folder.write("audit.jsonl", "")
    for (arguments, code) in [
      (["allowlist", "lint", image], 2), (["allowlist", "lint", "--fix", image], 2),
      (["allowlist", "fmt", image], 2), (["allowlist", "diff", image, text], 64),
      (["allowlist", "diff", text, image], 64), (["allowlist", "show", "--allowlist", image], 2),
      (["allowlist", "suggest", log, "--with", image], 2),
      (["allowlist", "compile", image, "-o", folder.path + "/again.image"], 2),
      (["bench", "matcher", "--allowlist", image], 2),
    ] as [([String], Int32)] {
      let finished = try sluice(arguments)
      #expect(finished.end == .exit(code), "\(arguments): \(finished.text)")
      let saysWhich = finished.errors.contains(
        "a compiled list, where the text of one is needed; give the text that it was compiled from: "
          + "team@7 (\(text))")
      #expect(saysWhich, "\(arguments): \(finished.errors)")
    }
    #expect(FileManager.default.contents(atPath: image) == before)
  }

  @Test("explain and replay take an image: the same answers, without the steps")
  func explainAndReplay() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let image = folder.path + "/team.image"
    #expect(try sluice(["allowlist", "compile", text, "-o", image]).end == .exit(0))
    for host in ["a.example.com", "bad.example.com", "git.example.org:80", "192.0.2.1"] {
      let check = try sluice(["check", host, "--allowlist", text])
      let explained = try sluice(["allowlist", "explain", host, "--allowlist", image])
      #expect(explained.end == check.end && explained.output.hasSuffix(check.output))
      let saysWhich = explained.output.hasPrefix("A compiled list, ") || host == "192.0.2.1"
      #expect(saysWhich, "\(explained.text)")
      let json = try sluice(["allowlist", "explain", host, "--json", "--allowlist", image])
      #expect(json.end == check.end && json.output.hasPrefix("{\"verdict\":{"), "\(json.text)")
    }
    let record = { (host: String, port: Int, access: String) in
      #"{"v":1,"seq":1,"time":"2026-11-22T10:00:00.000000Z","event":"decision","id":"1","#
        + #""environment":"default","client":"127.0.0.1:1","listener":"proxy","method":"CONNECT","#
        + #""host":"\#(host)","port":\#(port),"verdict":"deny","reason":"\#(access)"}"# + "\n"
    }
    let log = try folder.write(
      "audit.jsonl",
      record("a.example.com", 443, "not_allowlisted")
        + record("git.example.org", 22, "not_allowlisted") + record("x.org", 443, "not_allowlisted")
    )
    let asText = try sluice(["allowlist", "replay", log, "--with", text])
    let asImage = try sluice(["allowlist", "replay", log, "--with", image])
    #expect(asText.end == .exit(1) && asText.output.contains("2 of 3 decisions differ"))
    #expect(asImage.end == .exit(1) && asImage.output == asText.output, "\(asImage.text)")
    // Of an image nobody can take the hard denies alone, whether a flag or the log asks for it.
    let none = try folder.write("none.jsonl", record("a.example.com", 443, "not_essential"))
    for arguments in [[log, "--access", "none"], [none]] {
      let refused = try sluice(["allowlist", "replay", "--with", image] + arguments)
      #expect(refused.end == .exit(2) && refused.output.isEmpty, "\(refused.text)")
      #expect(refused.errors.contains("--with '\(image)': a compiled list"), "\(refused.errors)")
    }
  }

  @Test("an image takes the place of an image, never of a text or of what is no file")
  func neverInPlaceOfText() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("team.allow", Self.list + "\n")
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: text)
    for place in [text, link, folder.path, "/dev/null"] {
      let refused = try sluice(["allowlist", "compile", text, "-o", place])
      #expect(refused.end == .exit(2) && refused.errors.contains("it would be lost"))
    }
    #expect(try String(contentsOfFile: text, encoding: .utf8) == Self.list + "\n")
    let image = try folder.write("team.image", "")
    for _ in 1...2 {
      #expect(try sluice(["allowlist", "compile", text, "-o", image]).end == .exit(0))
    }
  }
}
