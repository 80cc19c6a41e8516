import Audit
import Configuration
import Domains
import Foundation
import Policy
import Testing

@testable import Admin
@testable import Proxy

@Suite("/metrics") struct MetricsTests {
  /// What `/metrics` reads from, of a process with so many environments.
  final class Place {
    let folder: URL
    let audit: AuditLog
    let shared: SharedState
    let source: MetricsSource
    let board: StatusBoard
    let snapshot: PolicySnapshot

    init(environments count: Int = 1, workers: Int = 2) throws {
      folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("sluice-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      audit = try AuditLog(
        path: folder.appendingPathComponent("audit.jsonl").path, workers: workers, onFull: .block)
      shared = SharedState(workers: workers)
      let matcher = Matcher([], seed: 1)
      snapshot = PolicySnapshot(
        generation: 7,
        environments: try (0..<count).map {
          try #require(
            Environment(name: "vm-\($0)", access: .limited, addressRules: [], matcher: matcher))
        })
      board = StatusBoard(
        settings: Settings(), snapshot: snapshot,
        overrides: try Overrides(path: folder.appendingPathComponent("overrides").path))
      source = MetricsSource(
        board: board, shared: shared, audit: audit, version: "1.2.3", connectionLimit: 8192)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func count(_ reason: ReasonCode, environment: Int?, worker: Int = 0) {
      let row = environment.map { snapshot.slot(of: $0) + 1 } ?? 0
      shared.counters.counters(worker).count(reason: reason, row: row)
    }

    /// The page, and its longest piece.
    func page(pieces size: Int = 1 << 16) throws -> (text: PrometheusText, longest: Int) {
      var page = MetricsPage(source)
      var bytes: [UInt8] = []
      var longest = 0
      while true {
        let piece = page.next(size: size)
        if piece.isEmpty { break }
        longest = max(longest, piece.count)
        bytes += piece
      }
      return (try PrometheusText(String(decoding: bytes, as: UTF8.self)), longest)
    }
  }

  @Test("a page has every metric that is promised, once, in order, with its kind and its labels")
  func complete() throws {
    let place = try Place()
    place.count(.allowlisted, environment: 0)
    let text = try place.page().text
    #expect(text.families.map(\.name) == Metric.all.map(\.name))
    for (family, metric) in zip(text.families, Metric.all) {
      #expect(family.kind == metric.kind.rawValue && family.help == metric.help)
      #expect(!family.samples.isEmpty, "\(metric.name)")
      for sample in family.samples {
        let isBucket = sample.name.hasSuffix("_bucket")
        #expect(Set(sample.labels.keys) == Set(metric.labels + (isBucket ? ["le"] : [])))
      }
    }
  }

  @Test("names and helps follow the conventions of Prometheus")
  func conventions() {
    #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
    for metric in Metric.all {
      #expect(metric.name.hasPrefix("sluice_") || metric.name.hasPrefix("process_"))
      #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
      #expect(metric.kind != .histogram || metric.name.hasSuffix("_seconds"), "\(metric.name)")
      #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(metric.name)")
      for reserved in ["_count", "_sum", "_bucket", "_info"] where metric.name.hasSuffix(reserved) {
        #expect(metric == .build, "\(metric.name)")
      }
      for label in metric.labels { #expect(!["le", "host", "job", "instance"].contains(label)) }
    }
  }

  @Test("what was counted is on the page, of all workers together")
  func values() throws {
    let place = try Place(environments: 2)
    place.count(.allowlisted, environment: 1, worker: 0)
    place.count(.allowlisted, environment: 1, worker: 1)
    place.count(.deniedAlways, environment: 1)
    place.count(.malformedRequest, environment: nil)
    let counters = place.shared.counters.counters(1)
    counters.count(bytes: 1 << 40, up: false, row: place.snapshot.slot(of: 1) + 1)
    counters.observe(.connect, microseconds: 64)
    counters.observe(.connect, microseconds: 65)
    counters.observe(.connect, microseconds: 60_000_000)
    let text = try place.page().text
    func decisions(_ environment: String, _ verdict: String, _ reason: String) -> String? {
      text.value(
        "sluice_decisions_total",
        ["environment": environment, "verdict": verdict, "reason": reason])
    }
    #expect(decisions("vm-1", "allow", "allowlisted") == "2")
    #expect(decisions("vm-1", "deny", "denied_always") == "1")
    #expect(decisions("", "deny", "malformed_request") == "1")
    #expect(text["sluice_decisions_total"]?.samples.count == 3)
    #expect(
      text.value("sluice_transferred_bytes_total", ["environment": "vm-1", "direction": "down"])
        == "1099511627776")
    // Nothing was ever asked for there.
    #expect(text.value("sluice_tunnels", ["environment": "vm-0"]) == nil)
    #expect(text.value("sluice_tunnels", ["environment": "vm-1"]) == "0")
    func bucket(_ bound: String) -> String? {
      text.value("sluice_connect_duration_seconds_bucket", ["le": bound])
    }
    #expect(bucket("0.000064") == "1" && bucket("0.000128") == "2" && bucket("33.554432") == "2")
    #expect(bucket("+Inf") == "3" && text.value("sluice_connect_duration_seconds_count") == "3")
    #expect(text.value("sluice_connect_duration_seconds_sum") == "60.000129")
    #expect(text.value("sluice_policy_generation") == "7")
    #expect(text.value("sluice_build_info", ["version": "1.2.3"]) == "1")
  }

  @Test("buckets of a histogram never fall, and the last one is the count")
  func histograms() throws {
    let place = try Place()
    var random = SystemRandomNumberGenerator()
    for _ in 0..<1000 {
      let bits = UInt64.random(in: 0...30, using: &random)
      place.shared.counters.counters(0).observe(
        .resolution, microseconds: UInt64.random(in: 0...(1 << bits), using: &random))
    }
    let samples = try #require(try place.page().text["sluice_dns_duration_seconds"]).samples
    let buckets = samples.filter { $0.name.hasSuffix("_bucket") }.compactMap { Int($0.value) }
    #expect(buckets.count == Histogram.buckets && buckets == buckets.sorted())
    #expect(buckets.last == 1000 && samples.last?.value == "1000")
  }

  @Test("ten thousand environments come in pieces that no number of them makes longer")
  func many() throws {
    let place = try Place(environments: 10_000)
    for index in 0..<10_000 where index % 2 == 0 {
      place.count(.allowlisted, environment: index)
      place.count(.notAllowlisted, environment: index, worker: 1)
    }
    let (text, longest) = try place.page(pieces: 4096)
    #expect(text["sluice_decisions_total"]?.samples.count == 10_000)
    #expect(text["sluice_tunnels"]?.samples.count == 5000)
    // The first piece has all that belongs to no environment.
    #expect(longest < 16_384)
  }

  @Test("labels and helps are escaped as the format says")
  func escapes() throws {
    #expect(Exposition.escaped("a\\b\"c\nd") == #"a\\b\"c\nd"#)
    #expect(Exposition.escapedHelp("a\\b\"c\nd") == #"a\\b"c\nd"#)
    var out = Exposition()
    out.begin(.build)
    out.sample(Exposition.labels([("version", "\"\\\n{},=")]), 1)
    let text = try PrometheusText(String(decoding: out.bytes, as: UTF8.self))
    #expect(text.value("sluice_build_info", ["version": "\"\\\n{},="]) == "1")
  }

  @Test(
    "numbers and times are written exactly",
    arguments: [
      (UInt64(0), "0", "0"), (9, "9", "0.000009"), (10, "10", "0.00001"),
      (1_000_000, "1000000", "1"), (1_500_000, "1500000", "1.5"),
      (.max, "18446744073709551615", "18446744073709.551615"),
    ])
  func numbers(value: UInt64, number: String, time: String) {
    var out = Exposition()
    out.begin(.generation)
    out.removeAll()
    out.sample(value)
    #expect(String(decoding: out.bytes, as: UTF8.self) == "sluice_policy_generation \(number)\n")
    #expect(String(decoding: Exposition.seconds(microseconds: value), as: UTF8.self) == time)
  }
}
