import Domains
import Policy
import Testing

/// One row reads: at this level, with these rules, this target on this port is decided so.
struct Row: Sendable, CustomTestStringConvertible {
  let level: AccessLevel
  let rules: String
  let target: String
  let port: UInt16
  let reason: ReasonCode
  let line: UInt32

  init(
    _ level: AccessLevel, _ rules: String, _ target: String, _ port: UInt16, _ reason: ReasonCode,
    line: UInt32 = 0
  ) {
    self.level = level
    self.rules = rules
    self.target = target
    self.port = port
    self.reason = reason
    self.line = line
  }

  var testDescription: String { "\(level) with [\(rules)]: \(target):\(port) is \(reason)" }
}

@Suite("decisions") struct DecisionTests {
  static let names: [Row] = [
    // none: the essential list and nothing else.
    Row(.none, "", "api.anthropic.com", 443, .allowlisted, line: 5),
    Row(.none, "", "api.anthropic.com", 22, .portNotAllowed, line: 5),
    Row(.none, "", "github.com", 443, .notEssential),
    Row(.none, "github.com", "github.com", 443, .notEssential),
    Row(.none, "!github.com", "github.com", 443, .notEssential),
    Row(.none, "!api.anthropic.com", "api.anthropic.com", 443, .allowlisted, line: 5),
    Row(.none, "!!anthropic.com", "api.anthropic.com", 443, .deniedAlways, line: 5),
    Row(.none, "!!evil.example", "a.evil.example", 443, .deniedAlways, line: 5),
    Row(.none, "", "localhost", 443, .notEssential),

    // limited: the lists and nothing else; the essential list is no exception.
    Row(.limited, "github.com", "github.com", 443, .allowlisted, line: 5),
    Row(.limited, "github.com", "github.com", 80, .allowlisted, line: 5),
    Row(.limited, "github.com", "github.com", 22, .portNotAllowed, line: 5),
    Row(.limited, "github.com", "evilgithub.com", 443, .notAllowlisted),
    Row(.limited, "github.com", "github.com.evil.com", 443, .notAllowlisted),
    Row(.limited, "github.com", "api.github.com", 443, .notAllowlisted),
    Row(.limited, "github.com", "api.anthropic.com", 443, .notAllowlisted),
    Row(.limited, "github.com", "GITHUB.com.", 443, .allowlisted, line: 5),
    Row(.limited, "", "github.com", 443, .notAllowlisted),
    Row(.limited, "bench.test :9000-9003", "bench.test", 9001, .allowlisted, line: 5),
    Row(.limited, "bench.test :9000-9003", "bench.test", 443, .portNotAllowed, line: 5),
    Row(.limited, "localhost", "localhost", 80, .allowlisted, line: 5),
    Row(.limited, "*.a.com\n!x.a.com", "x.a.com", 443, .deniedByRule, line: 6),
    Row(.limited, "*.a.com\n!x.a.com", "y.a.com", 443, .allowlisted, line: 5),
    Row(.limited, "x.a.com\n!!a.com", "x.a.com", 443, .deniedAlways, line: 6),
    Row(.limited, "a.com until=2026-11-22", "a.com", 443, .allowlisted, line: 5),
    Row(.limited, "a.com until=2026-11-21", "a.com", 443, .ruleExpired, line: 5),
    Row(.limited, "+.a.com\nx.a.com until=2026-11-21", "x.a.com", 443, .ruleExpired, line: 6),

    // full: every public host, less what is denied.
    Row(.full, "", "github.com", 443, .publicHost),
    Row(.full, "", "github.com", 80, .publicHost),
    Row(.full, "", "github.com", 22, .portNotAllowed),
    Row(.full, "github.com", "github.com", 443, .allowlisted, line: 5),
    Row(.full, "!github.com", "github.com", 443, .deniedByRule, line: 5),
    Row(.full, "!github.com :25", "github.com", 443, .deniedByRule, line: 5),
    Row(.full, "!+.evil.com", "a.evil.com", 443, .deniedByRule, line: 5),
    Row(.full, "!!evil.com", "a.b.evil.com", 443, .deniedAlways, line: 5),
    Row(.full, "a.com :22", "a.com", 22, .allowlisted, line: 5),
    Row(.full, "a.com :22", "a.com", 443, .publicHost),
    Row(.full, "a.com :22", "a.com", 25, .portNotAllowed, line: 5),
    Row(.full, "a.com :22 until=2026-11-21", "a.com", 22, .ruleExpired, line: 5),
    Row(.full, "a.com until=2026-11-21", "a.com", 443, .publicHost),
    Row(.full, "a.com :443 until=2026-11-21", "a.com", 8443, .portNotAllowed, line: 5),
    Row(.full, "", "localhost", 443, .specialUseName),
    Row(.full, "", "metadata.google.internal", 80, .specialUseName),
    Row(.full, "", "metadata.google.internal", 22, .specialUseName),
    Row(.full, "", "gitlab", 443, .specialUseName),
    Row(.full, "", "hidden.onion", 443, .specialUseName),
    Row(.full, "", "example.com", 443, .publicHost),
    Row(.full, "git.internal", "git.internal", 443, .allowlisted, line: 5),
    Row(.full, "+.internal", "git.internal", 443, .allowlisted, line: 5),
    Row(.full, "git.internal", "git.internal", 22, .portNotAllowed, line: 5),
    Row(.full, "git.internal :22", "git.internal", 443, .portNotAllowed, line: 5),
    Row(.full, "git.internal until=2026-11-21", "git.internal", 443, .ruleExpired, line: 5),
    Row(.full, "git.internal", "db.internal", 443, .specialUseName),
    Row(.full, "!git.internal", "git.internal", 443, .deniedByRule, line: 5),
  ]

  static let addresses: [Row] = [
    Row(.none, "", "140.82.112.3", 443, .addressLiteralDenied),
    Row(.none, "", "127.0.0.1", 443, .addressLiteralDenied),
    Row(.limited, "github.com", "140.82.112.3", 443, .addressLiteralDenied),
    Row(.limited, "github.com", "10.0.0.1", 443, .addressLiteralDenied),
    Row(.limited, "github.com", "2606:4700::1111", 443, .addressLiteralDenied),
    Row(.full, "", "140.82.112.3", 443, .publicHost),
    Row(.full, "", "140.82.112.3", 80, .publicHost),
    Row(.full, "", "140.82.112.3", 22, .portNotAllowed),
    Row(.full, "", "2606:4700::1111", 443, .publicHost),
    Row(.full, "", "127.0.0.1", 443, .addressForbidden),
    Row(.full, "", "127.0.0.1", 22, .addressForbidden),
    Row(.full, "", "169.254.169.254", 80, .addressForbidden),
    Row(.full, "", "168.63.129.16", 80, .addressForbidden),
    Row(.full, "", "100.100.100.200", 80, .addressForbidden),
    Row(.full, "", "fd00:ec2::254", 80, .addressForbidden),
    Row(.full, "", "0.0.0.0", 80, .addressForbidden),
    Row(.full, "", "::", 80, .addressForbidden),
    Row(.full, "", "::ffff:140.82.112.3", 443, .addressForbidden),
    Row(.full, "", "64:ff9b::140.82.112.3", 443, .publicHost),
    Row(.full, "", "64:ff9b::10.0.0.1", 443, .addressForbidden),
  ]

  @Test("a target is decided by level, rules and port", arguments: names + addresses)
  func decide(_ row: Row) throws {
    let snapshot = try snapshot(row.level, lists: row.rules.isEmpty ? [] : [row.rules])
    let decision = try snapshot.decide(row.target, row.port)
    #expect(decision.reason == row.reason)
    #expect(decision.isAllowed == (row.reason.status == 200))
    #expect(snapshot.ruleLine(of: decision, environment: 0) == row.line)
  }

  @Test(
    "a `!!` of any attached list denies at every level, whatever another list allows",
    arguments: AccessLevel.allCases)
  func hardDeny(_ level: AccessLevel) throws {
    let snapshot = try snapshot(level, lists: ["+.anthropic.com", "!!anthropic.com"])
    for host in ["anthropic.com", "api.anthropic.com", "a.b.anthropic.com"] {
      let decision = try snapshot.decide(host, 443)
      #expect(decision.reason == .deniedAlways)
      #expect(snapshot.label(of: decision) == "list2@1")
    }
  }

  @Test("a rule holds through the last day it names and no longer")
  func until() throws {
    let snapshot = try snapshot(.limited, lists: ["a.com until=2026-12-31"])
    #expect(try snapshot.decide("a.com", 443, on: "2026-12-31").reason == .allowlisted)
    #expect(try snapshot.decide("a.com", 443, on: "2027-01-01").reason == .ruleExpired)
  }

  @Test("each environment decides by its own level and rules")
  func environments() throws {
    let small = try #require(
      Environment(
        name: "small", access: .limited, addressRules: [],
        matcher: Matcher([.init(list: list("a", ["a.com"]))], seed: 1)))
    let large = try #require(
      Environment(
        name: "large", access: .full, addressRules: [opened("10.0.0.0/8")],
        matcher: Matcher([.init(list: list("b", ["# nothing", "b.com :22"]))], seed: 2)))
    let snapshot = PolicySnapshot(generation: 9, environments: [small, large])
    var key = HostKey()
    _ = key.load(Array("b.com".utf8).span)
    let day = try #require(Day("2026-11-22"))
    let refused = snapshot.decide(key, port: try port(22), environment: 0, on: day)
    #expect(refused.reason == .notAllowlisted)
    let allowed = snapshot.decide(key, port: try port(22), environment: 1, on: day)
    #expect(allowed.reason == .allowlisted)
    #expect(snapshot.ruleLine(of: allowed, environment: 1) == 6)
    #expect(snapshot.label(of: allowed, environment: 1) == "b@1")
    #expect(snapshot.name(0) == "small")
    #expect(snapshot.name(1) == "large")
    #expect(!snapshot.admits(try address("10.0.0.1"), port: .https, environment: 0))
    #expect(snapshot.admits(try address("10.0.0.1"), port: .https, environment: 1))
    #expect(snapshot.generation == 9)
    #expect(snapshot.access(of: 1) == .full)
  }

  @Test("the name of an environment is 1 to 64 bytes of a small alphabet")
  func environmentNames() {
    for name in ["a", "vm-7", "team_a.x", String(repeating: "a", count: 64)] {
      #expect(Environment.isValidName(name))
    }
    for name in ["", "A", "a b", "a\n", "ä", "a/b", String(repeating: "a", count: 65)] {
      #expect(!Environment.isValidName(name))
    }
  }
}

extension PolicySnapshot {
  func label(of decision: Decision, environment: Int = 0) -> String {
    let span = listLabel(of: decision, environment: environment)
    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
  }

  func name(_ environment: Int) -> String {
    let span = environmentName(environment)
    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
  }

  func phrase(_ environment: Int = 0) -> String {
    let span = unlistedPhrase(environment)
    return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
  }
}
