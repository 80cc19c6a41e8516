import Foundation
import Testing

@Suite("the documents and the code say the same")
struct Documents {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private func text(_ path: String) throws -> String {
    let text = textOfFile("\(Documents.root)/\(path)")
    return try text.isEmpty ? { throw TroubleError("\(path) is missing or empty") }() : text
  }

  private func files(_ folder: String, _ suffix: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: "\(Documents.root)/\(folder)")
    return (all?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }
  }

  @Test("docs/limits.md lists every limit of the proxy by its name")
  func limits() throws {
    let page = try text("docs/limits.md")
    let code = try text("Sources/Proxy/Limits.swift")
    let names = code.matches(of: /package var (\w+)[ :=]/).map { String($0.1) }
    #expect(names.count > 10)
    for name in names { #expect(page.contains("| `\(name)` |"), "\(name) is not in the page") }
    let listed = page.matches(of: /\n\| `(\w+)` \|/).map { String($0.1) }
    #expect(Set(listed) == Set(names), "the page names limits that are gone")
  }

  @Test("docs/threat-model.md names only tests that exist")
  func threatModel() throws {
    let tests = try files("Tests/EndToEndTests", ".swift").map { try text($0) }.joined()
    let page = try text("docs/threat-model.md")
    let table = page.components(separatedBy: "## Lines of defence")[1]
    let names = table.matches(of: /"([^"]+)"/).map { String($0.1) }
    #expect(names.count > 20)
    for name in names {
      let start = name.replacingOccurrences(of: " …", with: "")
      #expect(tests.contains("\"\(start)"), "no test begins with: \(start)")
    }
  }

  @Test("every relative link between the documents leads to a file")
  func links() throws {
    for page in ["README.md", "CONTRIBUTING.md"] + files("docs", ".md") {
      let folder = (page as NSString).deletingLastPathComponent
      for link in try text(page).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
        let target = folder.isEmpty ? String(link.1) : "\(folder)/\(link.1)"
        #expect(
          FileManager.default.fileExists(atPath: "\(Documents.root)/\(target)"),
          "\(page) links to \(link.1)")
      }
    }
  }

  /// The `sluice` commands in the code blocks of a page: the words behind `sluice`, up to what belongs
  /// to the shell.
  private func commands(_ page: String) throws -> [[String]] {
    try text(page).split(separator: "\n").filter { $0.hasPrefix("    ") }.flatMap { line in
      line.matches(of: /(?:^ +|^ +\$ |[|;&(] +)sluice ([^|;&<>#)]+)/).map { match in
        match.1.split(separator: " ").map(String.init)
      }
    }
  }

  @Test("every command that a document shows exists, with the flags that it is shown with")
  func commandsExist() throws {
    var known: [String: String] = [:]
    var count = 0
    for page in ["README.md", "CONTRIBUTING.md"] + files("docs", ".md") {
      for words in try commands(page) {
        // What is asked for by name comes first: `allowlist lint`, `bench matcher`, `run`.
        let isGroup = ["allowlist", "audit", "bench"].contains(words[0])
        let name = words[words[0] == "help" ? 1... : 0...].prefix(isGroup ? 2 : 1)
        let path = name.joined(separator: " ")
        if known[path] == nil {
          known[path] = try Child.run([SluiceProcess.binary, "help"] + name, within: 20).output
        }
        let help = known[path, default: ""]
        guard !path.hasPrefix("-") else { continue }
        let isThere = help.contains("USAGE: sluice \(path) ")
        #expect(isThere, "\(page): there is no `sluice \(path)`")
        let all = help.split { $0.isWhitespace || $0 == "," || $0 == "[" || $0 == "]" }
        for word in words where word.hasPrefix("--") || word.count == 2 && word.hasPrefix("-") {
          let flag = word.prefix { $0 != "=" }
          let isKnown = all.contains(flag)
          #expect(isKnown, "\(page): `sluice \(path)` has no \(flag)")
        }
        count += 1
      }
    }
    #expect(count > 30, "only \(count) commands were found")
    // Nothing is left out: the tools are all shown in the page about them.
    let page = try text("docs/reviewing-lists.md")
    let tools = try Child.run([SluiceProcess.binary, "help", "allowlist"], within: 20).output
      .split(separator: "SUBCOMMANDS:")[1].matches(of: /\n\s\s([a-z]+)\s/).map { String($0.1) }
    #expect(tools.count > 8)
    for tool in tools { #expect(page.contains("| `\(tool)` |"), "\(tool) is not in the page") }
  }
}
