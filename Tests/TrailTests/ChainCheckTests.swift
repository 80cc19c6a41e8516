import Testing
import Trail

@testable import Audit

@Suite("The chain of records")
struct ChainCheckTests {
  private let hash = ChainHash()

  /// Records that follow one another, chained.
  private func log(_ count: Int, from start: Int = 1) -> [String] {
    var link = ChainLink.origin
    return (start..<start + count).map { number in
      let text = String(record("h\(number).com", sequence: number).dropLast())
      link = hash.link(after: link, Array(text.utf8).span)
      return text + #","chain":"\#(link.hexadecimal)"}"#
    }
  }

  private func check(_ lines: [String]) throws -> ChainCheck {
    var check = ChainCheck()
    check.begin(file: "a")
    for (index, line) in lines.enumerated() {
      let bytes = Array(line.utf8)
      var found = try fields(line)
      found.line = index + 1
      check.add(bytes.span, found)
    }
    return check
  }

  @Test("the first link is the SHA-256 of 32 zeros and the text, as any tool computes it")
  func known() {
    #expect(
      hash.link(after: .origin, Array("abc".utf8).span).hexadecimal
        == "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370")
    #expect(ChainLink(hexadecimal: Array(String(repeating: "0", count: 64).utf8).span) == .origin)
    #expect(ChainLink(hexadecimal: Array(String(repeating: "G", count: 64).utf8).span) == nil)
  }

  @Test("a log as it was written is in order, wherever one begins to look")
  func whole() throws {
    let lines = log(20)
    for start in [0, 1, 19] {
      let result = try check(Array(lines[start...]))
      #expect(result.findings.isEmpty, "\(result.findings)")
      #expect(result.linked == (start == 0 ? 20 : 19 - start))
      #expect(result.notes.count == 1)
    }
  }

  @Test("a record that was removed, changed, moved, doubled or put in is found, at its place")
  func tampered() throws {
    let lines = log(20)
    var random = SeededRandom(5)
    for _ in 0..<200 {
      var copy = lines
      let place = Int.random(in: 1..<19, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: copy.remove(at: place)
      case 1: copy[place] = copy[place].replacing("allowlisted", with: "public_host")
      case 2: copy.swapAt(place, place - 1)
      case 3: copy.insert(copy[place], at: place)
      default: copy.insert(record("x.com", sequence: place + 1), at: place)
      }
      let result = try check(copy)
      #expect(result.findingCount > 0)
      let first = try #require(result.findings.first)
      #expect(
        first.hasPrefix("a:\(place):") || first.hasPrefix("a:\(place + 1):")
          || first.hasPrefix("a:\(place + 2):"), "\(place) \(first)")
    }
  }

  @Test("a record changed together with its own link breaks the next one")
  func relinked() throws {
    var lines = log(5)
    let text = String(record("evil.com", sequence: 3).dropLast())
    let digits = Array(lines[1].suffix(66).prefix(64).utf8)
    let found = ChainLink(hexadecimal: digits.span)
    let before = try #require(found)
    let link = hash.link(after: before, Array(text.utf8).span)
    lines[2] = text + #","chain":"\#(link.hexadecimal)"}"#
    let result = try check(lines)
    #expect(result.findings.count == 1)
    #expect(result.findings.first?.hasPrefix("a:4:") == true)
  }

  @Test("without links the numbers alone are looked at")
  func numbers() throws {
    let plain = (1...5).map { record("a.com", sequence: $0) }
    #expect(try check(plain).findings.isEmpty)
    #expect(try check(plain).linked == 0)
    var gap = plain
    gap.remove(at: 2)
    #expect(try check(gap).findings == ["a:3: 1 record is missing before seq 4"])
    #expect(try check(plain.reversed()).findingCount == 4)
  }
}
