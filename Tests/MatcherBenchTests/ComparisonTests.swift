import Foundation
import MatcherBench
import Testing

@testable import MatcherBenchmark

@Suite("a comparison of two reports")
struct ComparisonTests {
  /// A report of one size and one stream, as the bench writes it.
  private func report(
    median: Double, least: Double, other: Double = 80, seed: String = "0x1", rules: Int = 200,
    layout: String? = nil
  ) throws -> Stored {
    let text = """
      {"layout":"\(layout ?? Report.layout)","machine":{"processor":"P","commit":"c"},
       "date":"2026-11-23","seed":"\(seed)","lists":[{"rules":\(rules),"image_bytes":1000,
       "parse_ms":{"median":1,"least":1},"check_ms":{"median":1,"least":1},"build_ms":{"median":1,"least":1},
       "streams":[{"stream":"mix","contenders":[
         {"name":"Sluice","ns":{"median":\(median),"least":\(least)}},
         {"name":"other","ns":{"median":\(other),"least":\(other)}}]}]}]}
      """
    let path = NSTemporaryDirectory() + "sluice-comparison-\(UUID().uuidString).json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Stored(path: path)
  }

  @Test(
    "is a regression when median and least are both worse by more than the limit",
    arguments: [
      (100.0, 90.0, false), (114.0, 103.0, false), (130.0, 95.0, false), (100.0, 130.0, false),
      (120.0, 110.0, true), (50.0, 40.0, false),
    ])
  func regression(_ median: Double, _ least: Double, _ isRegression: Bool) throws {
    let comparison = try Comparison(
      report(median: 100, least: 90), report(median: median, least: least), percent: 15)
    #expect(comparison.isRegression == isRegression, "\(comparison.table)")
    #expect(comparison.table.contains("WORSE") == isRegression, "\(comparison.table)")
    #expect(comparison.table.contains("200 mix, ns"))
  }

  @Test("is no regression when the other contenders became slower as much: that is the machine")
  func machine() throws {
    let slower = try report(median: 200, least: 190, other: 160)
    let comparison = try Comparison(report(median: 100, least: 90), slower, percent: 15)
    #expect(!comparison.isRegression, "\(comparison.table)")
    #expect(comparison.table.contains("take 2.0 times"), "\(comparison.table)")
  }

  @Test("reports of different seeds, without a common size, or of another layout are refused")
  func refused() throws {
    let old = try report(median: 100, least: 90)
    #expect(throws: Problem.self) {
      try Comparison(old, self.report(median: 1, least: 1, seed: "0x2"), percent: 15)
    }
    #expect(throws: Problem.self) {
      try Comparison(old, self.report(median: 1, least: 1, rules: 300), percent: 15)
    }
    #expect(throws: Problem.self) { try self.report(median: 1, least: 1, layout: "other 2") }
    #expect(throws: Problem.self) { try Stored(path: "/nonexistent/matcher.json") }
    #expect(throws: Problem.self) { try Stored(path: "/proc/version") }
  }

  @Test("the chart has a line for each contender and each stream")
  func chart() throws {
    let script = Chart(try report(median: 100, least: 90)).script
    for part in ["$mix_Sluice << EOD\n200 100.0\nEOD", "title \"other\"", "title \"mix\""] {
      #expect(script.contains(part), "\(script)")
    }
  }
}
