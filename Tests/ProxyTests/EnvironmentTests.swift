import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Several environments on one worker.
@Suite struct EnvironmentTests {
  static let token = "slc_abcdefghij_" + String(repeating: "k", count: 32)
  static let otherToken = "slc_zzzzzzzzzz_" + String(repeating: "q", count: 32)
  static let vm = v4(10, 0, 7, 2)
  static let stranger = v4(192, 0, 2, 9)

  /// `vm-7` by its network, `ci` and `lab` by their tokens; `lab` only reports.
  static func policy(fallback: Int? = nil) throws -> PolicySnapshot {
    func matcher(_ name: String, _ rules: [String]) throws -> Matcher {
      let text =
        "sluice-allowlist 1\nname: \(name)\nversion: 1\n\n\(rules.joined(separator: "\n"))\n"
      return Matcher(
        [Matcher.Source(list: try Allowlist.parse(Array(text.utf8), file: "\(name).allow"))],
        seed: 7)
    }
    let shared = try matcher("test", ["allowed.example"])
    let own = Matcher(
      [
        Matcher.Source(
          list: try InlineList.list(name: "allow", rules: ["second.example", "free.net"])),
        Matcher.Source(list: try InlineList.list(name: "deny", rules: ["!allowed.example"])),
      ], seed: 8)
    func environment(
      _ name: String, own: Matcher? = nil, mode: PolicyMode = .enforce
    ) throws -> Environment {
      try #require(
        Environment(
          name: name, access: .limited, addressRules: [], matcher: shared, ownRules: own,
          mode: mode))
    }
    var rules = ClientRules()
    rules.fallback = fallback
    rules.networks = [
      ClientRules.Network(try #require(AddressRange("10.0.7.0/24")), environment: 0)
    ]
    let digest = TokenDigest()
    for (text, environment) in [(token, 1), (otherToken, 2)] {
      let bytes = Array(text.utf8)
      let credential = digest.credential(of: bytes.span, saltHigh: 5, saltLow: 6)
      rules.tokens.append(
        ClientRules.Token(try #require(credential), environment: environment))
    }
    return PolicySnapshot(
      generation: 3,
      environments: [
        try environment("vm-7"), try environment("ci", own: own),
        try environment("lab", mode: .report),
      ], clients: rules)
  }

  static func basic(_ token: String) -> String {
    "Proxy-Authorization: Basic \(Data("x:\(token)".utf8).base64EncodedString())\r\n"
  }

  static func bearer(_ token: String) -> String { "Proxy-Authorization: Bearer \(token)\r\n" }

  static func connect(_ host: String, _ field: String = "") -> String {
    "CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\n\(field)\r\n"
  }

  static func get(_ path: String, host: String = "allowed.example", _ field: String = "") -> String
  {
    "GET http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\n\(field)\r\n"
  }

  @Test("a client of a network has its environment's rules, and its records say which")
  func network() throws {
    let rig = try Rig(policy: try Self.policy())
    _ = rig.world.server(at: Rig.origin)
    let client = try rig.client(sending: Self.connect("allowed.example"), from: Self.vm)
    #expect(client.receivedText == established)
    let denied = try rig.client(sending: Self.connect("second.example"), from: Self.vm)
    #expect(status(denied) == 403 && denied.receivedText.contains("\"environment\":\"vm-7\""))
    let records = try rig.end()
    #expect(records.map(\.summary).prefix(2) == ["allow allowlisted", "deny not_allowlisted"])
    for record in records {
      #expect(record.environment == "vm-7" && record.access == "limited")
    }
  }

  @Test("own rules of an environment decide, and are named in the answer and the record")
  func ownRules() throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(
      sending: Self.connect("allowed.example", Self.basic(Self.token)), from: Self.stranger)
    #expect(client.receivedText.contains("allowed.example is denied by env/ci/deny:1"))
    let record = try #require(try rig.end().first)
    #expect(record.summary == "deny denied_by_rule" && record.rule == "env/ci/deny:1")
  }

  @Test("a stranger is asked for a credential, and gets in with it on the same connection")
  func challenge() throws {
    let rig = try Rig(policy: try Self.policy())
    _ = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 443))
    let client = try rig.client(sending: Self.connect("second.example"), from: Self.stranger)
    #expect(status(client) == 407 && !client.isOver)
    let text = client.receivedText
    #expect(text.contains("Proxy-Authenticate: Basic realm=\"sluice\""))
    #expect(text.contains("Proxy-Authenticate: Bearer realm=\"sluice\""))
    #expect(!text.contains("Connection: close") && !text.contains("environment"))
    #expect(rig.names.questions.isEmpty, "nothing is resolved before")
    client.clear()
    client.send(Self.connect("second.example", Self.bearer(Self.token)))
    rig.settle()
    #expect(client.receivedText == established)
    let records = try rig.end()
    #expect(
      records.prefix(2).map(\.summary) == ["deny credential_required", "allow allowlisted"])
    #expect(records[0].environment == nil && records[0].host == "second.example")
    #expect(records[1].environment == "ci")
  }

  @Test("bytes for the tunnel that came before a credential are never read as a request")
  func earlyBytes() throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(
      sending: Self.connect("second.example")
        + Self.connect("second.example", Self.bearer(Self.token)), from: Self.stranger)
    #expect(status(client) == 407 && client.receivedText.contains("Connection: close"))
    #expect(try rig.end().map(\.summary) == ["deny credential_required"])
  }

  @Test(
    "after 407 to CONNECT only CONNECT with a credential is a request: bytes for the tunnel are none",
    arguments: [
      get("/", host: "second.example", basic(token)), get("/", host: "second.example"),
      connect("second.example"), "GET / HTTP/1.1\r\nHost: second.example\r\n\r\n",
    ])
  func laterBytes(bytes: String) throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(sending: Self.connect("second.example"), from: Self.stranger)
    #expect(status(client) == 407 && !client.isOver)
    client.clear()
    client.send(bytes + Self.connect("second.example", Self.bearer(Self.token)))
    rig.settle()
    #expect(status(client) == 400 && client.isOver && rig.world.dialled == [])
    let records = try rig.end()
    #expect(records.first?.summary == "deny credential_required" && records.count == 2)
    #expect(records.last?.verdict == "deny")
  }

  @Test("after 407 a second wrong credential is told again, and the right one opens the tunnel")
  func repeated() throws {
    let rig = try Rig(policy: try Self.policy())
    _ = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 443))
    let client = try rig.client(sending: Self.connect("second.example"), from: Self.stranger)
    client.clear()
    client.send(Self.connect("second.example", Self.bearer("x")))
    rig.settle()
    #expect(status(client) == 407 && !client.isOver)
    client.clear()
    client.send(Self.connect("second.example", Self.bearer(Self.token)))
    rig.settle()
    #expect(client.receivedText == established)
    _ = try rig.end()
  }

  @Test("a place cannot be left by another's credential")
  func conflict() throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(
      sending: Self.connect("second.example", Self.bearer(Self.token)), from: Self.vm)
    #expect(status(client) == 403 && client.isOver)
    #expect(try rig.end().map(\.summary) == ["deny identity_conflict"])
  }

  @Test(
    "what is no stored token is refused with 407, wherever it is wrong",
    arguments: [
      bearer(token.dropLast() + "l"), bearer("slc_abcdefghik_" + token.suffix(32)), bearer("x"),
      basic("password"), "Proxy-Authorization: Digest x\r\n", "Proxy-Authorization: \r\n",
    ])
  func invalid(_ field: String) throws {
    let rig = try Rig(policy: try Self.policy(fallback: 0))
    let client = try rig.client(
      sending: Self.connect("allowed.example", field), from: Self.stranger)
    #expect(status(client) == 407)
    #expect(try rig.end().map(\.summary) == ["deny credential_invalid"])
  }

  @Test("each request presents its own credential, and one that is gone is missed")
  func keepAlive() throws {
    let rig = try Rig(policy: try Self.policy())
    rig.names.records["second.example"] = [Rig.web.address]
    let server = rig.world.server(at: Rig.web)
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    let client = try rig.client(
      sending: Self.get("/1", host: "second.example", Self.basic(Self.token)), from: Self.stranger)
    try #require(server.connections.count == 1)
    #expect(!server.connections[0].receivedText.contains("Proxy-Auth"))
    #expect(!server.connections[0].receivedText.contains("slc_"))
    server.connections[0].send(ok)
    rig.settle()
    client.send(Self.get("/2", host: "second.example", Self.basic(Self.token)))
    rig.settle()
    #expect(server.connections.count == 1, "the same environment keeps its upstream")
    server.connections[0].send(ok)
    rig.settle()
    client.clear()
    client.send(Self.get("/3", host: "second.example"))
    rig.settle()
    #expect(status(client) == 407)
    client.clear()
    client.send(Self.get("/4", host: "second.example", Self.bearer(Self.token)))
    rig.settle()
    server.connections.last?.send(ok)
    rig.settle()
    #expect(status(client) == 200)
    #expect(
      try rig.end().filter { $0.event == "decision" }.map(\.summary) == [
        "allow allowlisted", "allow allowlisted", "deny credential_required", "allow allowlisted",
      ])
  }

  @Test("two environments on one connection never share an upstream")
  func upstreams() throws {
    let rig = try Rig(policy: try Self.policy())
    rig.names.records["free.net"] = [Rig.web.address]
    let server = rig.world.server(at: Rig.web)
    let client = try rig.client(
      sending: Self.get("/1", host: "free.net", Self.bearer(Self.token)), from: Self.stranger)
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    client.send(Self.get("/2", host: "free.net", Self.bearer(Self.otherToken)))
    rig.settle()
    #expect(server.connections.count == 2)
    #expect(server.connections.map { $0.receivedText.contains("GET /2") } == [false, true])
    let records = try rig.end().filter { $0.event == "decision" }
    #expect(records.map(\.environment) == ["ci", "lab"])
    #expect(records.last?.summary == "allow report_only")
    #expect(records.last?.wouldDeny == "not_allowlisted")
  }

  @Test("report mode does not lift the address guard")
  func reportGuard() throws {
    let rig = try Rig(policy: try Self.policy())
    rig.names.records["inside.net"] = [v4(10, 1, 1, 1)]
    let client = try rig.client(
      sending: Self.connect("inside.net", Self.bearer(Self.otherToken)), from: Self.stranger)
    #expect(status(client) == 403)
    #expect(try rig.end().map(\.summary) == ["deny address_forbidden"])
  }

  @Test("an address that presents wrong tokens is put off for a while, a verified one is not")
  func failures() throws {
    let rig = try Rig(policy: try Self.policy()) {
      $0.credentialFailures = 3
      $0.keepAliveTimeout = 300 * Limits.second
    }
    rig.names.records["second.example"] = [Rig.web.address]
    let server = rig.world.server(at: Rig.web)
    let good = try rig.client(
      sending: Self.get("/1", host: "second.example", Self.bearer(Self.token)), from: Self.stranger)
    server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    let bad = try rig.client(from: Self.stranger)
    for count in 1...3 {
      bad.clear()
      bad.send(Self.connect("second.example", Self.bearer("wrong\(count)")))
      rig.settle()
      #expect(status(bad) == 407)
    }
    bad.clear()
    bad.send(Self.connect("second.example", Self.bearer(Self.token)))
    rig.settle()
    #expect(status(bad) == 429 && bad.receivedText.contains("Retry-After: 60"))
    good.clear()
    good.send(Self.get("/2", host: "second.example", Self.bearer(Self.token)))
    rig.settle()
    server.connections.last?.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(status(good) == 200, "its connection has shown who it is")
    rig.advance(milliseconds: 61_000)
    let later = try rig.client(
      sending: Self.connect("second.example", Self.bearer(Self.token)), from: Self.stranger)
    #expect(status(later) != 429)
    #expect(try rig.end().contains { $0.summary == "deny too_many_failures" })
  }

  @Test("failures of one address do not count for another, and the table never grows")
  func failureTable() {
    var table = FailureTable(sources: 64, limit: 2, window: 100)
    let one = v4(10, 0, 0, 1)
    table.note(one, now: 0)
    let isEarly = table.isBlocked(one, now: 1)
    table.note(one, now: 50)
    let answers = [
      isEarly,
      table.isBlocked(one, now: 51), table.isBlocked(one, now: 149), table.isBlocked(one, now: 150),
      table.isBlocked(v4(10, 0, 0, 2), now: 51),
    ]
    #expect(answers == [false, true, true, false, false])
    // A failure long after begins anew.
    table.note(one, now: 1000)
    let isBlocked = table.isBlocked(one, now: 1001)
    #expect(!isBlocked)
    for number in 0..<10_000 {
      table.note(IPAddress(v6High: UInt64(number), low: 1), now: 2000)
    }
    let subnet = IPAddress(v6High: 0xFD00_0000_0000_0000, low: 7)
    table.note(subnet, now: 3000)
    table.note(IPAddress(v6High: subnet.high, low: 9), now: 3000)
    let isSubnetBlocked = table.isBlocked(subnet, now: 3001)
    #expect(isSubnetBlocked, "addresses of one /64 count together")
  }

  @Test("a connection of a trivial type stays within four cache lines")
  func size() {
    #expect(MemoryLayout<Connection>.stride <= 256)
  }

  @Test("the digest of a token is SHA-256 of salt and token")
  func digest() throws {
    let bytes = Array(Self.token.utf8)
    let digest = TokenDigest()
    let credential = digest.credential(
      of: bytes.span, saltHigh: 0x0001_0203_0405_0607, saltLow: 0x0809_0A0B_0C0D_0E0F)
    // printf '\0\1…\17' and the token, through sha256sum(1).
    let text = try #require(credential).description
    #expect(text.hasPrefix("sha256:abcdefghij:000102030405060708090a0b0c0d0e0f:"))
    #expect(
      text.hasSuffix("3f02fcf18c19f353e03f088975fca29a5acb72acc79010f63c85eb5c05ee0036"))
  }
}
