import Testing

@testable import Domains

@Suite("Addresses")
struct AddressTests {
  @Test(
    "each address has one text, whatever spelling it came in",
    arguments: [
      ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("1.20.199.9", "1.20.199.9"),
      ("100.100.100.200", "100.100.100.200"),
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:0:1:0:0:0:0:0", "0:0:1::"),
      ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"), ("1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"),
      ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"), ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("00ab:0:0:0:0:0:0:0001", "ab::1"), ("::ffff:1.2.3.4", "::ffff:102:304"),
      ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func canonicalText(_ spelling: String, _ text: String) throws {
    let address = try #require(IPAddress(spelling))
    #expect(address.description == text)
    #expect(IPAddress(text) == address)
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1.2.3.4.5", "01.2.3.4", "1.2.3.00", "256.1.1.1",
      "1.2.3.1000", "1..2.3", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.4/8",
      ":", ":::", "1", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1::", "::1:",
      "1:2:3:4::5:6:7:8", "12345::", "::g", "::1%eth0", "::1%25eth0", "[::1]", "::1.2.3",
      "::1.2.3.4.5",
      "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "::256.1.1.1", "::-1",
      ":: 1",
      "example.com", "fe80::1/64", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8::",
    ])
  func refused(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test("random addresses survive being written and read")
  func roundTrip() {
    var random = SplitMix(seed: 6)
    for _ in 0..<20_000 {
      // Groups of few values, so that runs of zeros of every length and place come up.
      var high: UInt64 = 0
      var low: UInt64 = 0
      for _ in 0..<4 {
        high = high << 16 | [0, 0, 1, random.next() & 0xffff].randomElement(using: &random)!
        low = low << 16 | [0, 0, 1, random.next() & 0xffff].randomElement(using: &random)!
      }
      let v6 = IPAddress(v6High: high, low: low)
      #expect(IPAddress(v6.description) == v6)
      #expect(v6.description.utf8.count <= IPAddress.canonicalTextLimit)
      let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
      #expect(IPAddress(v4.description) == v4)
    }
  }

  @Test("an IPv4 address and the IPv6 address with the same bits differ")
  func families() {
    #expect(IPAddress("0.0.0.1") != IPAddress("::1"))
  }
}

@Suite("Address ranges")
struct AddressRangeTests {
  @Test(
    "a range holds its first and last address and neither neighbour",
    arguments: [
      ("10.0.0.0/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
      ("100.64.0.0/10", "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
      (
        "169.254.169.254", "169.254.169.254", "169.254.169.254", "169.254.169.253",
        "169.254.169.255"
      ),
      ("192.0.2.0/31", "192.0.2.0", "192.0.2.1", "192.0.1.255", "192.0.2.2"),
      ("fc00::/7", "fc00::", "fdff::ffff", "fbff::", "fe00::"),
      (
        "2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db7::",
        "2001:db8:0:1::"
      ),
      ("64:ff9b::/96", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9a::", "64:ff9b::1:0:0"),
      ("::1/128", "::1", "::1", "::", "::2"),
    ])
  func bounds(_ text: String, _ first: String, _ last: String, _ below: String, _ above: String)
    throws
  {
    let range = try #require(AddressRange(text))
    #expect(range.contains(try #require(IPAddress(first))))
    #expect(range.contains(try #require(IPAddress(last))))
    #expect(!range.contains(try #require(IPAddress(below))))
    #expect(!range.contains(try #require(IPAddress(above))))
  }

  @Test("a range of all addresses holds its own family only")
  func everything() throws {
    let v4 = try #require(AddressRange("0.0.0.0/0"))
    let v6 = try #require(AddressRange("::/0"))
    let one = try #require(IPAddress("255.1.2.3"))
    let other = try #require(IPAddress("ffff::1"))
    #expect(v4.contains(one) && !v4.contains(other))
    #expect(v6.contains(other) && !v6.contains(one))
    #expect(!v4.contains(try #require(IPAddress("::ffff:1.2.3.4"))))
  }

  @Test(
    "what is no range is refused",
    arguments: [
      "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/08", "10.0.0.0/+8",
      "10.0.0.0/8 ",
      "10/8", "::/129", "::1/127", "fc00::/7/8", "::/256", "::/999", "10.0.0.0/255.0.0.0",
      "example.com/8",
    ])
  func refused(_ text: String) {
    #expect(AddressRange(text) == nil)
  }

  @Test("a range is written as it is read", arguments: ["10.0.0.0/8", "::/0", "::1", "192.0.2.7"])
  func text(_ text: String) throws {
    #expect(try #require(AddressRange(text)).description == text)
  }
}
