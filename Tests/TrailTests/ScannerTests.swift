import Foundation
import Testing
import Trail

@testable import Audit

@Suite("The scanner of records")
struct ScannerTests {
  /// What a strict parser of JSON makes of the members that the scanner knows, by their names.
  private func expected(_ line: String) -> [String: String]? {
    guard
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    else { return nil }
    return object.mapValues { "\($0)" }
  }

  private func value(_ line: [UInt8], _ place: RecordFields.Place) -> String {
    String(decoding: line[place.range], as: UTF8.self)
  }

  @Test("what passes the scanner means the same to a parser of JSON: mutated records, from a seed")
  func differential() throws {
    var random = SeededRandom(11)
    let scanner = RecordScanner()
    let base = record(
      "host.example.org", rule: "default@2026.11.22-1:31",
      more:
        #","generation":4,"address":"140.82.112.3","dns_us":812,"target_raw":"a\\b\u0007","target_truncated":true,"detail":"x","clock_step_us":-7"#
    )
    let spare = Array(#""\{}[]:,0159aeghostu-. "#.utf8) + [0, 0x1f, 0x7f, 0x80, 0xc3, 0xff]
    var passed = 0
    for round in 0..<20_000 {
      var line = Array(base.utf8)
      if round > 0 {
        for _ in 0..<Int.random(in: 1...2, using: &random) {
          let place = Int.random(in: 0..<line.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: line[place] = spare.randomElement(using: &random)!
          case 1: line.remove(at: place)
          default: line.insert(spare.randomElement(using: &random)!, at: place)
          }
        }
      }
      var fields = RecordFields()
      guard scanner.scan(line.span, 0..<line.count, into: &fields) else { continue }
      guard let text = String(validating: line, as: UTF8.self) else {
        #expect(fields.isWide)
        continue
      }
      passed += 1
      let object = try #require(expected(text), "\(text)")
      let places: [(String, RecordFields.Place)] = [
        ("v", fields.version), ("seq", fields.sequence), ("port", fields.port),
        ("generation", fields.generation),
      ]
      for (name, place) in places where !place.isEmpty {
        #expect(object[name] == value(line, place), "\(name) of \(text)")
      }
      let texts: [(String, RecordFields.Place)] = [
        ("event", fields.event), ("time", fields.time), ("host", fields.host),
        ("verdict", fields.verdict), ("reason", fields.reason), ("rule", fields.rule),
        ("client", fields.client), ("environment", fields.environment),
      ]
      for (name, place) in texts where !place.isEmpty {
        let found = value(line, place)
        if !found.contains("\\") { #expect(object[name] == found, "\(name) of \(text)") }
      }
    }
    #expect(passed > 3000)
  }

  @Test("a member of every kind is found, in any order")
  func order() throws {
    let line = #"{"host":"a.b","v":1,"event":"close","bytes_down":7,"upstream_status":502}"#
    let found = try fields(line)
    let bytes = Array(line.utf8)
    #expect(value(bytes, found.host) == "a.b")
    #expect(value(bytes, found.bytesDown) == "7")
    #expect(found.has(.upstreamStatus) && !found.has(.bytesUp))
  }

  @Test("records of other form mean the same by the slow way")
  func slowly() throws {
    for line in [
      #"{ "v": 1, "event": "decision", "host": "a.b" }"#,
      #"{"v":1,"event":"decision","host":"a.b","new":[1,{"x":null}]}"#,
      #"{"v":1,"event":"decision","host":"a\u002eb"}"#,
    ] {
      let found = try fields(line)
      #expect(found.event.range.count == 8)
      #expect(!found.host.isEmpty)
    }
  }

  @Test("every member that the writer has is known, and its place in the list is its bit")
  func members() {
    #expect(RecordMember.allCases.count <= 64)
    #expect(RecordMember.allCases.enumerated().allSatisfy { $0.offset == Int($0.element.rawValue) })
  }
}
