import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Processes behind a Unix listener: whose they are, and what their records say.
@Suite struct UnixPeerTests {
  static let ci = PeerProcess(user: 1000, group: 100, number: 7)
  static let stranger = PeerProcess(user: 1001, group: 101, number: 8)

  /// `ci` for user 1000 and group 200, `slice` for a control group, and what `more` says.
  static func policy(
    generation: UInt64 = 1, limit: UInt32 = 0, _ more: (inout ClientRules) -> Void = { _ in }
  ) throws -> PolicySnapshot {
    var treatment = Treatment()
    treatment.connectionsMax = limit
    let text = "sluice-allowlist 1\nname: test\nversion: 1\n\nallowed.example\n"
    let matcher = Matcher(
      [Matcher.Source(list: try Allowlist.parse(Array(text.utf8), file: "test.allow"))], seed: 7)
    var rules = ClientRules()
    rules.users = [ClientRules.Peer(1000, environment: 0)]
    rules.groups = [ClientRules.Peer(200, environment: 0)]
    more(&rules)
    return PolicySnapshot(
      generation: generation,
      environments: try ["ci", "slice"].map { name in
        try #require(
          Environment(
            name: name, access: .limited, addressRules: [], matcher: matcher,
            serverNameCheck: .off, treatment: treatment))
      }, clients: rules)
  }

  static func slice(_ rules: inout ClientRules) {
    rules.cgroups = [ClientRules.Cgroup("/system.slice/ci.service", environment: 1)]
  }

  static let request = "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n"

  @Test("a user's process has its environment, and the record names user, group and process")
  func user() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true)
    let client = try rig.client(Self.ci, sending: Self.request)
    #expect(status(client) == 403 && client.receivedText.contains("\"environment\":\"ci\""))
    let record = try #require(try rig.end().first)
    #expect(record.summary == "deny not_allowlisted" && record.environment == "ci")
    #expect(record.client == "unix" && record.process == "1000 100 7" && record.via == nil)
  }

  @Test("a group's process has its environment; one of neither has none")
  func group() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true)
    let member = try rig.client(
      PeerProcess(user: 5, group: 200, number: 9), sending: Self.request)
    #expect(member.receivedText.contains("\"environment\":\"ci\""))
    let other = try rig.client(Self.stranger, sending: Self.request)
    #expect(other.receivedText.contains("unknown_client"))
    _ = try rig.end()
  }

  @Test("a tunnel of a process stands, and its end says whose it was")
  func tunnel() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true)
    let server = rig.world.server(at: Rig.origin)
    let client = try rig.client(Self.ci, sending: connect("allowed.example:443"))
    #expect(client.receivedText == established)
    client.clear()
    client.send("hello")
    rig.settle()
    #expect(server.connections.last?.receivedText == "hello")
    let records = try rig.end()
    #expect(records.map(\.event) == ["decision", "close"])
    #expect(records.allSatisfy { $0.client == "unix" && $0.process == "1000 100 7" })
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let process: PeerProcess
    let cgroup: String?
    let outcome: String

    var testDescription: String { name }
  }

  static let cgroupRows = [
    Row(
      name: "its own", process: stranger, cgroup: "/system.slice/ci.service", outcome: "slice"),
    Row(
      name: "below", process: stranger, cgroup: "/system.slice/ci.service/job-1",
      outcome: "slice"),
    Row(
      name: "a longer name beside it", process: stranger, cgroup: "/system.slice/ci.service2",
      outcome: "unknown_client"),
    Row(name: "above", process: stranger, cgroup: "/system.slice", outcome: "unknown_client"),
    Row(name: "the user alone", process: ci, cgroup: "/user.slice", outcome: "ci"),
    Row(
      name: "user and group of different environments", process: ci,
      cgroup: "/system.slice/ci.service", outcome: "identity_conflict"),
    Row(name: "a process that has ended", process: ci, cgroup: nil, outcome: "unknown_client"),
    Row(
      name: "a path that is too long", process: ci,
      cgroup: "/" + String(repeating: "x", count: 512), outcome: "unknown_client"),
  ]

  @Test("a control group places a process, or refuses it", arguments: cgroupRows)
  func cgroup(_ row: Row) throws {
    let rig = try Rig(policy: try Self.policy(Self.slice), isUnix: true)
    rig.world.cgroups[row.process.number] = row.cgroup
    let client = try rig.client(row.process, sending: Self.request)
    let text = client.receivedText
    #expect(
      text.contains("\"environment\":\"\(row.outcome)\"")
        || text.contains("\"error\":\"\(row.outcome)\""), "\(text)")
    _ = try rig.end()
  }

  @Test("a process that the kernel does not tell is refused, whatever the default is")
  func untold() throws {
    let rig = try Rig(policy: try Self.policy { $0.fallback = 0 }, isUnix: true)
    let client = try rig.client()
    client.send(Self.request)
    rig.settle()
    #expect(client.receivedText.contains("unknown_client"))
    _ = try rig.end()
  }

  @Test("a policy that names control groups asks for those of processes that are connected")
  func reload() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true)
    rig.world.cgroups[8] = "/system.slice/ci.service"
    let client = try rig.client(Self.stranger, sending: Self.request)
    #expect(client.receivedText.contains("unknown_client"))
    client.clear()
    let next = try Self.policy(generation: 2, Self.slice)
    try rig.publish(next)
    rig.settle()
    client.send(Self.request)
    rig.settle()
    #expect(client.receivedText.contains("\"environment\":\"slice\""))
    _ = try rig.end()
  }

  static func credential() throws -> Credential {
    let digest = TokenDigest()
    let bytes = Array(EnvironmentTests.token.utf8)
    let made = digest.credential(of: bytes.span, saltHigh: 5, saltLow: 6)
    return try #require(made)
  }

  @Test(
    "however long the kernel takes to tell control groups, no turn takes much longer than its share"
  )
  func reloadOfMany() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true)
    rig.world.cgroups[8] = "/system.slice/ci.service"
    let clients = try (0..<6).map { _ in try rig.client(Self.stranger, sending: "") }
    rig.world.cgroupTime = 100_000
    try rig.publish(try Self.policy(generation: 2, Self.slice))
    let start = rig.world.nanoseconds
    var turns = 0
    while !rig.shared.isSettled, turns < 20 {
      let before = rig.world.nanoseconds
      rig.turn()
      turns += 1
      #expect(rig.world.nanoseconds - before <= 300_000)
    }
    #expect(rig.shared.isSettled && rig.world.nanoseconds - start == 600_000)
    for client in clients {
      client.send(Self.request)
      rig.settle()
      #expect(client.receivedText.contains("\"environment\":\"slice\""))
    }
    _ = try rig.end()
  }

  @Test("failures of credentials count for a user")
  func failures() throws {
    let credential = try Self.credential()
    let rig = try Rig(
      policy: try Self.policy { $0.tokens = [ClientRules.Token(credential, environment: 1)] },
      isUnix: true, limits: { $0.credentialFailures = 2 })
    let field = EnvironmentTests.bearer("slc_abcdefghij_" + String(repeating: "x", count: 32))
    let text = EnvironmentTests.get("/", field)
    for expected in [407, 407, 429] {
      let client = try rig.client(Self.stranger, sending: text)
      #expect(status(client) == expected)
      client.close()
      rig.settle()
    }
    let other = try rig.client(
      PeerProcess(user: 77, group: 7, number: 11), sending: text)
    #expect(status(other) == 407)
    _ = try rig.end()
  }

  @Test("failures of a user in one control group leave the same user in another alone")
  func failuresOfTenants() throws {
    let credential = try Self.credential()
    let rig = try Rig(
      policy: try Self.policy {
        Self.slice(&$0)
        $0.cgroups.append(ClientRules.Cgroup("/system.slice/other.service", environment: 0))
        $0.tokens = [ClientRules.Token(credential, environment: 1)]
      }, isUnix: true, limits: { $0.credentialFailures = 2 })
    rig.world.cgroups = [8: "/system.slice/ci.service", 9: "/system.slice/other.service"]
    let field = EnvironmentTests.bearer("slc_abcdefghij_" + String(repeating: "x", count: 32))
    let text = EnvironmentTests.get("/", field)
    func answer(_ number: UInt32) throws -> Int {
      let client = try rig.client(
        PeerProcess(user: 1001, group: 101, number: number), sending: text)
      defer {
        client.close()
        rig.settle()
      }
      return status(client)
    }
    #expect(try [8, 8, 8].map(answer) == [407, 407, 429])
    #expect(try [9, 9, 9, 8].map(answer) == [407, 407, 429, 429])
    _ = try rig.end()
  }

  @Test("a process over the limit of connections is told so, and its record says who it is")
  func overload() throws {
    let rig = try Rig(policy: try Self.policy(), isUnix: true, limits: { $0.connections = 1 })
    let first = try rig.client(Self.ci, sending: "")
    let second = try rig.client(Self.ci, sending: "")
    #expect(status(second) == 503 && !first.isOver)
    let record = try #require(try rig.end().first)
    #expect(record.summary == "deny overloaded" && record.process == "1000 100 7")
    #expect(record.environment == "ci")
  }

  @Test(
    "a process of a control group that is over a limit has its environment in the record",
    arguments: [(UInt32(0), 1, 503, "overloaded"), (1, 8, 429, "connection_limit")])
  func overloadOfCgroup(
    _ most: UInt32, _ connections: Int, _ answer: Int, _ reason: String
  ) throws {
    let policy = try Self.policy(limit: most, Self.slice)
    let rig = try Rig(policy: policy, isUnix: true, limits: { $0.connections = connections })
    rig.world.cgroups[8] = "/system.slice/ci.service/job-1"
    let first = try rig.client(Self.stranger, sending: "")
    let second = try rig.client(Self.stranger, sending: "")
    #expect(status(second) == answer && !first.isOver)
    let record = try #require(try rig.end().first)
    #expect(record.summary == "deny \(reason)" && record.process == "1001 101 8")
    #expect(record.environment == "slice" && record.access == "limited")
  }
}

/// Peers that begin with a PROXY header.
@Suite struct ProxyHeaderPeerTests {
  static let balancer = v4(10, 0, 0, 2)
  static let line = "PROXY TCP4 10.0.7.9 10.0.0.1 5555 3128\r\n"
  static let request = UnixPeerTests.request

  static func policy(
    generation: UInt64 = 1, peers: [[ClientRules.HeaderPeer]]? = nil
  ) throws -> PolicySnapshot {
    let network = try #require(AddressRange("10.0.7.0/24"))
    let proxies = try #require(AddressRange("10.0.0.2"))
    return try UnixPeerTests.policy(generation: generation) {
      $0.networks = [ClientRules.Network(network, environment: 1)]
      $0.headerPeers = peers ?? [[.network(proxies)]]
    }
  }

  @Test("the client is whom the header names, for the environment and the record")
  func named() throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(sending: Self.line + Self.request, from: Self.balancer)
    #expect(client.receivedText.contains("\"environment\":\"slice\""))
    client.clear()
    // The next request on the connection is that client's too, and begins with no header.
    client.send(Self.request)
    rig.settle()
    #expect(client.receivedText.contains("\"environment\":\"slice\""))
    let records = try rig.end()
    #expect(records.count == 2)
    for record in records {
      #expect(record.client == "10.0.7.9:5555" && record.environment == "slice")
      #expect(record.via?.hasPrefix("10.0.0.2:") == true)
    }
  }

  @Test("byte by byte is the same, and bytes behind the header are the request")
  func bytewise() throws {
    let rig = try Rig(policy: try Self.policy())
    let server = rig.world.server(at: Rig.origin)
    let client = try rig.client(from: Self.balancer)
    for byte in Array((Self.line + connect("allowed.example:443")).utf8) {
      client.send([byte])
      rig.settle()
    }
    #expect(client.receivedText == established && server.connections.count == 1)
    let records = try rig.end()
    #expect(records.map(\.summary).first == "allow allowlisted")
    #expect(records.allSatisfy { $0.client == "10.0.7.9:5555" && $0.via != nil })
  }

  @Test("early data behind a CONNECT behind a header goes to the upstream")
  func early() throws {
    let rig = try Rig(policy: try Self.policy())
    let server = rig.world.server(at: Rig.origin)
    let client = try rig.client(
      sending: Self.line + connect("allowed.example:443") + "early", from: Self.balancer)
    #expect(client.receivedText == established)
    #expect(server.connections.last?.receivedText == "early")
    _ = try rig.end()
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let status: Int
    let reason: String

    var testDescription: String { name }
  }

  static let refused = [
    Row(name: "no header", text: request, status: 400, reason: "malformed_proxy_header"),
    Row(
      name: "a wrong port", text: "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n" + request, status: 400,
      reason: "malformed_proxy_header"),
    Row(name: "two headers", text: line + line + request, status: 400, reason: "malformed_request"),
    Row(
      name: "a client that is named nowhere",
      text: "PROXY TCP4 192.0.2.1 5.6.7.8 1 2\r\n" + request, status: 403, reason: "unknown_client"),
    Row(name: "nobody", text: "PROXY UNKNOWN\r\n" + request, status: 403, reason: "unknown_client"),
    Row(
      name: "108 bytes", text: "PROXY UNKNOWN " + String(repeating: "x", count: 200), status: 400,
      reason: "malformed_proxy_header"),
  ]

  @Test("what is no header is answered, recorded and closed", arguments: refused)
  func refuse(_ row: Row) throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(sending: row.text, from: Self.balancer)
    #expect(status(client) == row.status, "\(client.receivedText)")
    let records = try rig.end()
    #expect(records.map(\.summary) == ["deny \(row.reason)"])
    #expect(rig.names.questions.isEmpty)
  }

  @Test("nobody else is let in where headers are asked for, with a header or without")
  func stranger() throws {
    let rig = try Rig(policy: try Self.policy())
    for (text, expected) in [(Self.request, 403), (Self.line + Self.request, 400)] {
      // Of the network of an environment, and yet not let in.
      let client = try rig.client(sending: text, from: v4(10, 0, 7, 3))
      #expect(status(client) == expected)
    }
    #expect(try rig.end().map(\.summary) == ["deny unknown_client", "deny malformed_request"])
  }

  @Test("LOCAL is the peer itself")
  func local() throws {
    let here = try #require(AddressRange("10.0.0.2"))
    let policy = try UnixPeerTests.policy {
      $0.networks = [ClientRules.Network(here, environment: 0)]
      $0.headerPeers = [[.network(here)]]
    }
    let rig = try Rig(policy: policy)
    let client = try rig.client(from: Self.balancer)
    client.send(
      Array("\r\n\r\n\0\r\nQUIT\n".unicodeScalars.map { UInt8($0.value) }) + [0x20, 0, 0, 0])
    client.send(Self.request)
    rig.settle()
    #expect(client.receivedText.contains("\"environment\":\"ci\""))
    let record = try #require(try rig.end().first)
    #expect(record.client?.hasPrefix("10.0.0.2:") == true && record.via == nil)
  }

  @Test("half a header is over with the time for a head")
  func slow() throws {
    let rig = try Rig(policy: try Self.policy())
    let client = try rig.client(sending: "PROXY TCP4 10.0", from: Self.balancer)
    rig.advance(milliseconds: 9_000)
    client.send(".7")
    rig.settle()
    rig.advance(milliseconds: 2_000)
    #expect(status(client) == 408)
    #expect(try rig.end().map(\.summary) == ["deny head_timeout"])
  }

  @Test("a Unix listener takes headers from every process, and the record names it")
  func unix() throws {
    let rig = try Rig(policy: try Self.policy(peers: [[.process]]), isUnix: true)
    let client = try rig.client(UnixPeerTests.stranger, sending: Self.line + Self.request)
    #expect(client.receivedText.contains("\"environment\":\"slice\""))
    let record = try #require(try rig.end().first)
    #expect(record.client == "10.0.7.9:5555" && record.via == "unix")
    #expect(record.viaProcess == "1001 101 8" && record.process == "")
  }

  @Test("a tunnel ends when its load balancer is no longer trusted")
  func reload() throws {
    let rig = try Rig(policy: try Self.policy())
    _ = rig.world.server(at: Rig.origin)
    let client = try rig.client(
      sending: Self.line + connect("allowed.example:443"), from: Self.balancer)
    #expect(client.receivedText == established)
    let next = try Self.policy(generation: 2, peers: [])
    try rig.publish(next)
    rig.settle()
    #expect(client.isReset)
    #expect(try rig.end().map(\.summary).last == "close policy_changed")
  }
}
