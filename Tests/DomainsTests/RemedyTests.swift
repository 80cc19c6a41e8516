import Testing

@testable import Domains

@Suite("What to write instead of a refused rule")
struct RemedyTests {
  private static let pieces = [
    "*", "**", "+", "?", ".", "..", "a", "B", "-", "_", "xn--", "com", "example.com", "co.uk", "*.",
    "+.", "?.", "!", "!!", ":443", ":0", ":", "/", "/x", "://", "https://", "user@", "@",
    "127.0.0.1",
    "1", "0x1f", "\u{fc}", "$", "\"", "#", " ", " :443", " until=2026-12-31", "A.B.",
    String(repeating: "a", count: 64), String(repeating: "ab.", count: 90),
  ]

  /// The parts of a remedy in backquotes that are not about ports, keys, sections or marks alone.
  static func rules(in remedy: String) -> [String] {
    let parts = remedy.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }.filter {
      !$0.hasPrefix(":") && !$0.hasPrefix("[") && !$0.contains("=")
        && !["*.", "+.", "?.", "*", "!", "!!", "-", "_", "description: "].contains($0)
    }
  }

  private func errors(_ line: String) -> [AllowlistError] {
    let text = Array("sluice-allowlist 1\nname: x\nversion: 1\n\(line)\n".utf8)
    var parser = AllowlistParser(text: text, file: "x.allow", errorLimit: 1)
    parser.parse()
    return parser.errors
  }

  @Test("a remedy that names a rule names one that is taken")
  func taken() {
    var random = SplitMix(seed: 0x5EED)
    var count = 0
    for round in 0..<30_000 {
      let line = (0..<Int.random(in: 1...5, using: &random))
        .map { _ in Self.pieces.randomElement(using: &random)! }.joined()
      for error in errors(line) {
        for rule in Self.rules(in: error.remedy) {
          count += 1
          let again = errors(rule)
          #expect(again == [], "round \(round), \(line): \(error.remedy)")
        }
      }
    }
    #expect(count > 3_000, "only \(count) remedies name a rule")
  }

  @Test(
    "where no rule can be named, the remedy says what to do",
    arguments: [
      ("*b*.com", "give it a parent name of two labels or more"),
      ("https://", "write the host name alone"), ("/x", "write the host name alone"),
      ("EXAMPLE.com./x", "write the host name alone: `example.com`"),
      ("a@b@c", "write the host name alone"),
      ("example.com:0", "write the name, a space, and ports such as `:443`"),
      (".", "write a name, such as `*.example.com`"),
    ])
  func general(_ line: String, _ remedy: String) {
    #expect(errors(line).map(\.remedy) == [remedy])
  }
}
