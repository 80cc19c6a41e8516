import Testing

@testable import Domains
@testable import Review

@Suite("Imports that are refused")
struct ImportRefusalTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let format: ImportFormat
    let direction: ImportDirection?
    let source: String
    let complaint: String

    init(
      _ format: ImportFormat, _ direction: ImportDirection?, _ source: String, _ complaint: String
    ) {
      (self.format, self.direction, self.source, self.complaint) =
        (format, direction, source, complaint)
    }

    var testDescription: String { "\(format) `\(source)`: \(complaint)" }
  }

  static let rows: [Row] = [
    Row(.plain, nil, "a.com", "source: plain lists do not say whether"),
    Row(.hosts, nil, "0.0.0.0 a.com", "source: hosts lists do not say whether"),
    Row(.squid, nil, "a.com", "source: squid lists do not say whether"),
    Row(.v2fly, nil, "a.com", "source: v2fly lists do not say whether"),
    Row(.adguard, .deny, "||a.com^", "source: adguard says itself"),
    Row(.plain, .allow, "a.com\n!b.com", "source:2:1: an entry that may take names out"),
    Row(.plain, .allow, "\u{FEFF}a.com", "source:1:1: the text starts with a byte order mark"),
    Row(.plain, .allow, "a.com\nb\u{0}.com", "source:2:2: a control byte"),
    Row(.plain, .allow, "a.com\rb.com", "source:1:6: a control byte"),
    Row(.hosts, .deny, "a.com 0.0.0.0", "source:1:1: `a.com` is not an address"),
    Row(.hosts, .deny, "0.0.0.0", "source:1:1: an address without a name"),
    Row(.squid, .allow, "acl a dstdomain \"x.txt\"", "source:1:1: entries in another file"),
    Row(.squid, .allow, "acl a dstdomain x.com\ninclude y.conf", "source:2:1: an include"),
    Row(
      .squid, .allow, "acl a dstdomain x.com\nacl a dstdom_regex y", "source:2:1: `dstdom_regex`"),
    Row(.squid, .allow, "acl a dstdomain x.com\nacl b dstdomain y.com", "source: several ACLs"),
    Row(.squid, .allow, "acl a dstdomain x.com \\\n y.com", "source:1:1: a line that goes on"),
    Row(.squid, .allow, "if false\nacl a dstdomain x.com\nendif", "source:1:1: a condition"),
    Row(.squid, .allow, "acl a dstdomain -i x.com", "source:1:1: `-i` is no flag"),
    Row(.squid, .allow, "# x\n-i a.com", "source:2:1: `-i` is no flag"),
    Row(.dnsmasq, nil, "conf-file=/etc/x", "source:1:1: `conf-file` is not read here"),
    Row(.dnsmasq, nil, "server=/a.com/nonsense", "source:1:1: the value is not understood"),
    Row(.dnsmasq, nil, "address=a.com", "source:1:1: the value is not understood"),
    Row(.v2fly, .allow, "include:other", "source:1:1: an include, and no directory"),
    Row(.v2fly, .allow, "include:../x", "source:1:1: `../x` is not the name of a list"),
    Row(.v2fly, .allow, "a.com ads", "source:1:1: `ads` is not understood"),
    Row(.v2fly, .allow, "site:a.com", "source:1:1: `site` is not a type"),
    Row(.adguard, nil, "||a.com^\n!#include x.txt", "source:2:1: an include"),
  ]

  @Test("an ambiguous or broken source is an error with its place and its remedy", arguments: rows)
  func refusals(_ row: Row) throws {
    let error = try #require(throws: ImportError.self) {
      _ = try importing(row.format, row.source, as: row.direction)
    }
    #expect(error.description.hasPrefix(row.complaint), "\(error)")
    #expect(!error.remedy.isEmpty)
  }

  @Test("bytes that are not UTF-8, overlong forms too, are refused with their place")
  func encoding() throws {
    for bytes: [UInt8] in [[0xC0, 0xAF], [0xFF], [0xE2, 0x80], [0xED, 0xA0, 0x80]] {
      for format in ImportFormat.allCases {
        var request = ImportRequest(
          format: format, file: "source", text: Array("# x\na".utf8) + bytes, version: "1")
        request.direction = format.needsDirection ? .deny : nil
        let error = try #require(throws: ImportError.self) { _ = try ListImporter.run(request) }
        #expect(error.description.hasPrefix("source:2:2: not UTF-8"), "\(error)")
      }
    }
  }

  @Test("a line beyond the limit is refused by every importer")
  func longLine() throws {
    let line = String(repeating: "a", count: SourceText.lineLimit + 1)
    for format in ImportFormat.allCases {
      let error = try #require(throws: ImportError.self) {
        _ = try importing(format, line, as: format.needsDirection ? .allow : nil)
      }
      #expect(error.problem.contains("a line of more than"), "\(error)")
    }
  }

  @Test("nothing makes a name or a version into lines of the list")
  func header() throws {
    #expect(throws: ImportError.self) {
      _ = try importing(.plain, "a.com", as: .allow) { $0.name = "x\nevil.com" }
    }
    #expect(throws: ImportError.self) {
      _ = try importing(.plain, "a.com", as: .allow) { $0.version = "1\nevil.com" }
    }
  }

  @Test("random bytes, and sources cut anywhere, end in a list that parses or in an error")
  func noise() throws {
    var random = SeededGenerator(seed: 7)
    let pieces = [
      "||", "@@", "^", "$important", "a.com", "include:", "&x", "@y", "server=/", "/", "#", "!",
      "\n",
      "- ", ": ", "services:", "\"", "'", "  ", "0.0.0.0 ", "acl a dstdomain ", "*", ".", "ü", "[",
      "\t",
    ]
    for _ in 0..<4000 {
      let text = (0..<Int.random(in: 0..<24, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let format = ImportFormat.allCases.randomElement(using: &random) ?? .plain
      let direction: ImportDirection? =
        format.needsDirection ? (Bool.random(using: &random) ? .allow : .deny) : nil
      guard let result = try? importing(format, text, as: direction), let list = result.text else {
        continue
      }
      _ = try Allowlist.parse(list, file: "imported")
    }
  }
}
