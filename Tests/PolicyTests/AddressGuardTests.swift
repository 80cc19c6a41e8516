import Domains
import Policy
import Testing

/// A block of forbidden addresses and what its two neighbours are (`nil`: public).
struct Block: Sendable, CustomTestStringConvertible {
  let first: String
  let last: String
  let category: ForbiddenAddress
  let before: ForbiddenAddress?
  let after: ForbiddenAddress?

  init(
    _ first: String, _ last: String, _ category: ForbiddenAddress,
    before: ForbiddenAddress? = nil, after: ForbiddenAddress? = nil
  ) {
    self.first = first
    self.last = last
    self.category = category
    self.before = before
    self.after = after
  }

  var testDescription: String { "\(first) to \(last) is \(category)" }
}

func address(_ text: String) throws -> IPAddress {
  try #require(IPAddress(text), "\(text) is not an address")
}

/// The address `distance` away; `nil` past the end of the address space.
func neighbour(of address: IPAddress, _ distance: Int) -> IPAddress? {
  if address.family == .v4 {
    let value = Int(address.low) + distance
    return (0...0xFFFF_FFFF).contains(value) ? IPAddress(v4: UInt32(value)) : nil
  }
  if distance > 0 {
    let (low, carry) = address.low.addingReportingOverflow(1)
    let (high, end) = address.high.addingReportingOverflow(carry ? 1 : 0)
    return end ? nil : IPAddress(v6High: high, low: low)
  }
  let (low, borrow) = address.low.subtractingReportingOverflow(1)
  let (high, end) = address.high.subtractingReportingOverflow(borrow ? 1 : 0)
  return end ? nil : IPAddress(v6High: high, low: low)
}

@Suite("the address guard") struct AddressGuardTests {
  static let blocks: [Block] = [
    Block("0.0.0.0", "0.255.255.255", .unspecified),
    Block("10.0.0.0", "10.255.255.255", .privateUse),
    Block("100.64.0.0", "100.127.255.255", .carrierGradeNAT),
    Block(
      "100.100.100.200", "100.100.100.200", .cloudMetadata,
      before: .carrierGradeNAT, after: .carrierGradeNAT),
    Block("127.0.0.0", "127.255.255.255", .loopback),
    Block("168.63.129.16", "168.63.129.16", .cloudMetadata),
    Block("169.254.0.0", "169.254.255.255", .linkLocal),
    Block(
      "169.254.169.254", "169.254.169.254", .cloudMetadata,
      before: .linkLocal, after: .linkLocal),
    Block("169.254.170.2", "169.254.170.2", .cloudMetadata, before: .linkLocal, after: .linkLocal),
    Block(
      "169.254.170.23", "169.254.170.23", .cloudMetadata,
      before: .linkLocal, after: .linkLocal),
    Block("172.16.0.0", "172.31.255.255", .privateUse),
    Block("192.0.0.0", "192.0.0.255", .reserved),
    Block("192.0.0.192", "192.0.0.192", .cloudMetadata, before: .reserved, after: .reserved),
    Block("192.0.2.0", "192.0.2.255", .documentation),
    Block("192.88.99.0", "192.88.99.255", .sixToFour),
    Block("192.168.0.0", "192.168.255.255", .privateUse),
    Block("198.18.0.0", "198.19.255.255", .benchmarking),
    Block("198.51.100.0", "198.51.100.255", .documentation),
    Block("203.0.113.0", "203.0.113.255", .documentation),
    Block("224.0.0.0", "239.255.255.255", .multicast, after: .reserved),
    Block("240.0.0.0", "255.255.255.254", .reserved, before: .multicast, after: .broadcast),
    Block("255.255.255.255", "255.255.255.255", .broadcast, before: .reserved),

    Block("::", "::", .unspecified, after: .loopback),
    Block("::1", "::1", .loopback, before: .unspecified, after: .compatibleIPv4),
    Block("::2", "::ffff:ffff", .compatibleIPv4, before: .loopback, after: .reserved),
    Block("::ffff:0:0", "::ffff:ffff:ffff", .mappedIPv4, before: .reserved, after: .reserved),
    Block(
      "0:0:0:1::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", .reserved,
      before: .reserved, after: .nat64),
    Block(
      "64:ff9b:0:0:0:1::", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", .reserved,
      before: .nat64, after: .nat64),
    Block(
      "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", .nat64,
      before: .reserved, after: .reserved),
    Block(
      "100::", "100::ffff:ffff:ffff:ffff", .discardOnly, before: .reserved, after: .discardOnly),
    Block(
      "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", .discardOnly,
      before: .discardOnly, after: .reserved),
    Block(
      "100:0:0:2::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved, before: .discardOnly),
    Block("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", .teredo, after: .reserved),
    Block(
      "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", .benchmarking,
      before: .reserved, after: .reserved),
    Block(
      "2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", .orchid,
      before: .reserved, after: .reserved),
    Block("2001:30::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved, before: .orchid),
    Block("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", .documentation),
    Block("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .sixToFour),
    Block("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", .documentation),
    Block("4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved, after: .segmentRouting),
    Block(
      "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .segmentRouting,
      before: .reserved, after: .reserved),
    Block(
      "5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .reserved,
      before: .segmentRouting, after: .uniqueLocal),
    Block(
      "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .uniqueLocal,
      before: .reserved, after: .reserved),
    Block(
      "fd00:ec2::254", "fd00:ec2::254", .cloudMetadata,
      before: .uniqueLocal, after: .uniqueLocal),
    Block(
      "fd00:ec2::23", "fd00:ec2::23", .cloudMetadata, before: .uniqueLocal, after: .uniqueLocal),
    Block(
      "fd20:ce::254", "fd20:ce::254", .cloudMetadata, before: .uniqueLocal, after: .uniqueLocal),
    Block(
      "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .linkLocal,
      before: .reserved, after: .siteLocal),
    Block(
      "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .siteLocal,
      before: .linkLocal, after: .multicast),
    Block("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .multicast, before: .siteLocal),
  ]

  @Test(
    "a block is forbidden from its first to its last address, and its neighbours are what they are",
    arguments: blocks)
  func edges(_ block: Block) throws {
    let first = try address(block.first)
    let last = try address(block.last)
    #expect(AddressGuard.forbiddenCategory(first) == block.category)
    #expect(AddressGuard.forbiddenCategory(last) == block.category)
    if let before = neighbour(of: first, -1) {
      #expect(AddressGuard.forbiddenCategory(before) == block.before, "\(before) lies before")
    }
    if let after = neighbour(of: last, 1) {
      #expect(AddressGuard.forbiddenCategory(after) == block.after, "\(after) lies after")
    }
  }

  @Test("every category is reached by some block or tunnel form")
  func everyCategory() {
    let reached = Set(Self.blocks.map(\.category)).union([.isatap])
    #expect(reached == Set(ForbiddenAddress.allCases))
    #expect(Set(ForbiddenAddress.allCases.map(\.name.description)).count == reached.count)
  }

  @Test(
    "an IPv6 form of an IPv4 address is refused, whatever is inside",
    arguments: [
      ("::ffff:127.0.0.1", ForbiddenAddress.mappedIPv4), ("::ffff:7f00:1", .mappedIPv4),
      ("::ffff:8.8.8.8", .mappedIPv4), ("::127.0.0.1", .compatibleIPv4),
      ("::8.8.8.8", .compatibleIPv4), ("::ffff:0:127.0.0.1", .reserved),
      ("2002:7f00:1::", .sixToFour), ("2002:808:808::1", .sixToFour),
      ("2001:0:4136:e378:8000:63bf:3fff:fdd2", .teredo), ("::5efe:10.0.0.1", .isatap),
      ("::200:5efe:8.8.8.8", .isatap), ("2a00:1450::5efe:10.0.0.1", .isatap),
      ("2a00:1450::200:5efe:8.8.8.8", .isatap), ("2a00:1450::300:5efe:8.8.8.8", .isatap),
      ("fe80::5efe:10.0.0.1", .linkLocal), ("64:ff9b:1::a00:1", .nat64),
      ("64:ff9b:1::808:808", .nat64),
    ])
  func tunnels(_ text: String, _ category: ForbiddenAddress) throws {
    #expect(AddressGuard.forbiddenCategory(try address(text)) == category)
  }

  @Test(
    "the well-known NAT64 prefix is as forbidden as the IPv4 address in it",
    arguments: blocks.filter { !$0.first.contains(":") })
  func nat64(_ block: Block) throws {
    func wrapped(_ inner: IPAddress) -> IPAddress {
      IPAddress(v6High: 0x0064_FF9B_0000_0000, low: inner.low)
    }
    let first = try address(block.first)
    let last = try address(block.last)
    #expect(AddressGuard.forbiddenCategory(wrapped(first)) == .nat64)
    #expect(AddressGuard.forbiddenCategory(wrapped(last)) == .nat64)
    if let after = neighbour(of: last, 1), block.after == nil {
      #expect(AddressGuard.forbiddenCategory(wrapped(after)) == nil)
    }
  }

  @Test(
    "public unicast addresses pass",
    arguments: [
      "1.1.1.1", "8.8.8.8", "140.82.112.3", "99.255.255.255", "172.15.0.1", "172.32.0.1",
      "192.0.1.1", "192.167.1.1", "198.17.1.1", "223.255.255.255", "100.63.0.1", "100.128.0.1",
      "168.63.129.17", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2001:200::1",
      "2001:4860:4860::8888", "2003::1", "3ffe::1", "3fff:1000::1", "64:ff9b::8.8.8.8",
      "2a00:1450::4efe:5efe:1", "2a00::5eff:808:808",
    ])
  func publicAddresses(_ text: String) throws {
    #expect(AddressGuard.forbiddenCategory(try address(text)) == nil)
  }

  @Test(
    "the IPv4 address inside an IPv6 form is found",
    arguments: [
      ("::ffff:10.1.2.3", "10.1.2.3"), ("::10.1.2.3", "10.1.2.3"),
      ("64:ff9b::10.1.2.3", "10.1.2.3"),
      ("2002:a01:203::1", "10.1.2.3"), ("2001:0:1::f5fe:fdfc", "10.1.2.3"),
      ("2a00::5efe:10.1.2.3", "10.1.2.3"), ("2a00::1", "2a00::1"), ("::", "::"), ("::1", "::1"),
      ("10.1.2.3", "10.1.2.3"),
    ])
  func unwrapped(_ outer: String, _ inner: String) throws {
    #expect(AddressGuard.unwrapped(try address(outer)) == (try address(inner)))
  }
}
