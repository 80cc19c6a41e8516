import Testing

@testable import Domains

@Suite("What a list keeps of its rules")
struct AllowlistStorageTests {
  private func list(_ lines: String) throws -> Allowlist {
    let text = "sluice-allowlist 1\nname: x\nversion: 1\n\(lines)\n"
    return try Allowlist.parse(Array(text.utf8), file: "x")
  }

  @Test(
    "a row says where the name and the label of a glob stand",
    arguments: [
      ("a.example", "a.example", ""), ("*.a.example", "a.example", ""),
      ("!+.a.example :22", "a.example", ""), ("!!a.example # c", "a.example", ""),
      ("  ?.a.example", "a.example", ""), ("!api-*.a.example :22", "a.example", "api-*"),
      ("\(HostnameTests.name253)", HostnameTests.name253, ""),
    ])
  func places(_ line: String, _ name: String, _ glob: String) throws {
    let list = try list(line)
    let row = try #require(list.rows.first)
    #expect(String(decoding: list.text[row.name], as: UTF8.self) == name)
    #expect(String(decoding: list.text[row.glob], as: UTF8.self) == glob)
  }

  @Test("equal sets of ports are kept once, however they are spelled, the usual two first")
  func portSets() throws {
    let list = try list(
      """
      a.example
      !b.example
      c.example :443,80
      d.example :1-65535
      e.example :8443,443
      f.example :443,8443
      g.example :443,8443
      h.example :9000,9001,9002,9003
      i.example :9000-9003
      """)
    #expect(list.portSets.map(\.description) == ["80,443", "*", "443,8443", "9000-9003"])
    #expect(list.rows.map(\.portSet) == [0, 1, 0, 1, 2, 2, 2, 3, 3])
  }

  @Test("a row takes 28 bytes")
  func size() {
    #expect(MemoryLayout<RuleRow>.stride == 28)
  }

  @Test("the rules of a list are a collection that can be entered anywhere")
  func collection() throws {
    let list = try list((0..<50).map { "host\($0).example" }.joined(separator: "\n"))
    #expect(list.rules.count == 50)
    #expect(list.rules[49].text == "host49.example")
    #expect(list.rules.reversed().first?.line == 53)
    #expect(list.rules[10..<12].map(\.line) == [14, 15])
  }

  @Test("a rule outlives its list")
  func lifetime() throws {
    let rule = try list("a.example :22 ticket=1").rules[0]
    #expect(
      "\(rule.pattern) \(rule.ports) \(rule.metadata)"
        == #"a.example 22 [(key: "ticket", value: "1")]"#)
  }

  @Test("the number of a line, a length and an offset fit where a row keeps them")
  func widths() {
    #expect(Allowlist.textLimit < Allowlist.lineCountLimit)
    #expect(Allowlist.lineLimit <= UInt16.max)
    #expect(NameNormaliser.nameLimit <= UInt8.max)
    // `!`, then a label and its dot.
    #expect(1 + NameNormaliser.labelLimit + 1 <= UInt8.max)
  }
}
