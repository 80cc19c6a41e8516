import Configuration
import Domains
import Policy
import Testing

@Suite("listeners and name servers") struct EndpointTests {
  @Test(
    "a listener is an address and a port",
    arguments: [
      ("127.0.0.1:3128", "127.0.0.1:3128"), ("0.0.0.0:80", "0.0.0.0:80"),
      ("[::1]:3128", "[::1]:3128"),
      ("[::]:65535", "[::]:65535"), ("[2001:DB8:0:0::1]:1", "[2001:db8::1]:1"),
    ])
  func listener(_ text: String, _ canonical: String) throws {
    #expect(try Endpoint.listener(SettingText("--listen", text)).description == canonical)
  }

  @Test(
    "a broken listener says what to write",
    arguments: [
      (
        ":3128",
        "no address; write 127.0.0.1:3128 for this machine only, or 0.0.0.0:3128 for every IPv4 "
          + "interface"
      ),
      ("127.0.0.1", "no port; write one, as in 127.0.0.1:3128 or [::1]:3128"),
      ("[::1]", "no port; write one, as in 127.0.0.1:3128 or [::1]:3128"),
      (
        "3128",
        "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
      ("", "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"),
      (
        "localhost:3128",
        "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
      (
        "127.1:3128",
        "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
      (
        "*:3128",
        "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
      ("127.0.0.1:0", "not a port; write a number from 1 to 65535 without sign or leading zeros"),
      (
        "127.0.0.1:65536",
        "not a port; write a number from 1 to 65535 without sign or leading zeros"
      ),
      ("127.0.0.1:", "not a port; write a number from 1 to 65535 without sign or leading zeros"),
      ("[::1]:", "not a port; write a number from 1 to 65535 without sign or leading zeros"),
      ("127.0.0.1:+80", "not a port; write a number from 1 to 65535 without sign or leading zeros"),
      ("127.0.0.1:080", "not a port; write a number from 1 to 65535 without sign or leading zeros"),
      (
        "::1:3128",
        "an IPv6 address without brackets; write [ADDRESS]:PORT, as in [::1]:3128"
      ),
      ("[::1:3128", "a bracket that is not closed; write it as in 127.0.0.1:3128 or [::1]:3128"),
      ("[127.0.0.1]:3128", "brackets around what is not IPv6; write it without brackets"),
      ("[::1]3128", "something behind the bracket; write it as in 127.0.0.1:3128 or [::1]:3128"),
      (
        "[fe80::1%eth0]:3128",
        "not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
    ])
  func brokenListener(_ text: String, _ expected: String) {
    let message = complaint { () throws(ConfigurationError) in
      _ = try Endpoint.listener(SettingText("--listen", text))
    }
    #expect(message == "--listen '\(text)': \(expected)")
  }

  @Test(
    "a name server without a port is asked on port 53",
    arguments: [
      ("9.9.9.9", "9.9.9.9:53"), ("127.0.0.1:5353", "127.0.0.1:5353"), ("[::1]", "[::1]:53"),
      ("[::1]:5353", "[::1]:5353"),
    ])
  func nameServer(_ text: String, _ canonical: String) throws {
    #expect(try Endpoint.nameServer(SettingText("--dns", text)).description == canonical)
  }

  @Test(
    "a broken name server is refused",
    arguments: ["", "dns.example", "0.0.0.0", "[::]:53", "::1", "9.9.9.9:0", "9.9.9.9:", "9.9.9"])
  func brokenNameServer(_ text: String) {
    #expect(
      complaint { () throws(ConfigurationError) in
        _ = try Endpoint.nameServer(SettingText("--dns", text))
      } != nil)
  }
}

@Suite("opened ranges") struct AddressRuleTextTests {
  @Test(
    "a range stands alone or before its ports",
    arguments: [
      ("127.0.0.0/8", "127.0.0.0/8", nil as String?), ("10.1.2.3", "10.1.2.3", nil),
      ("10.1.2.3/32", "10.1.2.3", nil), ("10.0.0.0/8:443", "10.0.0.0/8", "443"),
      ("10.0.0.0/8:8080,9000-9003", "10.0.0.0/8", "8080,9000-9003"),
      ("10.0.0.1:*", "10.0.0.1", "*"),
      ("::1", "::1", nil), ("::1/128", "::1", nil), ("fd00:1::/32", "fd00:1::/32", nil),
      ("[fd00:1::/32]", "fd00:1::/32", nil), ("[::1/128]:443", "::1", "443"),
      ("[::1]:9000-9003", "::1", "9000-9003"),
    ])
  func range(_ text: String, _ range: String, _ ports: String?) throws {
    let rule = try AddressRule.parse(SettingText("--allow-address", text))
    #expect(rule.range.description == range)
    #expect(rule.ports?.description == ports)
  }

  static let notARange =
    "not a range of addresses; write an address, or a network with a prefix length and no bits behind "
    + "the prefix, as in 10.1.0.0/16, 10.1.0.0/16:8080 or [fd00:1::/32]:8080"
  static let notPorts =
    "not a set of ports; write :443, :443,8443, :9000-9003 or :* behind the range"

  @Test(
    "a broken range says what to write",
    arguments: [
      ("", notARange), ("10.0.0.1/8", notARange), ("10.0.0.0/33", notARange),
      ("10.0.0.0/", notARange), ("10.0.0.0/08", notARange), ("10/8", notARange),
      ("internal.example", notARange), ("10.0.0.0-10.0.0.9", notARange), ("fd00::1/8", notARange),
      ("::1/128:443", notARange), ("10.0.0.0/8 ", notARange), ("all", notARange),
      ("10.0.0.0/8:", notPorts), ("10.0.0.0/8:0", notPorts), ("10.0.0.0/8:443,", notPorts),
      ("10.0.0.0/8:9003-9000", notPorts), ("10.0.0.0/8:https", notPorts), ("[::1]:", notPorts),
      ("[::1]:65536", notPorts),
      (
        "[::1]/128:443",
        "the prefix length stands behind the bracket; write it inside: [::1/128]:443"
      ),
      (
        "[::1",
        "a bracket that is not closed; write it as in 10.1.0.0/16, 10.1.0.0/16:8080 or "
          + "[fd00:1::/32]:8080"
      ),
      ("[10.0.0.0/8]:443", "brackets around what is not IPv6; write it without brackets"),
      (
        "[::1]443",
        "something behind the bracket; write it as in 10.1.0.0/16, 10.1.0.0/16:8080 or "
          + "[fd00:1::/32]:8080"
      ),
    ])
  func broken(_ text: String, _ expected: String) {
    let message = complaint { () throws(ConfigurationError) in
      _ = try AddressRule.parse(SettingText("--allow-address", text))
    }
    #expect(message == "--allow-address '\(text)': \(expected)")
  }
}
