import Testing

@testable import Domains
@testable import Review

@Suite("Reading audit logs")
struct AuditLogReaderTests {
  private let good = record("a.com", 443, "allow", "allowlisted", rule: "team@1:4")

  private func kinds(_ text: String, piece: Int = 7) throws -> (kinds: [String], AuditLogReader) {
    var reader = AuditLogReader()
    let found = try entries(text, piece: piece, reader: &reader)
    let kinds = found.map { entry in
      switch entry {
      case .start(let environment, let access): "start \(environment) \(access)"
      case .decision(let decision):
        "\(decision.host):\(decision.port?.description ?? "") \(decision.isAllowed) "
          + "\(decision.reason) \(decision.rule) \(decision.day)"
      case .other: "other"
      case .laterVersion: "later"
      }
    }
    return (kinds, reader)
  }

  @Test("a decision is read from pieces of any size", arguments: [1, 2, 7, 100, 100_000])
  func pieces(_ piece: Int) throws {
    let text = good + "\n" + good + "\n"
    let expected = "a.com:443 true allowlisted team@1:4 2026-11-22"
    #expect(try kinds(text, piece: piece).kinds == [expected, expected])
  }

  @Test("other events and unknown members are passed over, a start says the access level")
  func tolerance() throws {
    let lines = [
      #"{"v":1,"seq":1,"time":"x","event":"start","environment":"vm-7","access":"full","lists":[{"label":"a"}]}"#,
      #"{"v":1,"event":"close","bytes_up":1}"#, #"{"v":1,"event":"something_new","host":7}"#,
      record("a.com", 443, "deny", "not_allowlisted", more: #","new":{"x":[1]},"newer":null"#),
      #"{"v":2,"event":"decision","verdict":"maybe"}"#,
    ]
    let (found, reader) = try kinds(lines.joined(separator: "\n") + "\n")
    #expect(
      found == [
        "start vm-7 full", "other", "other", "a.com:443 false not_allowlisted  2026-11-22", "later",
      ])
    #expect(reader.laterVersions == 1)
  }

  @Test("a broken last line is counted and left out, with or without its line end")
  func lastLine() throws {
    for tail in [String(good.dropLast(9)), String(good.dropLast(9)) + "\n", "{", "\u{0}\u{0}"] {
      let (found, reader) = try kinds(good + "\n" + tail)
      #expect(found.count == 1)
      #expect(reader.brokenLastLines.count == 1)
      #expect(reader.brokenLastLines[0].hasPrefix("audit.jsonl:2:"))
    }
  }

  @Test("a complete last line without its line end counts")
  func noLineEnd() throws { #expect(try kinds(good).kinds.count == 1) }

  @Test(
    "a line that is no record, before the last, is an error with its place",
    arguments: [
      "x", "", "{}", "[]", #"{"v":1}"#, #"{"v":0,"event":"decision"}"#, #"{"event":"decision"}"#,
      #"{"v":1,"event":"decision"}"#, record("a.com", 0, "allow", "allowlisted"),
      record("a.com", 65536, "allow", "allowlisted"),
      record("a.com", 443, "perhaps", "allowlisted"),
      record("a.com", 443, "allow", ""),
      record("a.com", 443, "allow", "allowlisted", time: "today"),
      record("a.com", 443, "allow", "allowlisted", time: "2026-11-22T10:00:00+01:00"),
      record("a.com", 443, "allow", "allowlisted", more: #","host":"b.com""#),
    ])
  func broken(_ line: String) throws {
    let failure = try #require(throws: AuditLogReader.Failure.self) {
      _ = try kinds([good, line, good].joined(separator: "\n") + "\n")
    }
    #expect(failure.description.hasPrefix("audit.jsonl:2:"), "\(failure)")
  }

  @Test("a line beyond the limit is refused before all of it is read, and a compressed file too")
  func bounds() throws {
    var reader = AuditLogReader()
    reader.begin(file: "audit.jsonl")
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: AuditLogReader.lineLimit / 2 + 1)
    try reader.read(piece) { _ in }
    #expect(throws: AuditLogReader.Failure.self) { try reader.read(piece) { _ in } }
    reader.begin(file: "audit.jsonl.gz")
    let failure = try #require(throws: AuditLogReader.Failure.self) {
      try reader.read([0x1F, 0x8B, 8]) { _ in }
    }
    #expect(failure.description.contains("zcat"))
  }
}
