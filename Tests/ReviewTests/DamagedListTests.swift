import Domains
import Review
import Testing

@Suite("Damaged lists")
struct DamagedListTests {
  static let seedText = """
    sluice-allowlist 1
    name: t
    version: 1  # v
    description: A list

    # About
    [Section ü] owner=@a review="in May"
    Bücher.example. :443,80 # shop; lint: allow redundant-ports why
    +.xn--pple-43d.com until=2026-12-31 reason="a # b"
    !!evil.example
    !api-*.a.example :22
    x.evil.example
    """

  /// Bytes that matter to one of the readers, and some that matter to none.
  static let pieces: [[UInt8]] =
    [
      "\n", "\r\n", "\r", "\t", " ", "#", "# lint: allow", "!", "!!", "\"", "=", ":", ":*", "*.",
      "*", "?.", "+.", ".", "..", "xn--", "XN--", "ü", "ß", "。", "\u{FF0E}", "\u{200D}", "\u{202E}",
      "\0", "\u{1B}", "[", "]", "[]", "@", "/", "://", "-", "_", "1", "until=", ":80,443",
      "\u{308}",
      "\u{FEFF}", "𝒶", "a",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x80], [0xF0, 0x9F]]

  @Test(
    "whatever happens to a text, fmt and lint agree on it, places are inside it and nothing traps",
    arguments: 1...8)
  func agree(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var taken = 0
    for _ in 0..<250 {
      var text = Array(Self.seedText.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&text, &random) }
      let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
      let result = Linted.run([("t.allow", text)], fixes: true)
      let isRefused = result.report.findings.contains { $0.code == .syntax }
      for finding in result.report.findings {
        let line = finding.position.line
        #expect(line >= 1 && line <= lines.count, "\(finding.line)")
        #expect(finding.position.column >= 1)
        #expect(finding.endColumn <= lines[line - 1].count + 2, "\(finding.line) in \(text)")
        #expect(finding.scalarColumns.upperBound <= finding.endColumn)
      }
      do {
        let formatted = try ListFormat.format(text, file: "t.allow")
        taken += 1
        #expect(!isRefused, "\(String(decoding: text, as: UTF8.self))")
        #expect(Allowlist.errors(in: formatted, file: "t.allow").isEmpty)
        #expect(try ListFormat.format(formatted, file: "t.allow") == formatted)
        if let list = try? Allowlist.parse(text, file: "t.allow") {
          let after = try #require(try? Allowlist.parse(formatted, file: "t.allow"))
          #expect(
            list.rules.map { "\($0.verdict) \($0.pattern) \($0.ports)" }
              == after.rules.map { "\($0.verdict) \($0.pattern) \($0.ports)" })
        }
      } catch let refusal as ListFormat.Refusal {
        #expect(isRefused, "\(refusal.problems) in \(String(decoding: text, as: UTF8.self))")
        #expect(result.fixed == [nil])
      }
    }
    #expect(taken > 20)
  }

  static func damage(_ text: inout [UInt8], _ random: inout SeededGenerator) {
    let place = Int.random(in: 0...text.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: text.insert(contentsOf: pieces.randomElement(using: &random)!, at: place)
    case 1:
      text.removeSubrange(place..<min(text.count, place + Int.random(in: 0...3, using: &random)))
    case 2:
      if place < text.count {
        text.replaceSubrange(place...place, with: pieces.randomElement(using: &random)!)
      }
    default: text.removeSubrange(place...)
    }
  }
}
