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
