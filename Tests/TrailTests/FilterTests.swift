import Testing
import Trail

@testable import Audit

@Suite("Filters of records")
struct FilterTests {
  private func matches(_ line: String, _ change: (inout RecordFilter) -> Void) throws -> Bool {
    var filter = RecordFilter()
    change(&filter)
    let bytes = Array(line.utf8)
    return filter.compiled.matches(bytes.span, try fields(line))
  }

  @Test(
    "hosts by the words of allowlists",
    arguments: [
      ("example.org", "example.org", true), ("example.org", "a.example.org", false),
      ("*.example.org", "a.example.org", true), ("*.example.org", "a.b.example.org", true),
      ("*.example.org", "example.org", false), ("*.example.org", "badexample.org", false),
      ("+.example.org", "example.org", true), ("+.example.org", "a.example.org", true),
      ("EXAMPLE.org.", "example.org", true), ("192.0.2.7", "192.0.2.7", true),
      ("2001:DB8::1", "2001:db8::1", true),
    ])
  func hosts(_ pattern: String, _ host: String, _ expected: Bool) throws {
    let wanted = try #require(RecordFilter.HostPattern(pattern))
    #expect(try matches(record(host)) { $0.hosts = [wanted] } == expected)
  }

  @Test("what is no host, client or time is refused")
  func refused() {
    for text in ["", "*.", "a b", "*.*.org", ".", "\u{1b}[31m"] {
      #expect(RecordFilter.HostPattern(text) == nil, "\(text)")
    }
    for text in ["", "10.0.0.1/33", "10.0.7.2:80", "x"] {
      #expect(RecordFilter.ClientPattern(text) == nil, "\(text)")
    }
    for text in [
      "", "2026", "2026-13-01", "2026-11-22T25:00", "2026-11-22T1", "5", "h", "-5m", "+5m",
      "2026-11-22Z",
    ] {
      #expect(TimeBound(text, now: 0) == nil, "\(text)")
    }
  }

  @Test(
    "clients by address, block and kind",
    arguments: [
      ("10.0.7.2", "10.0.7.2:51514", true), ("10.0.7.0/24", "10.0.7.9:1", true),
      ("10.0.7.0/24", "10.0.8.9:1", false), ("::1", "[::1]:51514", true),
      ("2001:db8::/32", "[2001:db8::7]:9", true), ("unix", "unix", true),
      ("unix", "10.0.0.1:1", false),
      ("10.0.7.2", "10.0.7.22:51514", false),
    ])
  func clients(_ pattern: String, _ client: String, _ expected: Bool) throws {
    let wanted = try #require(RecordFilter.ClientPattern(pattern))
    #expect(try matches(record("a.b", client: client)) { $0.clients = [wanted] } == expected)
  }

  @Test("times: from the first moment on, up to the other without it")
  func times() throws {
    let line = record("a.b", time: "2026-11-22T10:00:00.000000Z")
    for (since, until, expected) in [
      ("2026-11-22", nil, true), ("2026-11-22T10:00", nil, true),
      ("2026-11-22T10:00:01", nil, false),
      (nil, "2026-11-22T10:00", false), (nil, "2026-11-22 10:00:01Z", true),
      ("2026-11-21", "2026-11-23", true),
    ] as [(String?, String?, Bool)] {
      let found = try matches(line) { filter in
        filter.since = since.flatMap { TimeBound($0, now: 0) }
        filter.until = until.flatMap { TimeBound($0, now: 0) }
      }
      #expect(found == expected, "\(since ?? "") \(until ?? "")")
    }
    let now: UInt64 = 1_795_255_200_000_000
    #expect(TimeBound("15m", now: now) == TimeBound(microseconds: now - 900_000_000))
    #expect(TimeBound("2d", now: now)?.text.utf8.count == 27)
  }

  @Test("every kind of condition has to hold, of one kind any value")
  func kinds() throws {
    let line = record("a.b", verdict: "deny", reason: "not_allowlisted")
    #expect(
      try matches(line) {
        $0.environments = ["vm-6", "vm-7"]
        $0.verdicts = ["deny"]
        $0.reasons = ["not_allowlisted"]
      })
    #expect(
      try !matches(line) {
        $0.environments = ["vm-7"]
        $0.verdicts = ["allow"]
      })
    #expect(try !matches(#"{"v":1,"event":"start"}"#) { $0.verdicts = ["deny"] })
    #expect(try matches(#"{"v":1,"event":"start"}"#) { $0.events = ["start"] })
  }
}
