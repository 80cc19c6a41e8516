import Testing

@testable import Domains
@testable import Review

@Suite("Suggestions")
struct SuggestionTests {
  private let today = Day("2026-11-23")!

  private func suggest(
    _ lines: [String], with lists: [Allowlist] = [],
    _ change: (inout Suggestion.Options) -> Void = { _ in }
  ) throws -> (text: String, rules: [String], outcome: Suggestion.Outcome) {
    var options = Suggestion.Options(version: "1")
    change(&options)
    var suggestion = Suggestion(
      lists: lists, options: options, seed: 1,
      isSpecial: { !$0.text.contains(".") || $0.text.hasSuffix(".internal") })
    for entry in try entries(lines) { suggestion.add(entry) }
    let outcome = try suggestion.write(on: today)
    let list = try Allowlist.parse(outcome.text, file: "suggested")
    return (String(decoding: outcome.text, as: UTF8.self), list.rules.map(\.text), outcome)
  }

  private func denied(_ hosts: String..., port: Int = 443, reason: String = "not_allowlisted")
    -> [String]
  {
    hosts.map { record($0, port, "deny", reason) }
  }

  @Test("a refused host becomes an exact rule with the ports that were asked for")
  func exact() throws {
    let lines =
      denied("b.example.com", "a.example.com") + denied("a.example.com", port: 80)
      + denied("a.example.com") + denied("x.org", port: 8443)
    let (text, rules, _) = try suggest(lines)
    #expect(rules == ["a.example.com", "b.example.com :443", "x.org :8443"])
    #expect(text.contains("[example.com]\na.example.com  # 3 times, 2026-11-22"))
    #expect(text.contains("[x.org]\n"))
  }

  @Test("the date and the ticket stand on every rule that is suggested")
  func stamps() throws {
    let (_, rules, _) = try suggest(denied("a.example.com")) {
      $0.until = Day("2027-01-31")
      $0.ticket = "SEC 9"
    }
    #expect(rules == [#"a.example.com :443 until=2027-01-31 ticket="SEC 9""#])
  }

  @Test("addresses, special names, public suffixes and other refusals are never suggested")
  func never() throws {
    let lines =
      denied("192.0.2.1", "localhost", "db.internal", "co.uk", "github.io")
      + denied("a.example.com", reason: "denied_by_rule")
      + denied("b.example.com", reason: "address_forbidden")
      + denied("c.example.com", reason: "malformed_request")
    #expect(try suggest(lines).rules == [])
  }

  @Test("what the lists deny by a rule, or allow by now, is not suggested")
  func lists() throws {
    let list = try allowlist(["!!evil.com", "!a.example.com", "b.example.com"])
    let lines = denied("x.evil.com", "a.example.com", "b.example.com", "c.example.com")
    #expect(try suggest(lines, with: [list]).rules == ["c.example.com :443"])
  }

  @Test("a wildcard only when asked for, above enough names, with the same ports for all")
  func wildcards() throws {
    let lines = denied("a.cdn.example.com", "b.cdn.example.com", "c.cdn.example.com")
    #expect(try suggest(lines).rules.count == 3)
    #expect(try suggest(lines) { $0.wildcardAt = 4 }.rules.count == 3)
    #expect(try suggest(lines) { $0.wildcardAt = 3 }.rules == ["*.cdn.example.com :443"])
    let mixed = lines + denied("a.cdn.example.com", port: 8443)
    #expect(try suggest(mixed) { $0.wildcardAt = 3 }.rules.count == 3)
  }

  @Test("never a wildcard over a public or multi-tenant suffix, or over a name that was held back")
  func noWildcards() throws {
    for parent in [
      "co.uk", "github.io", "s3.amazonaws.com", "com", "amazonaws.com", "cloudapp.azure.com",
      "core.windows.net", "sharepoint.com", "us-east-1.amazonaws.com", "platform.sh",
      "azurewebsites.net", "eu.ngrok.io", "webhook.site",
    ] {
      let lines = denied("aa.\(parent)", "bb.\(parent)", "cc.\(parent)")
      let rules = try suggest(lines) { $0.wildcardAt = 2 }.rules
      #expect(rules == ["aa.\(parent) :443", "bb.\(parent) :443", "cc.\(parent) :443"])
    }
    let lines = denied(
      "a.example.com", "b.example.com", "d41d8cd98f00b204e9800998ecf8427e.example.com")
    #expect(
      try suggest(lines) { $0.wildcardAt = 2 }.rules == [
        "a.example.com :443", "b.example.com :443",
      ])
  }

  @Test("names that look random are shown last, as comments, with a warning")
  func random() throws {
    let name = "mzxw6ytboi4dgnjtgq2tmnzy.evil-tunnel.com"
    let (text, rules, outcome) = try suggest(denied(name, "www.example.com"))
    #expect(rules == ["www.example.com :443"])
    #expect(outcome.withheld == 1)
    #expect(text.contains("# NOT suggested"))
    #expect(text.contains("#   \(name) :443  looks random"))
  }

  @Test("very many names below one domain are taken for data")
  func crowd() throws {
    let lines = (0..<250).map { record("n\($0).example.com", 443, "deny", "not_allowlisted") }
    let (_, rules, outcome) = try suggest(lines) { $0.wildcardAt = 2 }
    #expect(rules == [])
    #expect(outcome.withheld == 250)
  }

  @Test("ordinary names do not look random, and made-up ones do")
  func looks() {
    for name in [
      "registry-1.docker.io", "objects.githubusercontent.com", "production.cloudflare.docker.com",
      "download.pytorch.org", "eu-central-1.console.aws.amazon.com",
      "xn--bcher-kva-9ya.example.com",
      "github-production-user-asset-6210df.s3.amazonaws.com", "internationalization.example.com",
      "static-2026-11-22.example.com", "ec2-52-23-12-99.compute-1.amazonaws.com",
    ] { #expect(!RandomName.isLikely(name), "\(name)") }
    for name in [
      "d41d8cd98f00b204e9800998ecf8427e.x.com", "mzxw6ytboi4dgnjtgq2tmnzy.x.com",
      "kq3v9z1x7w2p8r4t.x.com",
      "550e8400-e29b-41d4-a716-446655440000.x.com", "xkqzjvwbtrgpldmhfncs.x.com",
      String(repeating: "abcdefg", count: 8) + ".x.com",
    ] { #expect(RandomName.isLikely(name), "\(name)") }
  }

  @Test(
    "a port for a name under a wildcard keeps what the wildcard allows, to the day on which it ends"
  )
  func keeps() throws {
    let list = try allowlist(["*.example.com", "*.example.org until=2026-12-31", "a.example.net"])
    let lines =
      denied(
        "a.example.com", "a.example.org", "a.example.net", port: 8443, reason: "port_not_allowed")
    #expect(
      try suggest(lines, with: [list]).rules == [
        "a.example.com :8443", "a.example.com :80,443", "a.example.net :8443",
        "a.example.org :8443",
        "a.example.org :80,443 until=2026-12-31",
      ])
  }

  @Test("rules that nothing asked for are shown as comments with their lines; denies are not")
  func unused() throws {
    let list = try allowlist(["a.com", "b.com", "!c.com", "*.d.com"])
    let lines = [
      record("a.com", 443, "allow", "allowlisted"),
      record("x.d.com", 22, "deny", "port_not_allowed"),
    ]
    let (text, _, outcome) = try suggest(lines, with: [list])
    #expect(outcome.unused == 1)
    #expect(text.contains("#   team.allow:5: b.com\n"))
  }

  @Test("what is suggested allows exactly what was suggested, and takes nothing away")
  func property() throws {
    var random = SeededGenerator(seed: 11)
    let parents = ["x.com", "a.x.com", "y.org", "b.y.org"]
    let hosts = parents + parents.flatMap { parent in ["p", "q", "r"].map { "\($0).\(parent)" } }
    let ports = [80, 443, 8443]
    var suggestions = 0
    for round in 0..<150 {
      var rules: [String] = []
      for _ in 0..<Int.random(in: 0..<5, using: &random) {
        let mark = ["", "", "", "!"].randomElement(using: &random)!
        let form = ["", "*.", "+.", "?."].randomElement(using: &random)!
        let name = (form.isEmpty ? hosts : parents).randomElement(using: &random)!
        let condition = ["", " :443", " :8443"].randomElement(using: &random)!
        rules.append(mark + form + name + condition)
      }
      let lists = [try allowlist(rules)]
      let before = Matcher(lists.map { Matcher.Source(list: $0) }, seed: 1)
      var asked: Set<String> = []
      var lines: [String] = []
      for _ in 0..<Int.random(in: 1..<12, using: &random) {
        let host = hosts.randomElement(using: &random)!
        let port = ports.randomElement(using: &random)!
        let outcome = before.match(try Hostname(host), port: Domains.Port(UInt16(port))!, on: today)
          .outcome
        let reason: String
        switch outcome {
        case .allow: reason = "allowlisted"
        case .unlisted: reason = "not_allowlisted"
        case .portNotAllowed: reason = "port_not_allowed"
        case .expired: reason = "rule_expired"
        case .deny, .denyAlways: reason = "denied_by_rule"
        }
        lines.append(record(host, port, outcome == .allow ? "allow" : "deny", reason))
        if outcome == .unlisted || outcome == .portNotAllowed { asked.insert("\(host):\(port)") }
      }
      let result = try suggest(lines, with: lists)
      let added = try Allowlist.parse(result.outcome.text, file: "suggested")
      let after = Matcher((lists + [added]).map { Matcher.Source(list: $0) }, seed: 1)
      for host in hosts {
        for port in ports {
          let name = try Hostname(host)
          let number = Domains.Port(UInt16(port))!
          let was = before.match(name, port: number, on: today).outcome == .allow
          let now = after.match(name, port: number, on: today).outcome == .allow
          let isAsked = asked.contains("\(host):\(port)")
          if isAsked { suggestions += 1 }
          #expect(
            now == (was || isAsked), "round \(round) \(host):\(port)\n\(rules)\n\(result.text)")
        }
      }
    }
    #expect(suggestions > 200)
  }
}
