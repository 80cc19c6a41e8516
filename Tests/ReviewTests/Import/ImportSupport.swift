import Foundation
import Testing

@testable import Domains
@testable import Review

/// Imports a text under the name `source`.
func importing(
  _ format: ImportFormat, _ text: String, as direction: ImportDirection? = nil,
  _ change: (inout ImportRequest) -> Void = { _ in }
) throws -> ImportResult {
  var request = ImportRequest(
    format: format, file: "source", text: Array(text.utf8), version: "1")
  request.direction = direction
  change(&request)
  return try ListImporter.run(request)
}

extension ImportResult {
  var string: String { text.map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// The rules without their comments, in the order of the list.
  var rules: [String] {
    guard let text, let list = try? Allowlist.parse(text, file: "imported") else { return [] }
    return list.rules.map(\.text)
  }

  /// `narrowed keyword` and the like, each as often as it was met.
  var remarks: [String] {
    report.entries.flatMap { entry in
      Array(repeating: "\(entry.fate.rawValue) \(entry.remark.rawValue)", count: entry.count)
    }
  }
}

func corpus(_ path: String) throws -> String {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus/\(path)")
  return try String(contentsOf: file, encoding: .utf8)
}

/// Lists that stand beside `own`, from a dictionary.
func neighbours(_ own: String, _ lists: [String: String]) -> ImportNeighbours {
  ImportNeighbours(
    own: own, names: { () throws(ImportError) in Array(lists.keys) },
    read: { (name) throws(ImportError) in lists[name].map { Array($0.utf8) } },
    path: { "data/\($0)" })
}
