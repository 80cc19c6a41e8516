import Domains
import Policy
import Testing

@Suite("opened ranges") struct OpenedRangeTests {
  @Test(
    "without ports a range opens 80 and 443 for a literal, at every level",
    arguments: AccessLevel.allCases)
  func literalWithoutPorts(_ level: AccessLevel) throws {
    let snapshot = try snapshot(level, opened: [opened("127.0.0.0/8")])
    #expect(try snapshot.decide("127.0.0.1", 80).reason == .addressAllowed)
    #expect(try snapshot.decide("127.255.255.255", 443).reason == .addressAllowed)
    let other = try snapshot.decide("127.0.0.1", 9001)
    #expect(!other.isAllowed)
    #expect(other.reason == (level == .full ? .addressForbidden : .portNotAllowed))
    #expect(try !snapshot.decide("126.255.255.255", 9001).isAllowed)
    #expect(try !snapshot.decide("10.0.0.1", 443).isAllowed)
  }

  @Test("with ports a range opens exactly these for a literal", arguments: AccessLevel.allCases)
  func literalWithPorts(_ level: AccessLevel) throws {
    let snapshot = try snapshot(level, opened: [opened("10.1.0.0/16", "8080,9000-9003")])
    for number in [8080, 9000, 9003] as [UInt16] {
      #expect(try snapshot.decide("10.1.2.3", number).reason == .addressAllowed)
    }
    for number in [80, 443, 8079, 8081, 8999, 9004] as [UInt16] {
      #expect(try !snapshot.decide("10.1.2.3", number).isAllowed)
    }
  }

  @Test("of several ranges that hold an address, one that opens the port is enough")
  func several() throws {
    let snapshot = try snapshot(
      .limited, opened: [opened("10.0.0.0/8", "1"), opened("10.1.0.0/16", "2"), opened("::1", "3")])
    #expect(try snapshot.decide("10.1.0.1", 1).isAllowed)
    #expect(try snapshot.decide("10.1.0.1", 2).isAllowed)
    #expect(try !snapshot.decide("10.2.0.1", 2).isAllowed)
    #expect(try snapshot.decide("::1", 3).isAllowed)
    #expect(try !snapshot.decide("10.1.0.1", 3).isAllowed)
  }

  @Test("a range opens a public address for a literal in `limited`")
  func publicLiteral() throws {
    let snapshot = try snapshot(.limited, opened: [opened("140.82.112.0/20")])
    #expect(try snapshot.decide("140.82.112.3", 443).reason == .addressAllowed)
    #expect(try snapshot.decide("140.82.112.3", 22).reason == .portNotAllowed)
    #expect(try snapshot.decide("140.82.128.0", 443).reason == .addressLiteralDenied)
  }

  @Test("a range of one family opens nothing of the other, not even the same address in disguise")
  func disguise() throws {
    let snapshot = try snapshot(.full, opened: [opened("127.0.0.0/8"), opened("10.0.0.0/8")])
    for text in ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::1"] {
      #expect(try snapshot.decide(text, 443).reason == .addressForbidden)
      #expect(!snapshot.admits(try address(text), port: .https, environment: 0))
    }
  }

  @Test("a range without ports admits what an allowed name resolves to on every port")
  func resolved() throws {
    let snapshot = try snapshot(
      .limited, lists: ["bench.test :9000-9003"], opened: [opened("127.0.0.0/8")])
    #expect(try snapshot.decide("bench.test", 9001).reason == .allowlisted)
    #expect(snapshot.admits(try address("127.0.0.1"), port: try port(9001), environment: 0))
    #expect(!snapshot.admits(try address("10.0.0.1"), port: try port(9001), environment: 0))
    #expect(!snapshot.admits(try address("::1"), port: try port(9001), environment: 0))
    #expect(try snapshot.decide("bench.test", 9004).reason == .portNotAllowed)
    #expect(try snapshot.decide("other.test", 9001).reason == .notAllowlisted)
  }

  @Test("a range with ports admits what a name resolves to on these only")
  func resolvedWithPorts() throws {
    let snapshot = try snapshot(.limited, opened: [opened("10.0.0.0/8", "9001")])
    #expect(snapshot.admits(try address("10.0.0.1"), port: try port(9001), environment: 0))
    #expect(!snapshot.admits(try address("10.0.0.1"), port: .https, environment: 0))
    #expect(snapshot.admits(try address("8.8.8.8"), port: .https, environment: 0))
  }

  @Test("a range lifts no name rule", arguments: AccessLevel.allCases)
  func namesStay(_ level: AccessLevel) throws {
    let snapshot = try snapshot(
      level, lists: ["!!evil.com\n!bad.com"], opened: [opened("0.0.0.0/0"), opened("::/0")])
    #expect(try snapshot.decide("evil.com", 443).reason == .deniedAlways)
    #expect(try !snapshot.decide("bad.com", 443).isAllowed)
    #expect(try !snapshot.decide("localhost", 443).isAllowed)
  }

  @Test(
    "without a range no forbidden address is admitted, at any level",
    arguments: AccessLevel.allCases)
  func guardHolds(_ level: AccessLevel) throws {
    let snapshot = try snapshot(level, lists: ["+.com"])
    for block in AddressGuardTests.blocks {
      #expect(!snapshot.admits(try address(block.first), port: .https, environment: 0))
      #expect(!snapshot.admits(try address(block.last), port: .https, environment: 0))
    }
    #expect(snapshot.admits(try address("8.8.8.8"), port: .https, environment: 0))
    #expect(snapshot.admits(try address("2606:4700::1111"), port: .https, environment: 0))
  }
}

@Suite("own listeners") struct OwnListenerTests {
  private func own(_ address: String?, _ number: UInt16, local: [String] = []) throws
    -> OwnAddresses
  {
    OwnAddresses(
      listeners: [
        .init(
          address: try address.map { try #require(IPAddress($0)) }, port: try port(number))
      ], localAddresses: try local.map { try #require(IPAddress($0)) })
  }

  private func everything(_ own: OwnAddresses, _ level: AccessLevel) throws -> PolicySnapshot {
    try snapshot(level, opened: [opened("0.0.0.0/0", "*"), opened("::/0", "*")], own: own)
  }

  @Test(
    "a listener is refused in every form of its address, although everything is opened",
    arguments: [
      "127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::127.0.0.1",
      "64:ff9b::127.0.0.1", "2002:7f00:1::", "::5efe:127.0.0.1", "2001:0:1::80ff:fffe",
    ])
  func disguises(_ text: String) throws {
    for level in AccessLevel.allCases {
      let snapshot = try everything(own("127.0.0.1", 3128), level)
      #expect(try snapshot.decide(text, 3128).reason == .addressForbidden)
      #expect(!snapshot.admits(try address(text), port: try port(3128), environment: 0))
      #expect(try snapshot.decide(text, 3129).reason == .addressAllowed)
      #expect(snapshot.admits(try address(text), port: try port(3129), environment: 0))
    }
  }

  @Test("a listener on one address leaves the same port of other addresses alone")
  func otherAddress() throws {
    let snapshot = try everything(own("10.0.0.5", 3128), .limited)
    for text in ["10.0.0.6", "127.0.0.1", "::1", "8.8.8.8"] {
      #expect(snapshot.admits(try address(text), port: try port(3128), environment: 0))
    }
  }

  @Test(
    "a wildcard listener counts on loopback and on every local address",
    arguments: [nil, "0.0.0.0", "::"] as [String?])
  func wildcard(_ listener: String?) throws {
    let snapshot = try everything(
      own(listener, 3128, local: ["192.0.2.7", "2001:db8::7"]), .full)
    for text in [
      "127.0.0.1", "127.9.9.9", "::1", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "0.0.0.0",
      "::",
    ] {
      #expect(!snapshot.admits(try address(text), port: try port(3128), environment: 0), "\(text)")
      #expect(try snapshot.decide(text, 3128).reason == .addressForbidden, "\(text)")
      #expect(snapshot.admits(try address(text), port: try port(80), environment: 0), "\(text)")
    }
    #expect(snapshot.admits(try address("192.0.2.8"), port: try port(3128), environment: 0))
  }

  @Test("a listener on a public address is refused although the address is public")
  func publicListener() throws {
    let snapshot = try snapshot(.full, own: own("203.0.114.9", 443))
    #expect(try snapshot.decide("203.0.114.9", 443).reason == .addressForbidden)
    #expect(!snapshot.admits(try address("203.0.114.9"), port: .https, environment: 0))
    #expect(snapshot.admits(try address("203.0.114.9"), port: .http, environment: 0))
  }
}
