import Domains
import Testing

@testable import Review

@Suite("Expectations")
struct ExpectationTests {
  private static let header = "sluice-expectations 1\n"

  private func parse(_ text: [UInt8]) throws(ExpectationError) -> Expectations {
    try Expectations.parse(
      text, file: "t.expect",
      reasons: Expectations.Reasons(
        allow: ["allowlisted"], deny: ["not_allowlisted", "port_not_allowed"]),
      accessLevels: ["none", "limited", "full"])
  }

  @Test("settings, hosts with and without ports, reasons and comments are read")
  func whole() throws {
    let text = """
      sluice-expectations 1
      # what it is for
      list: ./team.allow
      list: default
      access: none
      day: 2026-12-31

      allow github.com:8443   # why
        deny\tExample.COM. reason=not_allowlisted
      deny [::1]:80
      """
    let parsed = try parse(Array(text.utf8))
    #expect(parsed.lists == ["./team.allow", "default"])
    #expect(parsed.access == "none" && parsed.day == Day("2026-12-31"))
    #expect(
      parsed.expectations.map { "\($0.target)" } == [
        "github.com:8443", "example.com:443", "[::1]:80",
      ])
    #expect(parsed.expectations.map(\.isAllowed) == [true, false, false])
    #expect(parsed.expectations.map(\.reason) == [nil, "not_allowlisted", nil])
    #expect(parsed.expectations.map(\.line) == [8, 9, 10])
  }

  static let broken: [(text: String, complaint: String)] = [
    ("", "1:1: not a file of expectations of this format"),
    ("sluice-expectations 2\nallow a.com\n", "1:1: not a file of expectations"),
    ("\u{FEFF}sluice-expectations 1\n", "1:1: the text starts with a byte order mark"),
    (header, "1:1: no expectation"),
    (header + "# only a comment\n", "2:1: no expectation"),
    (header + "allow a.com\r\n", "2:12: the line ends in CR LF"),
    (header + "allow a\u{0}.com\n", "2:8: a control byte"),
    (header + "permit a.com\n", "2:1: `permit` is no expectation"),
    (header + "allow\n", "2:1: an expectation without a host"),
    (header + "allow https://a.com/\n", "2:7: `https://a.com/` is not a host"),
    (header + "allow a..com\n", "2:7: `a..com` is not a host"),
    (header + "allow a.com:0\n", "2:7: `a.com:0` is not a host"),
    (header + "allow a.com b.com\n", "2:13: `b.com` is not understood behind a host"),
    (header + "allow a.com reason=x\n", "2:13: `x` is not a reason to allow"),
    (
      header + "allow a.com reason=port_not_allowed\n",
      "2:13: `port_not_allowed` is not a reason to"
    ),
    (header + "deny a.com reason=port_not_allowed x\n", "2:36: `x` is not understood"),
    (header + "allow a.com\ndeny A.com:443\n", "3:6: a.com:443 for the second time, after line 2"),
    (header + "allow a.com\nlist: x\n", "3:1: a setting behind the first expectation"),
    (header + "lists: x\n", "2:1: `lists:` is not a setting"),
    (header + "list:\n", "2:1: `list:` has no value"),
    (header + "list: a b\n", "2:9: more than one value"),
    (header + "access: some\n", "2:9: `some` is not an access level"),
    (header + "access: none\naccess: full\n", "3:1: `access:` for the second time"),
    (header + "day: 2026-02-30\n", "2:6: `2026-02-30` does not name a day"),
    (header + "allow " + String(repeating: "a", count: 5000), "2:4097: a line of more than 4096"),
  ]

  @Test("what is not understood is refused with its place", arguments: broken)
  func refused(_ row: (text: String, complaint: String)) {
    let error = #expect(throws: ExpectationError.self) { try parse(Array(row.text.utf8)) }
    #expect(
      error?.description.hasPrefix("t.expect:\(row.complaint)") == true,
      "\(error?.description ?? "")")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test("bytes that are not UTF-8 are refused, and so is a file that is too large")
  func bytes() {
    let overlong = Array(Self.header.utf8) + [UInt8(ascii: "#"), 0xC0, 0xAF]
    #expect(throws: ExpectationError.self) { try parse(overlong) }
    #expect(throws: ExpectationError.self) {
      try parse(Array(repeating: UInt8(ascii: "a"), count: Expectations.textLimit + 1))
    }
  }

  @Test("any damage to a file ends in an error or in expectations, never in a crash")
  func damage() {
    let whole = Array(
      (Self.header + "list: x\nday: 2026-12-31\nallow a.com:443\ndeny b.com\n").utf8)
    for length in 0...whole.count { _ = try? parse(Array(whole[..<length])) }
    for place in whole.indices {
      for byte in [0, 9, 10, 13, 32, 35, 58, 0x7F, 0x80, 0xC3, 0xFF] as [UInt8] {
        var text = whole
        text[place] = byte
        _ = try? parse(text)
      }
    }
  }

  @Test("an expectation holds only with the verdict and the reason that it names")
  func report() throws {
    let parsed = try parse(
      Array(
        (Self.header + "allow a.com\ndeny b.com reason=port_not_allowed\ndeny c.com\n").utf8))
    let report = ExpectationReport(parsed) { expectation in
      ExpectationReport.Decision(
        isAllowed: false, reason: "not_allowlisted", summary: "it is not listed",
        rule: expectation.line == 2 ? "x.allow:3" : nil)
    }
    #expect(
      report.text == """
        t.expect:2: expected allow a.com:443, got deny (not_allowlisted): it is not listed  \
        (x.allow:3)
        t.expect:3: expected deny b.com:443 with reason port_not_allowed, got deny \
        (not_allowlisted): it is not listed
        t.expect: 1 of 3 expectations holds

        """)
    #expect(report.failureCount == 2)
    #expect(report.json.contains("\"expectations\":3,\"failures\":[{\"line\":2,"))
  }
}
