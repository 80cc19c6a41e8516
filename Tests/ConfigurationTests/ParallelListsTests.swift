import Foundation
import Testing

@testable import Configuration

@Suite("several lists at a time") struct ParallelListsTests {
  /// More than two MiB each, so that threads are worth their start.
  private func text(_ name: String, rules: Int = 100_000) -> String {
    "sluice-allowlist 1\nname: \(name)\nversion: 1\n"
      + (0..<rules).map { "host-\($0).\(name).example\n" }.joined()
  }

  @Test("large lists that are read side by side come in the order of their names, whole")
  func order() throws {
    let folder = try TemporaryFolder()
    let names = ["c", "a", "b"]
    let paths = try names.map { try folder.write(text($0), to: "\($0).allow") }
    let lists = try ListLoader.load(paths)
    #expect(lists.map(\.name) == names)
    #expect(lists.allSatisfy { $0.rules.count == 100_000 })
    #expect(lists[1].rules.last?.text == "host-99999.a.example")
  }

  @Test("of several that are wrong the first one is complained about")
  func firstError() throws {
    let folder = try TemporaryFolder()
    var paths = [try folder.write(text("a"), to: "a.allow")]
    for name in ["b", "c"] {
      paths.append(try folder.write(text(name) + "wrong here\n", to: "\(name).allow"))
    }
    #expect {
      try ListLoader.load(paths)
    } throws: { error in
      "\(error)".contains("b.allow:100004:")
    }
  }
}
