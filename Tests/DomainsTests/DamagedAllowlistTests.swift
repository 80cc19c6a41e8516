import Testing

@testable import Domains

/// What people and programs give by mistake: other files, other encodings, cut ones, endless ones. The
/// complaint has its place, and comes before much work is done.
@Suite("Texts that are no lists at all")
struct DamagedAllowlistTests {
  private static let header = Array("sluice-allowlist 1\nname: x\nversion: 1\n".utf8)

  private func complaint(_ text: [UInt8]) -> String? {
    do {
      _ = try Allowlist.parse(text, file: "x")
      return nil
    } catch {
      return error.description
    }
  }

  @Test(
    "bytes that are not UTF-8 are refused at the first of them",
    arguments: [
      ("a byte that never occurs", [0xFF]),
      ("an overlong slash", [0xC0, 0xAF]),
      ("an overlong slash in three bytes", [0xE0, 0x80, 0xAF]),
      ("an overlong NUL", [0xC0, 0x80]),
      ("a surrogate", [0xED, 0xA0, 0x80]),
      ("a character above U+10FFFF", [0xF4, 0x90, 0x80, 0x80]),
      ("a later byte without its first", [0x80]),
      ("a character of three bytes that is cut by the line", [0xE2, 0x82, 0x0A]),
      ("a character of three bytes that is cut by the end", [0xE2, 0x82]),
      ("a character of two bytes that is cut by the end", [0xC3]),
    ] as [(String, [UInt8])])
  func encoding(_ why: String, _ bytes: [UInt8]) {
    let text = Self.header + Array("a.com\nb.com # ".utf8) + bytes
    #expect(complaint(text) == "x:5:9: not UTF-8; save the list as UTF-8", "\(why)")
  }

  @Test("the line of bytes that are not UTF-8 is right behind many lines")
  func encodingBehindManyLines() {
    let lines = [UInt8](repeating: 0x0A, count: 70_001)
    #expect(complaint(Self.header + lines + [0xFF])?.hasPrefix("x:70005:1: not UTF-8") == true)
  }

  @Test("a byte order mark in front, and one on a later line, are refused")
  func byteOrderMarks() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    #expect(complaint(mark + Self.header)?.hasPrefix("x:1:1: the text starts with a byte") == true)
    #expect(
      complaint(Self.header + mark + Array("a.com\n".utf8))?
        .hasPrefix("x:4:1: an invisible character") == true)
  }

  @Test(
    "a text of UTF-16 is refused, with a byte order mark and without", arguments: [true, false])
  func wide(_ hasMark: Bool) {
    let text = Self.header.flatMap { [$0, 0] as [UInt8] }
    let complaint = self.complaint(hasMark ? [0xFF, 0xFE] + text : text)
    #expect(
      complaint
        == (hasMark
          ? "x:1:1: not UTF-8; save the list as UTF-8" : "x:1:2: a control byte; remove it"))
  }

  @Test(
    "a NUL, a CR LF and other control bytes are refused where they stand on a rule",
    arguments: [
      ("a.com\u{0}\n", "4:6: a control byte"), ("\u{0}\n", "4:1: a control byte"),
      ("a.com :443\u{0}\n", "4:11: a control byte"), ("a\u{1b}[0m.com\n", "4:2: a control byte"),
      ("a.com\r\nb.com\r\n", "4:6: the line ends in CR LF"),
      ("a.com :443\r\n", "4:11: the line ends in CR LF"), ("\r\n", "4:1: the line ends in CR LF"),
      ("a.com\r", "4:6: the line ends in CR LF"), ("\u{c}", "4:1: a control byte"),
    ])
  func controls(_ lines: String, _ expected: String) {
    for before in ["", "first.example\n"] {
      let text = Self.header + Array((before + lines).utf8)
      let place = before.isEmpty ? expected : "5" + expected.dropFirst()
      #expect(complaint(text)?.hasPrefix("x:\(place); ") == true, "\(complaint(text) ?? "taken")")
    }
  }

  @Test(
    "a line of 100 MB is refused at its 4097th byte",
    arguments: [UInt8(ascii: "a"), UInt8(ascii: " "), UInt8(ascii: "#"), UInt8(ascii: "."), 0])
  func endlessLine(_ byte: UInt8) {
    let line = [UInt8](repeating: byte, count: 100_000_000)
    let expected = "x:4:4097: a line of more than 4096 bytes; shorten it"
    #expect(complaint(Self.header + line) == expected)
    #expect(complaint(line) == "x:1" + expected.dropFirst(3))
  }

  @Test("the lines behind one that is too long have their right numbers")
  func behindLongLine() {
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 20_000)
    let text = Self.header + long + Array("\na.com\nB.com\n".utf8) + long
    #expect(
      Allowlist.errors(in: text, file: "x").map { "\($0.position.line):\($0.position.column)" }
        == ["4:4097", "6:1", "7:4097"])
  }

  @Test("a list has as many sections as the limit says, and the next one is refused")
  func tooManySections() {
    #expect(Allowlist.sectionLimit == 1 << 20)
    let text = Self.header + Array("[a]\n[b]\na.com\n[c] owner=@x\n".utf8)
    var enough = AllowlistParser(text: text, file: "x", errorLimit: 9, sectionLimit: 3)
    enough.parse()
    #expect(enough.errors.isEmpty && enough.sections.count == 3)
    var tooFew = AllowlistParser(text: text, file: "x", errorLimit: 9, sectionLimit: 2)
    tooFew.parse()
    #expect(
      tooFew.errors.map(\.description)
        == ["x:7:1: more than 2 sections; join some, or split the list"])
  }

  @Test("a text above the limit is refused before it is looked at")
  func tooLarge() {
    let text = [UInt8](repeating: 0xFF, count: Allowlist.textLimit + 1)
    #expect(
      complaint(text)
        == "x:1:1: the text has more than 256 MiB; split it into several lists")
  }
}
