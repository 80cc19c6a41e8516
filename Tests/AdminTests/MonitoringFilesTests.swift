import Foundation
import Testing

@testable import Admin
@testable import Configuration

/// What stands in docs/ and deploy/ about metrics is what `/metrics` has.
@Suite("docs/metrics.md and deploy/") struct MonitoringFilesTests {
  private func text(_ path: String) throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../\(path)")
    return try String(contentsOf: file, encoding: .utf8)
  }

  /// The names of metrics in an expression or a query, without what a histogram adds.
  private func metrics(in expression: String) -> Set<String> {
    let names = expression.matches(of: /\b(?:sluice|process)_[a-z_]+/).map { String($0.output) }
    return Set(
      names.map { name in
        Metric.all.contains { $0.name == name }
          ? name : name.replacing(/_(?:bucket|sum|count)$/, with: "")
      })
  }

  private let known = Set(Metric.all.map(\.name))

  @Test("the page lists every metric in order with its kind, its labels and its meaning")
  func document() throws {
    let rows = try text("docs/metrics.md").split(separator: "\n")
      .filter { $0.hasPrefix("| `sluice_") || $0.hasPrefix("| `process_") }
      .map { line in
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
          .map { $0.trimmingCharacters(in: .whitespaces) }
      }
    let wanted = Metric.all.map { metric in
      [
        "`\(metric.name)`", metric.kind.rawValue,
        metric.labels.map { "`\($0)`" }.joined(separator: ", "), metric.help,
      ]
    }
    #expect(rows == wanted)
  }

  @Test(
    "the dashboard asks for metrics that there are, and shows those of requests and the audit log")
  func dashboard() throws {
    let value = try JSONSerialization.jsonObject(
      with: Data(try text("deploy/grafana/sluice.json").utf8))
    let dashboard = try #require(value as? [String: Any])
    let panels = try #require(dashboard["panels"] as? [[String: Any]])
    var used: Set<String> = []
    for panel in panels {
      let targets = try #require(panel["targets"] as? [[String: Any]])
      #expect(!targets.isEmpty, "\(panel["title"] ?? "")")
      for target in targets {
        let names = metrics(in: try #require(target["expr"] as? String))
        #expect(!names.isEmpty && names.isSubset(of: known), "\(names.subtracting(known))")
        used.formUnion(names)
      }
    }
    #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    #expect(metrics(in: try text("deploy/grafana/sluice.json")).isSubset(of: known))
    for name in ["sluice_decisions_total", "sluice_tunnels", "sluice_audit_records_dropped_total"] {
      #expect(used.contains(name))
    }
  }

  @Test("every alert has an expression of metrics that there are, and is explained")
  func alerts() throws {
    let lines = try text("deploy/prometheus/alerts.yaml").split(separator: "\n")
    let names = lines.compactMap { $0.firstMatch(of: /- alert: (\w+)$/)?.output.1 }
    let expressions = lines.compactMap { $0.firstMatch(of: /expr: '(.+)'$/)?.output.1 }
    #expect(names.count >= 5 && names.count == expressions.count)
    #expect(lines.count { $0.contains("severity: ") } == names.count)
    #expect(lines.count { $0.contains("summary: ") } == names.count)
    for expression in expressions {
      let used = metrics(in: String(expression))
      #expect(!used.isEmpty && used.isSubset(of: known), "\(expression)")
    }
    let explained = try text("docs/metrics.md").split(separator: "\n")
      .compactMap { $0.firstMatch(of: /^\| `(Sluice\w+)` \|/)?.output.1 }
    #expect(explained == names)
  }
}
