import Testing
import Trail

@testable import Audit

@Suite("Counting records")
struct StatisticsTests {
  private func counted(_ lines: [String]) throws -> LogStatistics {
    var statistics = LogStatistics()
    for line in lines {
      let bytes = Array(line.utf8)
      statistics.add(bytes.span, try fields(line))
    }
    return statistics
  }

  @Test("decisions and ends are counted by environment, reason, host and client")
  func counts() throws {
    let close =
      #"{"v":1,"time":"2026-11-22T10:05:00.123456Z","event":"close","environment":"vm-7","host":"a.com","bytes_up":10,"bytes_down":20,"end":"client_eof"}"#
    let statistics = try counted([
      record("a.com"), record("a.com"), record("b.com", verdict: "deny", reason: "not_allowlisted"),
      record("c.com", reason: "report_only", more: #","would_deny":"not_allowlisted""#), close,
      #"{"v":1,"event":"dropped","dropped":7}"#,
    ])
    #expect(statistics.records == 6)
    #expect(statistics.allowed == 3)
    #expect(statistics.denied == 1)
    #expect(statistics.reported == 1)
    #expect(statistics.dropped == 7)
    #expect((statistics.bytesUp, statistics.bytesDown) == (10, 20))
    let host = try #require(statistics.hosts.top(1).first)
    #expect(host.text == "a.com")
    #expect(host.counts.count == 2)
    #expect(host.counts.bytesDown == 20)
    #expect(statistics.deniedHosts.top(9).map(\.text) == ["b.com"])
    #expect(statistics.clients.top(9).map(\.text) == ["10.0.7.2"])
    #expect(statistics.reasons.top(9).map(\.text) == ["not_allowlisted"])
    #expect(String(decoding: statistics.first, as: UTF8.self) == "2026-11-22T10:00:00.123456Z")
    #expect(String(decoding: statistics.last, as: UTF8.self) == "2026-11-22T10:05:00.123456Z")
  }

  @Test(
    "a table of places counts exactly while they do, and errs by no more than it says after that")
  func frequent() {
    var random = SeededRandom(3)
    for distinct in [10, 64, 65, 1000] {
      var items = FrequentItems(capacity: 64)
      var truth: [String: Int] = [:]
      for _ in 0..<20_000 {
        // The first names are frequent, as in real logs.
        let number = min(
          Int.random(in: 0..<distinct, using: &random), Int.random(in: 0..<distinct, using: &random)
        )
        let name = "host-\(number).example.org"
        truth[name, default: 0] += 1
        let bytes = Array(name.utf8)
        items.add(bytes.span)
      }
      #expect(items.isExact == (distinct <= 64))
      #expect(items.distinct <= 64)
      var seen: Set<String> = []
      for item in items.top(100) {
        seen.insert(item.text)
        let count = truth[item.text] ?? 0
        #expect(item.counts.count <= count && count <= item.counts.count + items.error)
      }
      for (name, count) in truth where count > items.error { #expect(seen.contains(name)) }
    }
  }

  @Test("slices of time take the same memory for an hour and for ten years, and lose nothing")
  func series() throws {
    for minutes in [1, 60, 100_000, 5_000_000] {
      var lines: [String] = []
      for part in 0..<500 {
        let minute = UInt64(part * minutes / 500)
        let time = TimeBound(microseconds: 1_700_000_000_000_000 + minute * 60_000_000).text
        lines.append(record("a.com", verdict: part % 5 == 0 ? "deny" : "allow", time: time))
      }
      let slices = try counted(lines).series.slices(limit: 100)
      #expect(slices.slices.count <= 100)
      #expect(slices.slices.reduce(0) { $0 + $1.allowed } == 400)
      #expect(slices.slices.reduce(0) { $0 + $1.denied } == 100)
    }
  }

  @Test("both forms of the result name what was counted")
  func forms() throws {
    let statistics = try counted([record("a.com"), record("b.com", verdict: "deny", reason: "x")])
    #expect(statistics.text(limit: 5).contains("denied        1"))
    #expect(statistics.text(limit: 5).contains("1  b.com"))
    #expect(statistics.json(limit: 5).contains(#""denied":1"#))
  }
}
