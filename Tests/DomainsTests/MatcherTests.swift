import Testing

@testable import Domains

/// One question to a matcher: which answer, and which line of which list gives it.
struct Question: CustomTestStringConvertible, Sendable {
  let why: String
  let lists: [String]
  let host: String
  let outcome: Matcher.Outcome
  let rule: String?
  var port = Port.https
  var day = "2026-11-22"

  init(
    _ why: String, _ lists: String..., ask host: String, port: UInt16 = 443,
    on day: String = "2026-11-22",
    is outcome: Matcher.Outcome, by rule: String? = nil
  ) {
    self.why = why
    self.lists = lists
    self.host = host
    self.port = Port(port)!
    self.day = day
    self.outcome = outcome
    self.rule = rule
  }

  var testDescription: String { why }
}

func list(_ name: String, _ rules: String) throws -> Allowlist {
  let text = "sluice-allowlist 1\nname: \(name)\nversion: 1\n\(rules)\n"
  return try Allowlist.parse(Array(text.utf8), file: "\(name).allow")
}

@Suite("Matcher")
struct MatcherTests {
  static let patterns: [Question] = [
    .init(
      "an exact rule allows its name", "example.com", ask: "example.com", is: .allow, by: "one:4"),
    .init(
      "an exact rule says nothing about names below", "example.com", ask: "a.example.com",
      is: .unlisted),
    .init(
      "an exact rule says nothing about the name above", "a.example.com", ask: "example.com",
      is: .unlisted),
    .init("a name that ends alike is another", "github.com", ask: "evilgithub.com", is: .unlisted),
    .init(
      "a name with another behind it is another", "github.com", ask: "github.com.evil.com",
      is: .unlisted),
    .init("an empty matcher lists nothing", "", ask: "example.com", is: .unlisted),
    .init("a top-level name is not a rule below it", "example.com", ask: "com", is: .unlisted),

    .init(
      "`*.` covers one label below", "*.example.com", ask: "a.example.com", is: .allow, by: "one:4"),
    .init(
      "`*.` covers any depth below", "*.example.com", ask: "c.b.a.example.com", is: .allow,
      by: "one:4"),
    .init(
      "`*.` does not cover the name itself", "*.example.com", ask: "example.com", is: .unlisted),
    .init(
      "`*.` does not cover a name that ends alike", "*.example.com", ask: "evilexample.com",
      is: .unlisted),

    .init(
      "`+.` covers the name itself", "+.example.com", ask: "example.com", is: .allow, by: "one:4"),
    .init(
      "`+.` covers any depth below", "+.example.com", ask: "b.a.example.com", is: .allow,
      by: "one:4"),
    .init(
      "`+.` does not cover a name that ends alike", "+.example.com", ask: "xexample.com",
      is: .unlisted),

    .init(
      "`?.` covers one label below", "?.example.com", ask: "a.example.com", is: .allow, by: "one:4"),
    .init(
      "`?.` does not cover two labels below", "?.example.com", ask: "b.a.example.com", is: .unlisted
    ),
    .init(
      "`?.` does not cover the name itself", "?.example.com", ask: "example.com", is: .unlisted),

    .init(
      "a glob covers a label of its form", "api-*.example.com", ask: "api-eu.example.com",
      is: .allow, by: "one:4"),
    .init(
      "the star of a glob needs one character", "api-*.example.com", ask: "api-.example.com",
      is: .unlisted),
    .init(
      "a glob does not reach over a dot", "api-*.example.com", ask: "api-a.b.example.com",
      is: .unlisted),
    .init(
      "a glob does not cover names below", "api-*.example.com", ask: "x.api-a.example.com",
      is: .unlisted),
    .init(
      "a glob covers the whole label", "api-*.example.com", ask: "xapi-a.example.com", is: .unlisted
    ),
    .init(
      "a glob may start with its star", "*-api.example.com", ask: "eu-api.example.com", is: .allow,
      by: "one:4"),
    .init(
      "a glob may have several stars", "a*b*c.example.com", ask: "axxbyyc.example.com", is: .allow,
      by: "one:4"),
    .init(
      "each star needs one character", "a*b*c.example.com", ask: "abxc.example.com", is: .unlisted),

    .init(
      "a single-label name can be listed", "localhost", ask: "localhost", is: .allow, by: "one:4"),
    .init(
      "`*.` works below a top-level name", "*.internal", ask: "a.b.internal", is: .allow,
      by: "one:4"),
    .init(
      "`?.` works below a top-level name", "?.internal", ask: "a.internal", is: .allow, by: "one:4"),
    .init(
      "a glob works below a top-level name", "api-*.internal", ask: "api-1.internal", is: .allow,
      by: "one:4"),
    .init("`+.` works on a top-level name", "+.internal", ask: "internal", is: .allow, by: "one:4"),
    .init(
      "an underscore and an A-label match by their bytes", "_a.xn--a.com", ask: "_a.xn--a.com",
      is: .allow, by: "one:4"),
  ]

  static let precedence: [Question] = [
    .init("exact beats `?`", "?.a.com\n!x.a.com", ask: "x.a.com", is: .deny, by: "one:5"),
    .init("exact beats a glob", "x*.a.com\n!xy.a.com", ask: "xy.a.com", is: .deny, by: "one:5"),
    .init("exact beats `*`", "!*.a.com\nx.a.com", ask: "x.a.com", is: .allow, by: "one:5"),
    .init(
      "the apex of `+` is as good as exact", "+.x.a.com\n!?.a.com", ask: "x.a.com", is: .allow,
      by: "one:4"),
    .init("`?` beats a glob", "!xy*.a.com\n?.a.com", ask: "xyz.a.com", is: .allow, by: "one:5"),
    .init("`?` beats `*`", "!*.a.com\n?.a.com", ask: "x.a.com", is: .allow, by: "one:5"),
    .init("a glob beats `*`", "!*.a.com\nx*.a.com", ask: "xy.a.com", is: .allow, by: "one:5"),
    .init(
      "a glob that does not match leaves it to `*`", "*.a.com\n!x*.a.com", ask: "y.a.com",
      is: .allow, by: "one:4"),
    .init(
      "a deeper `*` beats a shallower one", "*.com\n!*.a.com", ask: "x.a.com", is: .deny,
      by: "one:5"),
    .init(
      "a deeper `*` beats a shallower deny", "!*.com\n*.a.com", ask: "x.y.a.com", is: .allow,
      by: "one:5"),
    .init(
      "a deeper `*` beats a shallower `?`", "?.com\n!*.a.com", ask: "x.a.com", is: .deny,
      by: "one:5"),
    .init(
      "`?` at the parent beats `*` far above", "!*.com\n?.b.a.com", ask: "x.b.a.com", is: .allow,
      by: "one:5"),
    .init(
      "where `?` ends, the `*` above goes on", "*.a.com\n!?.a.com", ask: "x.y.a.com", is: .allow,
      by: "one:4"),
    .init(
      "the order of lines does not matter", "!x.a.com\n*.a.com", ask: "x.a.com", is: .deny,
      by: "one:4"),
    .init("a deny at a tie wins", "x.com\n!x.com", ask: "x.com", is: .deny, by: "one:5"),
    .init(
      "a deny at a tie wins from any list", "!x.com", "x.com", ask: "x.com", is: .deny, by: "one:4"),
    .init(
      "a deny in a later list wins a tie too", "x.com", "!x.com", ask: "x.com", is: .deny,
      by: "two:4"),
    .init(
      "a tie of `+` and exact is a tie", "+.x.com\n!x.com", ask: "x.com", is: .deny, by: "one:5"),
    .init(
      "all globs that match are one group", "x*.a.com\n!*y.a.com", ask: "xzy.a.com", is: .deny,
      by: "one:5"),
    .init(
      "a glob of the group that does not match has no say", "x*.a.com\n!*y.a.com", ask: "xyz.a.com",
      is: .allow, by: "one:4"),
    .init(
      "of several allows the first is named", "x.com\nx.com", "x.com", ask: "x.com", is: .allow,
      by: "one:4"),
    .init(
      "of several globs the first line is named", "*zy.a.com\nx*.a.com", ask: "xzy.a.com",
      is: .allow, by: "one:4"),
    .init(
      "a more specific rule of another list wins", "*.a.com", "!x.a.com", ask: "x.a.com", is: .deny,
      by: "two:4"),
    .init(
      "a deny of names below leaves the name", "x.com\n!*.x.com", ask: "x.com", is: .allow,
      by: "one:4"),
  ]

  static let hardDenies: [Question] = [
    .init("`!!` denies its name", "!!x.com", ask: "x.com", is: .denyAlways, by: "one:4"),
    .init(
      "`!!` denies everything below", "!!x.com", ask: "c.b.a.x.com", is: .denyAlways, by: "one:4"),
    .init("`!!` does not deny a name that ends alike", "!!x.com", ask: "ax.com", is: .unlisted),
    .init(
      "`!!` does not deny the name above", "!!a.x.com\nx.com", ask: "x.com", is: .allow, by: "one:5"
    ),
    .init(
      "`!!` beats an exact allow", "!!x.com\nx.com", ask: "x.com", is: .denyAlways, by: "one:4"),
    .init(
      "`!!` beats a deeper exact allow", "a.x.com\n!!x.com", ask: "a.x.com", is: .denyAlways,
      by: "one:5"),
    .init(
      "`!!` beats a deeper `*`", "*.b.x.com\n!!x.com", ask: "a.b.x.com", is: .denyAlways,
      by: "one:5"),
    .init(
      "`!!` of another list beats an allow", "x.com", "!!x.com", ask: "x.com", is: .denyAlways,
      by: "two:4"),
    .init(
      "a deep `!!` beats a shallow allow", "+.com\n!!a.x.com", ask: "a.x.com", is: .denyAlways,
      by: "one:5"),
    .init(
      "`!!` holds for every port", "!!x.com", ask: "x.com", port: 22, is: .denyAlways, by: "one:4"),
    .init("`!!` on a top-level name works", "!!zip", ask: "a.zip", is: .denyAlways, by: "one:4"),
    .init(
      "of two `!!` the shallower is named", "!!a.x.com\n!!x.com", ask: "a.x.com", is: .denyAlways,
      by: "one:5"),
    .init(
      "of two equal `!!` the first is named", "!!x.com\n!!x.com", ask: "x.com", is: .denyAlways,
      by: "one:4"),
  ]

  static let conditions: [Question] = [
    .init("an allow means port 80", "x.com", ask: "x.com", port: 80, is: .allow, by: "one:4"),
    .init("an allow means port 443", "x.com", ask: "x.com", port: 443, is: .allow, by: "one:4"),
    .init(
      "an allow means no other port", "x.com", ask: "x.com", port: 22, is: .portNotAllowed,
      by: "one:4"),
    .init(
      "ports replace the default", "x.com :22", ask: "x.com", port: 443, is: .portNotAllowed,
      by: "one:4"),
    .init(
      "a port of the list holds", "x.com :22,8443", ask: "x.com", port: 8443, is: .allow,
      by: "one:4"),
    .init(
      "a port in a range holds", "x.com :9000-9003", ask: "x.com", port: 9003, is: .allow,
      by: "one:4"),
    .init(
      "a port behind a range does not", "x.com :9000-9003", ask: "x.com", port: 9004,
      is: .portNotAllowed, by: "one:4"),
    .init("`:*` means every port", "x.com :*", ask: "x.com", port: 65535, is: .allow, by: "one:4"),
    .init("a deny means every port", "!x.com", ask: "x.com", port: 22, is: .deny, by: "one:4"),
    .init(
      "a deny with a port denies that port", "x.com :*\n!x.com :22", ask: "x.com", port: 22,
      is: .deny, by: "one:5"),
    .init(
      "a deny with a port leaves the others to an allow", "x.com :*\n!x.com :22", ask: "x.com",
      port: 443, is: .allow, by: "one:4"),
    .init(
      "a deny that stands alone denies its other ports too", "!x.com :22", ask: "x.com", port: 443,
      is: .deny, by: "one:4"),
    .init(
      "any protocol changes no answer", "x.com protocol=any", ask: "x.com", is: .allow, by: "one:4"),
    .init(
      "an allow holds on its last day", "x.com until=2026-12-31", ask: "x.com", on: "2026-12-31",
      is: .allow, by: "one:4"),
    .init(
      "an allow does not hold the day after", "x.com until=2026-12-31", ask: "x.com",
      on: "2027-01-01", is: .expired, by: "one:4"),
    .init(
      "another allow of the group takes over", "x.com until=2026-01-01\nx.com", ask: "x.com",
      is: .allow, by: "one:5"),
    .init(
      "no fall-through from a port", "*.com\nx.com :22", ask: "x.com", is: .portNotAllowed,
      by: "one:5"),
    .init(
      "no fall-through from a date", "*.com\nx.com until=2026-01-01", ask: "x.com", is: .expired,
      by: "one:5"),
    .init(
      "no fall-through from a deny's port", "*.com\n!x.com :22", ask: "x.com", is: .deny,
      by: "one:5"),
    .init(
      "a port that fails is told before a date", "x.com until=2026-01-01\nx.com :22", ask: "x.com",
      is: .portNotAllowed, by: "one:5"),
    .init(
      "an allow with both failing fails by its port", "x.com :22 until=2026-01-01", ask: "x.com",
      is: .portNotAllowed, by: "one:4"),
    .init(
      "the first failing allow is named", "!x.com :1\nx.com :22\nx.com :23", ask: "x.com",
      is: .portNotAllowed, by: "one:5"),
    .init(
      "a `!` beats an allow even if that has expired", "x.com until=2026-01-01\n!x.com",
      ask: "x.com", is: .deny, by: "one:5"),
  ]

  @Test(
    "each question has its answer and its rule",
    arguments: [patterns, precedence, hardDenies, conditions].flatMap { $0 })
  func answer(_ question: Question) throws {
    let names = ["one", "two"]
    let sources = try question.lists.enumerated().map { number, rules in
      Matcher.Source(list: try list(names[number], rules))
    }
    let day = try #require(Day(question.day))
    // Once with hashes as they are, and with ever fewer bits of them.
    for mask in MatcherPropertyTests.hashMasks {
      let matcher = Matcher(sources, seed: 1, hashMask: mask)
      let match = matcher.match(try Hostname(question.host), port: question.port, on: day)
      #expect(match.outcome == question.outcome)
      guard match.rule != .none else {
        #expect(question.rule == nil)
        continue
      }
      let source = matcher.source(of: match.rule)
      #expect("\(names[source.listIndex]):\(source.line)" == question.rule)
    }
  }

  @Test("a list of which only hard denies are used allows and denies nothing else")
  func hardDeniesOnly() throws {
    let all = try list("all", "x.com")
    let other = try list("other", "y.com\n!x.com\n!!z.com\n!!x.net")
    let matcher = Matcher(
      [.init(list: all), .init(list: other, use: .hardDeniesOnly)], seed: 3)
    let day = Day(daysSince1970: 0)
    #expect(matcher.ruleCount == 3)
    #expect(matcher.match(try Hostname("x.com"), port: .https, on: day).outcome == .allow)
    #expect(matcher.match(try Hostname("y.com"), port: .https, on: day).outcome == .unlisted)
    let denied = matcher.match(try Hostname("a.x.net"), port: .https, on: day)
    #expect(denied.outcome == .denyAlways)
    #expect(matcher.line(of: denied.rule) == 7)
    #expect(matcher.listIndex(of: denied.rule) == 1)
    #expect(matcher.source(of: denied.rule).text == "!!x.net")
  }

  @Test("a rule is traced to its list, file, line and text")
  func sources() throws {
    let first = try list("first", "")
    let second = try list("second", "[A] owner=@a\na.com\n  b.com :22  ticket=\"S 1\"   # why")
    let matcher = Matcher([.init(list: first), .init(list: second)], seed: 3)
    let match = matcher.match(try Hostname("b.com"), port: Port(22)!, on: Day(daysSince1970: 0))
    #expect(
      matcher.source(of: match.rule)
        == Matcher.RuleSource(
          listIndex: 1, listLabel: "second@1", file: "second.allow", line: 6,
          text: "b.com :22  ticket=\"S 1\""))
    let label = matcher.withLabel(of: match.rule)
    #expect(String(ascii: label) == "second@1")
    #expect(matcher.label(ofList: 0) == Array("first@1".utf8))
    #expect(matcher.lists.map(\.label) == ["first@1", "second@1"])
  }

  @Test("no rule matches an empty key or the text of an address")
  func addresses() throws {
    let matcher = Matcher(
      [.init(list: try list("one", "*.com\n+.a\n?.x\nx*.b"))], seed: 3)
    var key = HostKey()
    let day = Day(daysSince1970: 0)
    #expect(matcher.match(key, port: .https, on: day).outcome == .unlisted)
    for text in ["1.2.3.4", "::a", "2001:db8::1"] {
      key.load(try #require(IPAddress(text)))
      #expect(matcher.match(key, port: .https, on: day).outcome == .unlisted)
    }
  }

  @Test("the longest names and the most labels are matched")
  func longNames() throws {
    let deep = Array(repeating: "a", count: 127).joined(separator: ".")
    let long = HostnameTests.name253
    let matcher = Matcher(
      [.init(list: try list("one", "\(deep)\n*.\(deep.dropFirst(2))\n\(long)"))], seed: 3)
    let day = Day(daysSince1970: 0)
    #expect(matcher.line(of: matcher.match(try Hostname(deep), port: .https, on: day).rule) == 4)
    let below = try Hostname("b.\(deep.dropFirst(2))")
    #expect(matcher.line(of: matcher.match(below, port: .https, on: day).rule) == 5)
    #expect(matcher.line(of: matcher.match(try Hostname(long), port: .https, on: day).rule) == 6)
    #expect(
      matcher.match(try Hostname("c" + long.dropFirst()), port: .https, on: day).outcome
        == .unlisted)
  }

  @Test("names that are permutations of each other have different hashes")
  func permutations() {
    func hash(_ text: String) -> UInt64 {
      var key = HostKey()
      #expect(key.load(Array(text.utf8).span) == nil)
      return SuffixHash(seed: 5).value(of: key, key.count)
    }
    let names = [
      "appleid-service-payment.com", "payment-service-appleid.com", "ab.cd", "cd.ab", "a.bcd",
      "abc.d",
      "aaaaaaaabbbbbbbb.com", "bbbbbbbbaaaaaaaa.com", "com", "com.com", "co.m",
    ]
    #expect(Set(names.map(hash)).count == names.count)
  }
}
