import Domains
import Testing

@testable import Policy

/// Whose request it is.
@Suite("clients and environments") struct ClientTests {
  /// Environments: 0 open, 1 needs a credential, 2 needs one and a place, 3 lets credentials choose,
  /// 4 has a place and optional credentials.
  private func snapshot(fallback: Int? = nil, tokens: Bool = true) throws -> PolicySnapshot {
    let matcher = Matcher([], seed: 1)
    func environment(
      _ name: String, _ use: CredentialUse = .required, choose: Bool = false
    ) throws -> Environment {
      try #require(
        Environment(
          name: name, access: .limited, addressRules: [], matcher: matcher, credentialUse: use,
          letsCredentialsChoose: choose))
    }
    var rules = ClientRules()
    rules.fallback = fallback
    rules.listeners = [nil, 0]
    rules.networks = try [
      ("10.0.0.0/8", 0), ("10.2.0.0/16", 2), ("10.3.0.0/16", 3), ("10.4.0.0/16", 4),
      ("fd00::/8", 0), ("fd00:2::/32", 2),
    ].map { ClientRules.Network(try #require(AddressRange($0.0)), environment: $0.1) }
    rules.users = [ClientRules.Peer(1000, environment: 0), ClientRules.Peer(1002, environment: 2)]
    rules.groups = [ClientRules.Peer(100, environment: 4)]
    if tokens {
      rules.tokens = [1, 2, 4].map {
        ClientRules.Token(Self.credential($0), environment: Int($0))
      }
    }
    return PolicySnapshot(
      generation: 1,
      environments: [
        try environment("open"), try environment("token"), try environment("both"),
        try environment("choose", choose: true), try environment("either", .optional),
      ], clients: rules)
  }

  static func credential(_ id: UInt64) -> Credential {
    Credential(id: id, saltHigh: 1, saltLow: 2, digest: Digest(id, 2, 3, 4))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let says: String
    let place: Placement
    let credential: PresentedCredential
    let fallback: Int?
    let admission: Admission
    var testDescription: String { says }

    init(
      _ says: String, _ place: Placement, _ credential: PresentedCredential, fallback: Int? = nil,
      _ admission: Admission
    ) {
      self.says = says
      self.place = place
      self.credential = credential
      self.fallback = fallback
      self.admission = admission
    }
  }

  static let rows = [
    Row("a place is enough", .environment(0), .nothing, .environment(0)),
    Row(
      "an open place and an invalid credential", .environment(0), .invalid,
      .refused(.credentialInvalid)),
    Row(
      "another's credential does not move a client", .environment(0), .valid(1),
      .refused(.identityConflict)),
    Row("nor one with a place of its own", .environment(0), .valid(2), .refused(.identityConflict)),
    Row("a credential alone", .nowhere, .valid(1), .environment(1)),
    Row("nothing, where credentials exist", .nowhere, .nothing, .refused(.credentialRequired)),
    Row("an invalid one alone", .nowhere, .invalid, .refused(.credentialInvalid)),
    Row(
      "a place that needs a credential", .environment(2), .nothing, .refused(.credentialRequired)),
    Row("both place and credential", .environment(2), .valid(2), .environment(2)),
    Row(
      "the credential from elsewhere, where both are needed", .nowhere, .valid(2),
      .refused(.identityConflict)),
    Row(
      "a place that lets credentials choose, without one", .environment(3), .nothing,
      .environment(3)),
    Row("and with one", .environment(3), .valid(1), .environment(1)),
    Row(
      "and with one that is good at its own place only", .environment(3), .valid(2),
      .refused(.identityConflict)),
    Row("and with an invalid one", .environment(3), .invalid, .refused(.credentialInvalid)),
    Row("an optional credential's place", .environment(4), .nothing, .environment(4)),
    Row("an optional credential from elsewhere", .nowhere, .valid(4), .environment(4)),
    Row("listener against network", .conflict, .nothing, .refused(.identityConflict)),
    Row(
      "listener against network, whatever the credential", .conflict, .valid(1),
      .refused(.identityConflict)),
    Row("the default", .nowhere, .nothing, fallback: 0, .environment(0)),
    Row("a credential before the default", .nowhere, .valid(1), fallback: 0, .environment(1)),
    Row(
      "an invalid one does not fall back", .nowhere, .invalid, fallback: 0,
      .refused(.credentialInvalid)),
    Row(
      "a default that needs a credential", .nowhere, .nothing, fallback: 1,
      .refused(.credentialRequired)),
    Row("a place before the default", .environment(4), .nothing, fallback: 0, .environment(4)),
  ]

  @Test("place, credential and default decide together, and no wins", arguments: rows)
  func admission(_ row: Row) throws {
    #expect(try snapshot(fallback: row.fallback).admit(row.place, row.credential) == row.admission)
  }

  @Test(
    "an environment is certain where a request without a credential is let in and none leads elsewhere"
  )
  func certain() throws {
    let places = [Placement.nowhere, .conflict, .unknown] + (0..<5).map { .environment($0) }
    for (fallback, tokens) in [(nil, true), (0, true), (1, true), (nil, false), (0, false)] {
      let snapshot = try snapshot(fallback: fallback, tokens: tokens)
      let credentials = tokens ? (0..<5).map { PresentedCredential.valid($0) } : []
      for place in places {
        var expected = PolicySnapshot.noEnvironment
        if case .environment(let open) = snapshot.admit(place, .nothing),
          credentials.allSatisfy({
            if case .environment(let other) = snapshot.admit(place, $0) {
              other == open
            } else {
              true
            }
          })
        {
          expected = open
        }
        #expect(
          snapshot.certainEnvironment(place) == expected, "\(place), default \(fallback ?? -1)")
      }
    }
  }

  @Test("without credentials and a default an unknown client is refused")
  func unknown() throws {
    let snapshot = try snapshot(tokens: false)
    #expect(!snapshot.hasCredentials)
    #expect(snapshot.admit(.nowhere, .nothing) == .refused(.unknownClient))
    #expect(snapshot.admit(.environment(2), .nothing) == .environment(2))
  }

  static let places: [(listener: Int, client: String, place: Placement)] = [
    (0, "10.9.9.9", .environment(0)), (0, "10.2.0.1", .environment(2)),
    (0, "10.4.255.255", .environment(4)), (0, "11.0.0.0", .nowhere), (0, "9.255.255.255", .nowhere),
    (0, "::ffff:10.2.0.1", .environment(2)), (0, "fd00:2::1", .environment(2)),
    (0, "fd01::1", .environment(0)), (0, "fe80::1", .nowhere), (0, "::10.2.0.1", .nowhere),
    (1, "192.0.2.1", .environment(0)), (1, "10.9.9.9", .environment(0)), (1, "10.2.0.1", .conflict),
    (7, "10.2.0.1", .environment(2)), (7, "192.0.2.1", .nowhere),
  ]

  @Test("the listener and the longest network place a connection", arguments: places)
  func place(_ row: (listener: Int, client: String, place: Placement)) throws {
    let address = try #require(IPAddress(row.client))
    #expect(try snapshot().place(listener: row.listener, client: address) == row.place)
  }

  @Test("a process is placed by its user, or else by its primary group")
  func peers() throws {
    let snapshot = try snapshot()
    #expect(snapshot.place(listener: 0, user: 1002, group: 100) == .environment(2))
    #expect(snapshot.place(listener: 0, user: 5, group: 100) == .environment(4))
    #expect(snapshot.place(listener: 0, user: 5, group: 5) == .nowhere)
    #expect(snapshot.place(listener: 1, user: 1002, group: 5) == .conflict)
  }

  @Test("random networks are found as trying all of them finds them", arguments: 1...20)
  func networks(_ seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    var rules = ClientRules()
    var seen: Set<AddressRange> = []
    for number in 0..<(seed * 10) {
      let isSixth = Bool.random(using: &random)
      // Few bits, so that networks meet.
      let length = UInt8.random(in: 0...(isSixth ? 128 : 32), using: &random)
      let bits = UInt64.random(in: 0..<8, using: &random) << 29
      let range: AddressRange?
      if isSixth {
        let high = (bits << 32) & (length == 0 ? 0 : UInt64.max << (64 - UInt64(min(length, 64))))
        range = AddressRange(base: IPAddress(v6High: high, low: 0), prefixLength: length)
      } else {
        let mask = UInt32.max << (32 - UInt32(length))
        range = AddressRange(
          base: IPAddress(v4: UInt32(truncatingIfNeeded: bits) & mask), prefixLength: length)
      }
      guard let range, seen.insert(range).inserted else { continue }
      rules.networks.append(ClientRules.Network(range, environment: number))
    }
    let tables = ClientTables(rules, environments: seed * 10)
    for _ in 0..<2000 {
      let network = rules.networks.randomElement(using: &random)?.range.base
      var address = IPAddress(
        v4: UInt32(truncatingIfNeeded: random.next()) >> UInt32.random(in: 0...31, using: &random))
      if let network, Bool.random(using: &random) {
        let step = UInt64.random(in: 0...2, using: &random)
        address =
          network.family == .v4
          ? IPAddress(v4: UInt32(truncatingIfNeeded: network.low &+ step &- 1))
          : IPAddress(v6High: network.high, low: network.low &+ step &- 1)
      }
      let isMapped = address.family == .v6 && address.high == 0 && address.low >> 32 == 0xFFFF
      let plain = isMapped ? IPAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
      let longest = rules.networks.filter { $0.range.contains(plain) }.max {
        $0.range.prefixLength < $1.range.prefixLength
      }
      #expect(tables.network(of: address) == Int32(longest?.environment ?? -1), "\(address)")
    }
  }

  @Test("a token's name and a stored credential have one spelling each")
  func texts() throws {
    let token = "slc_abcdefghij_" + String(repeating: "z", count: 31) + "7"
    let read = TokenText.id(of: Array(token.utf8).span)
    let id = try #require(read)
    #expect(TokenText.text(ofID: id) == "abcdefghij")
    for bad in [
      "", "slc_", token + "a", String(token.dropLast()), token.uppercased(),
      token.replacing("slc_", with: "slc-"), token.replacing("j_", with: "j."),
      token.replacing("z7", with: "z1"), token.replacing("abc", with: "ab0"),
    ] {
      let found = TokenText.id(of: Array(bad.utf8).span)
      #expect(found == nil, "\(bad)")
    }
    let credential = Credential(
      id: id, saltHigh: 1, saltLow: .max, digest: Digest(0, 1, 2, 0xFEDC_BA98_7654_3210))
    #expect(Credential(credential.description) == credential)
    let text = credential.description
    #expect(text.hasPrefix("sha256:abcdefghij:0000000000000001ffffffffffffffff:0000"))
    for bad in [
      text.uppercased(), text + "0", String(text.dropLast()), text.replacing("sha256", with: "md5"),
      text.replacing("abcdefghij", with: "abcdefghi"), text + ":x", text.replacing("f", with: "g"),
      "sha256:::", "",
    ] { #expect(Credential(bad) == nil, "\(bad)") }
  }

  @Test("a digest is the same as another in all of its bits or not at all")
  func digests() {
    let digest = Digest(1, 2, 3, 4)
    #expect(digest.isSame(as: Digest(1, 2, 3, 4)))
    for other in [Digest(0, 2, 3, 4), Digest(1, 0, 3, 4), Digest(1, 2, 0, 4), Digest(1, 2, 3, 0)] {
      #expect(!digest.isSame(as: other))
    }
  }

  @Test("a credential is found by its name among ten thousand")
  func lookup() throws {
    var rules = ClientRules()
    rules.tokens = (0..<10_000).map {
      ClientRules.Token(Self.credential(UInt64($0) * 7919 % 100_003), environment: $0 % 3)
    }
    let tables = ClientTables(rules, environments: 3)
    for token in rules.tokens {
      let place = tables.token(token.credential.id)
      try #require(place >= 0)
      #expect(tables.token(at: place).credential == token.credential)
      #expect(tables.token(at: place).environment == Int32(token.environment))
    }
    #expect(tables.token(100_003) == -1 && tables.token(.max) == -1)
  }
}

/// A small seeded generator (splitmix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
