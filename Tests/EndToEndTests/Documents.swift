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
}
