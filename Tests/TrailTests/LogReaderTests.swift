import Review
import Testing
import Trail

@testable import Audit

@Suite("Reading audit logs")
struct LogReaderTests {
  private let good = record("a.com", rule: "team@1:4")

  private func kinds(
    _ text: String, piece: Int = 7, _ onBroken: LogReader.OnBroken = .stop
  ) throws -> (kinds: [String], LogReader) {
    var reader = LogReader(onBroken)
    var kinds: [String] = []
    let body: LogReader.Body = { line, fields throws(RecordProblem) in
      switch try AuditEntry(line, fields) {
      case .start(let environment, let access): kinds.append("start \(environment) \(access)")
      case .decision(let decision):
        kinds.append(
          "\(decision.host):\(decision.port?.description ?? "") \(decision.isAllowed) "
            + "\(decision.reason) \(decision.rule) \(decision.day)")
      case .other: kinds.append("other")
      case .laterVersion: kinds.append("later")
      }
    }
    reader.begin(file: "audit.jsonl")
    let bytes = Array(text.utf8)
    var rest: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      rest += bytes[start..<min(start + piece, bytes.count)]
      rest.removeFirst(try reader.take(rest.span, body))
    }
    try reader.finish(rest.span, body)
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
      record(
        "a.com", verdict: "deny", reason: "not_allowlisted",
        more: #","new":{"x":[1]},"newer":null"#),
      #"{"v":2,"event":"decision","verdict":"maybe"}"#,
    ]
    let (found, reader) = try kinds(lines.joined(separator: "\n") + "\n")
    #expect(
      found == [
        "start vm-7 full", "other", "other", "a.com:443 false not_allowlisted  2026-11-22",
      ])
    #expect(reader.laterVersions == 1)
  }

  @Test("a broken last line is counted and left out, with or without its line end")
  func lastLine() throws {
    for tail in [String(good.dropLast(9)), String(good.dropLast(9)) + "\n", "{", "\u{0}\u{0}"] {
      let (found, reader) = try kinds(good + "\n" + tail)
      #expect(found.count == 1)
      #expect(reader.brokenLines == 1)
      #expect(reader.brokenPlaces[0].hasPrefix("audit.jsonl:2:"))
    }
  }

  @Test("a complete last line without its line end counts")
  func noLineEnd() throws { #expect(try kinds(good).kinds.count == 1) }

  static let brokenLines = [
    "x", "", "{}", "[]", #"{"v":1}"#, #"{"v":0,"event":"decision"}"#, #"{"event":"decision"}"#,
    #"{"v":1,"event":"decision"}"#,
    record("a.com").replacing(#""port":443"#, with: #""port":0"#),
    record("a.com").replacing(#""port":443"#, with: #""port":65536"#),
    record("a.com").replacing(#""port":443"#, with: #""port":0443"#),
    record("a.com", verdict: "perhaps"), record("a.com", reason: ""),
    record("a.com", time: "today"), record("a.com", time: "2026-11-22T10:00:00+01:00"),
    record("a.com", more: #","host":"b.com""#), record("a.com", more: ","),
    record("a\u{1}.com"), record("a.com") + "x", record("a.com", more: #","rule":"\x""#),
    record("a.com", more: #","rule":"\u12g4""#), record("a.com", more: #","rule":"x"#),
    record("a.com", more: #","target_truncated":maybe"#), String(record("a.com").dropLast()),
  ]

  @Test(
    "a line that is no record, before the last, is an error with its place", arguments: brokenLines)
  func broken(_ line: String) throws {
    let failure = try #require(throws: LogFailure.self) {
      _ = try kinds([good, line, good].joined(separator: "\n") + "\n")
    }
    #expect(failure.description.hasPrefix("audit.jsonl:2:"), "\(failure)")
  }

  @Test("a tool that goes on leaves such a line out and keeps its place", arguments: brokenLines)
  func leftOut(_ line: String) throws {
    let (found, reader) = try kinds([good, line, good].joined(separator: "\n") + "\n", .goOn)
    #expect(found.count == 2)
    #expect(reader.brokenLines == 1)
    #expect(reader.brokenPlaces[0].hasPrefix("audit.jsonl:2:"), "\(reader.brokenPlaces)")
  }

  @Test("bytes that are no UTF-8 are refused, wherever they stand")
  func notUTF8() throws {
    let scratch = try Scratch()
    var line = Array(good.utf8)
    line[line.count - 5] = 0xff
    let file = try scratch.write("audit.jsonl", line + [0x0a] + Array(good.utf8) + [0x0a])
    let reading = try read(file: file)
    #expect(reading.lines == [good])
    #expect(reading.reader.brokenPlaces.first?.hasPrefix("audit.jsonl:1:") == true)
  }

  @Test("a line beyond the limit is refused before all of it is read")
  func bounds() throws {
    var reader = LogReader(.stop)
    reader.begin(file: "audit.jsonl")
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: LogReader.lineLimit + 1)
    let failure = try #require(throws: LogFailure.self) {
      _ = try reader.take(piece.span) { _, _ in }
    }
    #expect(failure.description.hasPrefix("audit.jsonl:1:"))
  }

  @Test("a tool that goes on passes over a line of any length, and says how long it was")
  func longLine() throws {
    let scratch = try Scratch()
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 5_000_000)
    for between in [long, long.dropLast(4_868_928), long.dropLast(4_868_927)] {
      let text = Array(good.utf8) + [0x0a] + between + [0x0a] + Array(good.utf8) + [0x0a]
      let reading = try read(file: try scratch.write("audit.jsonl", text))
      #expect(reading.lines.count == 2)
      #expect(reading.fields.last?.line == 3)
      #expect(reading.reader.brokenLines == 1)
      let place = reading.reader.brokenPlaces[0]
      #expect(place.hasPrefix("audit.jsonl:2:"), "\(place)")
      if between.count > LogReader.lineLimit { #expect(place.contains("\(between.count) bytes")) }
    }
    let unended = try read(file: try scratch.write("audit.jsonl", long))
    #expect(unended.reader.brokenPlaces.first?.contains("5000000 bytes") == true)
  }

  @Test("the numbers of lines are those of an editor, also beside lines that are left out")
  func lineNumbers() throws {
    let scratch = try Scratch()
    let text = [good, "x", good, "", good].joined(separator: "\n")
    let reading = try read(file: try scratch.write("audit.jsonl", Array(text.utf8)))
    #expect(reading.fields.map(\.line) == [1, 3, 5])
  }
}
