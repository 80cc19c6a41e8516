import BuiltinLists
import Foundation
import Testing

@testable import Domains

@Suite("Allowlists that are taken")
struct AllowlistTests {
  static let example = """
    sluice-allowlist 1
    # A comment line, and an empty one:

    name: default
    version: 2026.11.22-1   # a comment behind a value
    description: What a coding sandbox needs: names, #1 of all

    front.example.org
    [Package Managers - Rust] owner=@build ticket="SEC 1 # 2" review=2027-02-01
    crates.io                                   # exactly this name
    *.static.example.org\t\t# any depth below, never the name itself
    +.rust-lang.org
    ?.docs.example.net
    \tapi-*.example.com :443,8443
    git.example.org :22 until=2026-12-31 ticket=SEC-200 reason="until the move"
    !telemetry.rust-lang.org
    [C#]
    !!tracker.example.com owner=@security
    localhost :*
    """

  @Test("every construct of the format is taken")
  func constructs() throws {
    let list = try Allowlist.parse(Array(Self.example.utf8), file: "x.allow", digest: "00ff")
    #expect(list.name == "default")
    #expect(list.version == "2026.11.22-1")
    #expect(list.description == "What a coding sandbox needs: names,")
    #expect(list.label == "default@2026.11.22-1")
    #expect(list.file == "x.allow" && list.digest == "00ff")

    #expect(list.sections.map(\.name) == ["Package Managers - Rust", "C#"])
    #expect(list.sections.map(\.line) == [9, 17])
    #expect(
      list.sections[0].metadata.map { "\($0.key)=\($0.value)" }
        == ["owner=@build", "ticket=SEC 1 # 2", "review=2027-02-01"])

    #expect(
      list.rules.map { "\($0.line) \($0.verdict) \($0.pattern) :\($0.ports) \($0.section ?? -1)" }
        == [
          "8 allow front.example.org :80,443 -1", "10 allow crates.io :80,443 0",
          "11 allow *.static.example.org :80,443 0", "12 allow +.rust-lang.org :80,443 0",
          "13 allow ?.docs.example.net :80,443 0", "14 allow api-*.example.com :443,8443 0",
          "15 allow git.example.org :22 0", "16 deny telemetry.rust-lang.org :* 0",
          "18 denyAlways +.tracker.example.com :* 1", "19 allow localhost :* 1",
        ])
    let git = list.rules[6]
    #expect(git.until == Day("2026-12-31"))
    #expect(
      git.metadata.map { "\($0.key)=\($0.value)" } == ["ticket=SEC-200", "reason=until the move"])
    #expect(
      git.text == "git.example.org :22 until=2026-12-31 ticket=SEC-200 reason=\"until the move\"")
    #expect(list.rules[5].text == "api-*.example.com :443,8443")
    #expect(list.rules[8].text == "!!tracker.example.com owner=@security")
  }

  @Test(
    "other ways to write what is allowed",
    arguments: [
      "a.com ticket=1 :22", "a.com\t:22", "  a.com",
      "_sip._tcp.example.com", "xn--bcher-kva.example", "a*b*c.example.com", "*-x.example.com",
      "api-*.com",
      "a.com reason=\"#1\"", "a.com reason=a=b", "!*.a.com :22", "!+.a.com", "!?.a.com",
      "!api-*.a.com",
      "!!com", "*.com", "+.com", "a.com # \"open", "# [not a section", "a.com # ünïcödé",
      "[Ünïcödé] owner=ö",
      "[a]", "a.com\na.com",
    ])
  func taken(_ line: String) throws {
    _ = try list("x", line)
  }

  @Test("a list without rules, and one whose last line has no end, are taken")
  func edges() throws {
    #expect(
      try Allowlist.parse(Array("sluice-allowlist 1\nname: a\nversion: 1".utf8), file: "x").rules
        .isEmpty)
    let text = "sluice-allowlist 1\nname: a\nversion: 1\na.com"
    #expect(try Allowlist.parse(Array(text.utf8), file: "x").rules.count == 1)
  }

  @Test("a line of exactly the limit is taken")
  func longestLine() throws {
    let line = "a.com #"
    let list = try list(
      "x", line + String(repeating: "x", count: Allowlist.lineLimit - line.utf8.count))
    #expect(list.rules.count == 1)
  }

  @Test("every list in the folder of lists is taken, and each name in it is allowed")
  func folder() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../allowlists").standardized
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    )
    .filter { $0.pathExtension == "allow" }
    #expect(files.count >= 2)
    for file in files {
      let text = Array(try Data(contentsOf: file))
      #expect(Allowlist.errors(in: text, file: file.lastPathComponent) == [])
      let list = try Allowlist.parse(text, file: file.lastPathComponent)
      #expect(list.name == file.deletingPathExtension().lastPathComponent)
      let matcher = Matcher([.init(list: list)], seed: 9)
      for rule in list.rules where rule.verdict == .allow {
        guard case .exact(let name) = rule.pattern, rule.ports.contains(.https) else { continue }
        let match = matcher.match(name, port: .https, on: Day(daysSince1970: 0))
        #expect(match.outcome == .allow)
        #expect(matcher.source(of: match.rule).text == rule.text)
      }
    }
  }

  @Test("every built-in list is taken", arguments: BuiltinLists.names)
  func builtin(_ name: String) throws {
    let text = try #require(BuiltinLists.text(named: name))
    let list = try Allowlist.parse(text, file: name)
    #expect(list.name == name && !list.rules.isEmpty)
  }
}
