import Foundation
import Testing

@Suite("allowlist lint and fmt")
struct LintAndFormat {
  private let folder: TemporaryFolder
  private static let header = "sluice-allowlist 1\nname: t\nversion: 1\n\n"

  init() throws { folder = try TemporaryFolder() }

  private func allowlist(_ arguments: String...) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary, "allowlist"] + arguments, within: 30)
  }

  private func write(_ name: String, _ rules: String, mode: Int = 0o644) throws -> String {
    try folder.write(name, Self.header + rules, mode: mode)
  }

  @Test(
    "lint exits 0 without errors, 1 with them and with warnings under --strict, 2 if it cannot read"
  )
  func lintExits() throws {
    let clean = try write("clean.allow", "[S] owner=@a\na.example.com\n")
    let warned = try write("warned.allow", "[S] owner=@a\na.example.com :22\n")
    let wrong = try write("wrong.allow", "[S] owner=@a\n*.com\n")
    let fine = try allowlist("lint", clean, "--strict")
    #expect(fine.end == .exit(0), "\(fine.text)")
    #expect(fine.output.isEmpty)
    #expect(fine.errors == "sluice: no errors, no warnings, no notes in 1 file\n")
    #expect(try allowlist("lint", warned).end == .exit(0))
    #expect(try allowlist("lint", warned, "--strict").end == .exit(1))
    let found = try allowlist("lint", clean, wrong)
    #expect(found.end == .exit(1))
    #expect(found.output.contains("\n\(wrong):6:1: error[public-suffix]: "), "\(found.text)")
    #expect(try allowlist("lint", folder.path("none.allow")).end == .exit(2))
    #expect(try allowlist("lint", folder.path).end == .exit(2))
    #expect(try allowlist("lint", "--day", "tomorrow", clean).end != .exit(0))
    #expect(try allowlist("lint", "--fix", "default").end == .exit(2))
  }

  @Test(
    "a pipe with a name, an unreadable file and a text of another kind are errors, and nothing waits"
  )
  func badInput() throws {
    let pipe = folder.path("pipe.allow")
    #expect(mkfifo(pipe, 0o600) == 0)
    let waiting = try allowlist("lint", pipe)
    #expect(waiting.end == .exit(2))
    #expect(waiting.errors.contains("a named pipe"), "\(waiting.errors)")
    #expect(try allowlist("fmt", pipe).end == .exit(2))
    let binary = try folder.write("binary.allow", "\u{7F}ELF\0\0\u{1B}[31m")
    let found = try allowlist("lint", binary)
    #expect(found.end == .exit(1))
    #expect(found.output.contains("error[syntax]") && !found.output.contains("\u{1B}"))
    let list = try write("readonly.allow", "A.example.com\n", mode: 0o444)
    if geteuid() != 0 { #expect(try allowlist("fmt", list).end == .exit(2)) }
  }

  @Test("the lists in the binary have no errors")
  func builtin() throws {
    let finished = try allowlist("lint", "default", "essential", "--sarif")
    #expect(finished.end == .exit(0), "\(finished.errors)")
    let sarif = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    #expect((sarif as? [String: Any])?["version"] as? String == "2.1.0")
  }

  @Test("--day judges by that day")
  func day() throws {
    let list = try write("until.allow", "[S] owner=@a\na.example.com until=2030-06-30\n")
    let before = try allowlist("lint", "--day", "2030-01-01", list)
    #expect(before.output.isEmpty, "\(before.text)")
    let after = try allowlist("lint", "--day", "2030-07-01", list)
    #expect(after.output.contains("warning[expired]"), "\(after.text)")
  }

  @Test("--fix and fmt replace the file whole and keep its mode; a link stays a link")
  func replaces() throws {
    let list = try write("list.allow", "[S] owner=@a\nB.example.com\nb.example.com\n", mode: 0o600)
    let link = folder.path("link.allow")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: list)
    let fixed = try allowlist("lint", "--fix", link)
    #expect(fixed.end == .exit(0), "\(fixed.text)")
    #expect(textOfFile(list) == Self.header + "[S] owner=@a\nb.example.com\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == list)

    try Data((Self.header + "C.example.com  :443\n").utf8).write(to: URL(fileURLWithPath: list))
    #expect(try allowlist("fmt", list).end == .exit(0))
    #expect(textOfFile(list) == Self.header + "c.example.com :443\n")
    let mode = try FileManager.default.attributesOfItem(atPath: list)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names) == ["list.allow", "link.allow"])
  }

  @Test("fmt --check names the files that would change, and changes none")
  func check() throws {
    let good = try write("good.allow", "a.example.com\n")
    let other = try write("other.allow", "A.example.com\n")
    let checked = try allowlist("fmt", "--check", good, other)
    #expect(checked.end == .exit(1))
    #expect(checked.output == "\(other)\n")
    #expect(textOfFile(other) == Self.header + "A.example.com\n")
    #expect(try allowlist("fmt", "--check", good).end == .exit(0))
  }

  @Test("fmt leaves a list with faults alone and says every place")
  func faults() throws {
    let list = try write("wrong.allow", "A.example.com\nb.example.com/x\nhttp://c.example\n")
    let finished = try allowlist("fmt", list)
    #expect(finished.end == .exit(2))
    #expect(finished.errors.contains("sluice: \(list):6:14: a path behind the name"))
    #expect(finished.errors.contains("sluice: \(list):7:1: a URL"), "\(finished.errors)")
    #expect(textOfFile(list).contains("A.example.com"))
  }
}
