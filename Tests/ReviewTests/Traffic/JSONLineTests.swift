import Foundation
import Testing

@testable import Review

@Suite("JSON objects on one line")
struct JSONLineTests {
  /// Names and values, each as text; `nil` if the line is refused.
  private func members(_ text: String) -> [String]? { members(Array(text.utf8)) }

  private func members(_ bytes: [UInt8]) -> [String]? {
    do {
      var line = try JSONLine(bytes, 0..<bytes.count)
      var found: [String] = []
      while let (name, value) = try line.next() {
        let text =
          switch value {
          case .string(let range, let hasEscapes): line.text(range, hasEscapes: hasEscapes)
          case .number(let range): "#\(String(decoding: bytes[range], as: UTF8.self))"
          case .bool(let value): "\(value)"
          case .null: "null"
          case .nested: "nested"
          }
        found.append("\(String(decoding: bytes[name], as: UTF8.self))=\(text)")
      }
      return found
    } catch {
      return nil
    }
  }

  @Test("values of all kinds are read, and what is inside others is skipped")
  func values() {
    #expect(
      members(#" { "a" : "x" , "b":-1.5e+3,"c":true,"d":null,"e":{"a":[1,{"a":"}"}]},"f":[]} "#)
        == ["a=x", "b=#-1.5e+3", "c=true", "d=null", "e=nested", "f=nested"])
    #expect(members("{}") == [])
    #expect(members(#"{"a":"q\"\\\/\b\f\n\r\té\uD83D\uDE00"}"#) == ["a=q\"\\/\u{8}\u{c}\n\r\té😀"])
    #expect(members(#"{"a":"\uD83D"}"#) == ["a=\u{FFFD}"])
  }

  @Test(
    "what is not one JSON object is refused",
    arguments: [
      "", " ", "[]", "1", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}",
      "{\"a\":1}x",
      "{\"a\":1}{}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":tru}", "{a:1}",
      "{\"a\":\"x}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\t\"}", "{\"a\":1,\"a\":2}",
      "{\"\\u0061\":1}", "{\"a\":[1,]}", "{\"a\":{\"b\"}}", "{\"a\":[}", "{,}", "{\"a\":NaN}",
    ])
  func broken(_ text: String) { #expect(members(text) == nil) }

  @Test("bytes that are not UTF-8, many members and deep nesting are refused")
  func bounds() {
    #expect(members(Array("{\"a\":\"".utf8) + [0xC0, 0x80] + Array("\"}".utf8)) == nil)
    let many = (0...JSONLine.memberLimit).map { "\"m\($0)\":1" }.joined(separator: ",")
    #expect(members("{\(many)}") == nil)
    let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect(members("{\"a\":\(deep)}") == nil)
  }

  @Test(
    "every cut and every changed byte of a record is an object or refused, as Foundation has it")
  func mutations() throws {
    let record = Array(
      #"{"v":1,"seq":8,"time":"2026-11-22T10:00:00.123456Z","host":"é\n","port":443,"l":[{"a":1}]}"#
        .utf8)
    for count in 0..<record.count { #expect(members(Array(record[..<count])) == nil) }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<3000 {
      var changed = record
      let place = Int.random(in: 0..<changed.count, using: &random)
      changed[place] = UInt8.random(in: 0...255, using: &random)
      let ours = members(changed)
      let theirs = try? JSONSerialization.jsonObject(with: Data(changed)) as? [String: Any]
      // We are stricter: a name with an escape, a repeated one.
      if ours != nil { #expect(theirs != nil, "\(String(decoding: changed, as: UTF8.self))") }
    }
  }
}
