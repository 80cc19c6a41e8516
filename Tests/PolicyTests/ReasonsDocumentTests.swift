import Foundation
import Policy
import Testing

/// `docs/reasons.md` promises every code, once, with what the code really answers.
@Suite("docs/reasons.md") struct ReasonsDocumentTests {
  struct Row: Equatable {
    let name: String
    let status: String
    let error: String
    let when: String
    let remedy: String
  }

  /// The rows of the tables below a heading: those whose first cell is a code.
  private func rows(below heading: String) throws -> [Row] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../docs/reasons.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let part = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading) })
    return try part.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count == 5, "\(line)")
      return Row(
        name: cells[0].trimmingCharacters(in: ["`"]), status: cells[1],
        error: cells[2].trimmingCharacters(in: ["`"]), when: cells[3], remedy: cells[4])
    }
  }

  /// `notAllowlisted` as `not_allowlisted`, `clientEOF` as `client_eof`.
  private func stableName(_ code: some Any) -> String {
    "\(code)".replacing(/([a-z])([A-Z])/) { "\($0.1)_\($0.2)" }
      .replacing(/([A-Z])([A-Z][a-z])/) { "\($0.1)_\($0.2)" }.lowercased()
  }

  @Test("documents every reason in order with its status and error token, and nothing else")
  func reasons() throws {
    let rows = try rows(below: "Reasons")
    #expect(rows.map(\.name) == ReasonCode.allCases.map(stableName))
    for (row, code) in zip(rows, ReasonCode.allCases) {
      #expect(row.status == String(code.status), "\(code)")
      #expect(row.error == code.proxyStatusError.description, "\(code)")
      #expect(!row.when.isEmpty, "\(code)")
      #expect(row.remedy.isEmpty == (code.status == 200), "\(code)")
    }
  }

  @Test("documents every end in order with its status and error token, and nothing else")
  func ends() throws {
    let rows = try rows(below: "Ends")
    #expect(rows.map(\.name) == EndCode.allCases.map(stableName))
    for (row, code) in zip(rows, EndCode.allCases) {
      #expect(row.status == (code.status == 0 ? "" : String(code.status)), "\(code)")
      #expect(row.error == code.proxyStatusError.description, "\(code)")
      #expect(!row.when.isEmpty, "\(code)")
    }
  }
}
