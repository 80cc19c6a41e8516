import CAllocations
import Domains
import Policy
import Testing

/// What ten thousand environments cost.
@Suite(.enabled(if: ca_counts(), "a sanitizer has its own malloc"), .serialized)
struct ManyEnvironmentsTests {
  static let count = 10_000

  private func list(_ rules: [String]) throws -> Allowlist {
    let text =
      "sluice-allowlist 1\nname: test\nversion: 1\n\n" + rules.joined(separator: "\n") + "\n"
    return try Allowlist.parse(Array(text.utf8), file: "test.allow")
  }

  private func environments(own: (Int) throws -> Matcher?) throws -> ([Environment], ClientRules) {
    let shared = Matcher(
      [Matcher.Source(list: try list((0..<1000).map { "host\($0).example.com" }))], seed: 1)
    var environments: [Environment] = []
    var clients = ClientRules()
    for number in 0..<Self.count {
      environments.append(
        try #require(
          Environment(
            name: "environment-\(number)", access: .limited, addressRules: [], matcher: shared,
            ownRules: try own(number))))
      clients.networks.append(
        ClientRules.Network(
          AddressRange(IPAddress(v4: 0x0A00_0000 + UInt32(number))), environment: number))
      clients.tokens.append(
        ClientRules.Token(
          Credential(
            id: UInt64(number), saltHigh: 1, saltLow: 2, digest: Digest(1, 2, 3, 4)),
          environment: number))
    }
    return (environments, clients)
  }

  @Test("an environment that shares its lists takes less than 1 KiB, with client and credential")
  func shared() throws {
    let before = Int(ca_bytes())
    let (environments, clients) = try environments { _ in nil }
    let snapshot = PolicySnapshot(generation: 1, environments: environments, clients: clients)
    let each = (Int(ca_bytes()) - before) / Self.count
    #expect(each < 1024, "\(each) bytes")
    #expect(snapshot.environmentCount == Self.count)
  }

  @Test("one with five rules of its own less than 4 KiB")
  func own() throws {
    let before = Int(ca_bytes())
    let (environments, clients) = try environments { number in
      Matcher(
        [
          Matcher.Source(
            list: try InlineList.list(
              name: "allow", rules: (0..<4).map { "own\($0)-\(number).example.net" })),
          Matcher.Source(list: try InlineList.list(name: "deny", rules: ["!evil.example.net"])),
        ], seed: 1)
    }
    let snapshot = PolicySnapshot(generation: 1, environments: environments, clients: clients)
    let each = (Int(ca_bytes()) - before) / Self.count
    #expect(each < 4096, "\(each) bytes")
    #expect(snapshot.environmentCount == Self.count)
  }

  @Test("a decision by lists and own rules asks for no memory")
  func decision() throws {
    let own = Matcher(
      [Matcher.Source(list: try InlineList.list(name: "deny", rules: ["!a.host1.example.com"]))],
      seed: 1)
    let (environments, clients) = try environments { _ in own }
    let snapshot = PolicySnapshot(generation: 1, environments: environments, clients: clients)
    var key = HostKey()
    for (host, reason) in [
      ("a.host1.example.com", ReasonCode.deniedByRule), ("host1.example.com", .allowlisted),
      ("other.example.com", .notAllowlisted),
    ] {
      let error = key.load(Array(host.utf8).span)
      #expect(error == nil)
      let before = ca_allocations()
      let place = snapshot.place(listener: 0, client: IPAddress(v4: 0x0A00_0000 + 9999))
      let decision = snapshot.decide(
        key, port: .https, environment: 9999, on: Day(daysSince1970: 20_779))
      let after = ca_allocations()
      #expect(after - before == 0)
      #expect(place == .environment(9999))
      #expect(decision.reason == reason)
    }
  }
}
