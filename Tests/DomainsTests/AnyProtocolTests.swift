import Testing

@testable import Domains

/// `protocol=any` changes no verdict, but goes along with an allow that holds, whichever way the
/// matcher takes to it, and through an image.
@Suite struct AnyProtocolTests {
  struct Row: Sendable {
    let rules: [String]
    let ask: String
    var port: UInt16 = 443
    var day = "2026-11-22"
    let isAny: Bool
  }

  static let rows = [
    Row(rules: ["x.com protocol=any"], ask: "x.com", isAny: true),
    Row(rules: ["x.com"], ask: "x.com", isAny: false),
    Row(rules: ["+.x.com protocol=any"], ask: "a.x.com", isAny: true),
    Row(rules: ["?.x.com :443 protocol=any"], ask: "a.x.com", isAny: true),
    Row(rules: ["a*.x.com protocol=any"], ask: "ab.x.com", isAny: true),
    Row(rules: ["*.x.com protocol=any", "a.x.com"], ask: "a.x.com", isAny: false),
    Row(rules: ["x.com", "x.com protocol=any"], ask: "x.com", isAny: true),
    Row(rules: ["x.com", "x.com :22 protocol=any"], ask: "x.com", isAny: false),
    Row(rules: ["x.com", "x.com :22 protocol=any"], ask: "x.com", port: 22, isAny: true),
    Row(rules: ["x.com", "x.com until=2026-11-21 protocol=any"], ask: "x.com", isAny: false),
    Row(rules: ["x.com protocol=any", "!x.com"], ask: "x.com", isAny: false),
    Row(rules: ["x.com :22 protocol=any"], ask: "x.com", isAny: false),
  ]

  @Test("goes along with an allow that holds, and with nothing else", arguments: rows)
  func row(_ row: Row) throws {
    let text = "sluice-allowlist 1\nname: t\nversion: 1\n\n" + row.rules.joined(separator: "\n")
    let list = try Allowlist.parse(Array((text + "\n").utf8), file: "t.allow")
    let built = Matcher([Matcher.Source(list: list)], seed: 3)
    let bytes = built.image.indices.map { built.image[$0] }
    let copy = ImageMemory(copying: bytes.span)
    let memory = try #require(copy)
    for matcher in [built, try Matcher(image: memory)] {
      let port = try #require(Port(row.port))
      let match = matcher.match(
        try Hostname(row.ask), port: port, on: try #require(Day(row.day)))
      #expect(match.allowsAnyProtocol == row.isAny)
    }
    #expect(list.rules.map(\.allowsAnyProtocol) == row.rules.map { $0.contains("protocol=any") })
    #expect(list.rules.allSatisfy { $0.metadata.isEmpty })
  }
}
