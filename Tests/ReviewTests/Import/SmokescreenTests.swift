import Testing

@testable import Domains
@testable import Review

@Suite("Smokescreen access lists")
struct SmokescreenTests {
  private func result(_ file: String, _ service: String?) throws -> ImportResult {
    try importing(.smokescreen, try corpus("smokescreen/\(file).yaml")) { $0.service = service }
  }

  @Test("a service's domains beat the global deny list, and that beats the global allow list")
  func tiers() throws {
    let rules = try result("sample_config_with_global", "enforce-dummy-srv").rules
    #expect(
      rules == [
        "example1.com", "example2.com", "badexample1.com", "goodexample1.com", "goodexample2.com",
        "goodexample3.com", "!badexample2.com", "!conflictingexample.com",
      ])
  }

  @Test("report and open let everything through in the source, and nothing unlisted in the list")
  func looseActions() throws {
    let report = try result("sample_config_with_global", "report-dummy-srv")
    #expect(report.remarks.contains("narrowed loose_mode"))
    #expect(report.rules.contains("example3.com"))
    let open = try result("sample_config_with_global", "open-dummy-srv")
    #expect(open.remarks.contains("narrowed loose_mode"))
  }

  @Test("inspection is left out with a remark, and the default is a service of its own")
  func others() throws {
    let mitm = try result("mitm_config", "enforce-dummy-mitm-srv")
    #expect(mitm.rules == ["examplea.com", "exampleb.com", "example-mitm.com"])
    #expect(mitm.remarks.contains("ignored inspection"))
    #expect(try result("mitm_config", "default").rules == ["default.example.com"])
  }

  @Test(
    "a configuration that Smokescreen refuses is refused with its line",
    arguments: [
      ("contains_invalid_glob", "*bob.example.com"), ("contains_middle_glob", "bob.ex*ample.com"),
    ])
  func broken(_ file: String, _ glob: String) throws {
    let error = try #require(throws: ImportError.self) { _ = try result(file, "dummy-glob") }
    #expect(error.description.hasPrefix("source:8:1: `\(glob)` has a wildcard"), "\(error)")
  }

  @Test("of several services one has to be chosen, by a name that exists")
  func choice() throws {
    for service in [nil, "nobody"] {
      let error = try #require(throws: ImportError.self) {
        _ = try result("sample_config_with_global", service)
      }
      #expect(error.remedy.contains("enforce-dummy-srv, report-dummy-srv"))
    }
  }

  static let yaml: [(text: String, complaint: String)] = [
    ("a: &x b", "source:1:1: `&x b` starts with a character"),
    ("a: *x", "source:1:1: `*x` starts with a character"),
    ("a: [b, c]", "source:1:1: `[b, c]` starts with a character"),
    ("a: {b: c}", "source:1:1: `{b: c}` starts with a character"),
    ("a: |\n  b", "source:1:1: `|` starts with a character"),
    ("a: !!str b", "source:1:1: `!!str b` starts with a character"),
    ("a: b: c", "source:1:1: a second `key:`"),
    ("a: \"b\" c", "source:1:1: a quoted text"),
    ("a: \"b\\n\"", "source:1:1: a quoted text"),
    ("a: b\na: c", "source:2:1: `a` for the second time"),
    ("a:\n\t- b", "source:2:1: a tab"),
    ("a:\n  - b\n - c", "source:3:1: "),
    ("a: b\n  c: d", "source:2:1: an indentation"),
    ("  a: b\nc: d", "source:2:1: a line that is indented less"),
    ("a: b\n---\nc: d", "source:2:1: more than one document"),
    ("- a\nb: c", "source:2:1: "),
    ("just text", "source:1:1: neither `key: value` nor"),
  ]

  @Test("YAML beyond the plain part is refused with its line", arguments: yaml)
  func strictYAML(_ text: String, _ complaint: String) throws {
    let error = try #require(throws: ImportError.self) {
      _ = try StrictYAML.parse(SourceText(Array(text.utf8), file: "source"))
    }
    #expect(error.description.hasPrefix(complaint), "\(error)")
  }

  @Test("sequences at their key's column, quotes, comments and nulls are read")
  func plainYAML() throws {
    let text = """
      ---
      version: v1   # the only one
      services:
      - name: 'a # b'
        project: ~
        action: enforce
        allowed_domains:
        - "*.example.com"
        -   example.org
      default:
      global_deny_list: []
      """
    let result = try importing(.smokescreen, text)
    #expect(result.rules == ["*.example.com", "example.org"])
    #expect(result.string.contains("[smokescreen service a # b]"))
  }

  @Test("nesting beyond the limit is refused")
  func depth() throws {
    let dashes = String(repeating: "- ", count: 200) + "a: b"
    #expect(throws: ImportError.self) {
      _ = try StrictYAML.parse(SourceText(Array(dashes.utf8), file: "source"))
    }
  }
}
