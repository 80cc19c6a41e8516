/// Why an address may not be dialled. Names are stable: they stand in audit records and answers.
/// Source: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190), and the
/// documents named beside each case.
package enum ForbiddenAddress: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// 0.0.0.0/8 and ::, this host or network (RFC 791 §3.2, RFC 4291 §2.5.2). Linux connects them to
  /// loopback.
  case unspecified
  /// 127.0.0.0/8 and ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
  case loopback
  /// 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 (RFC 1918).
  case privateUse
  /// 100.64.0.0/10 (RFC 6598).
  case carrierGradeNAT
  /// 169.254.0.0/16 and fe80::/10 (RFC 3927, RFC 4291 §2.5.6).
  case linkLocal
  /// fc00::/7 (RFC 4193).
  case uniqueLocal
  /// fec0::/10 (deprecated by RFC 3879; some routers still carry it).
  case siteLocal
  /// The addresses at which a cloud gives its virtual machines credentials and settings; see
  /// ``AddressGuard``.
  case cloudMetadata
  /// 198.18.0.0/15 and 2001:2::/48 (RFC 2544, RFC 5180).
  case benchmarking
  /// 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32 and 3fff::/20 (RFC 5737, RFC 3849,
  /// RFC 9637).
  case documentation
  /// 224.0.0.0/4 and ff00::/8 (RFC 1112, RFC 4291 §2.7).
  case multicast
  /// 255.255.255.255 (RFC 919).
  case broadcast
  /// 240.0.0.0/4, 192.0.0.0/24, 2001::/23 and all of IPv6 outside 2000::/3 that has no case of its own
  /// (RFC 1112 §4, RFC 6890 §2.2.2, RFC 2928, RFC 4291 §2.4).
  case reserved
  /// 100::/64 and 100:0:0:1::/64 (RFC 6666, RFC 9780).
  case discardOnly
  /// 2001:10::/28 and 2001:20::/28: identifiers, not locators (RFC 4843, RFC 7343).
  case orchid
  /// 5f00::/16 (RFC 9602).
  case segmentRouting
  /// ::ffff:0:0/96 (RFC 4291 §2.5.5.2), whatever is inside: who means an IPv4 address writes it.
  case mappedIPv4
  /// ::/96 (deprecated by RFC 4291 §2.5.5.1), whatever is inside.
  case compatibleIPv4
  /// 64:ff9b::/96 around an IPv4 address that is itself forbidden (RFC 6052 §3.1), and all of
  /// 64:ff9b:1::/48, which is for local use (RFC 8215).
  case nat64
  /// 2002::/16 and its relays 192.88.99.0/24 (RFC 3056, deprecated by RFC 7526), whatever is inside.
  case sixToFour
  /// 2001::/32 (RFC 4380), whatever is inside.
  case teredo
  /// An interface identifier 0000:5efe or 0200:5efe before an IPv4 address (RFC 5214 §6.1), whatever
  /// the prefix and the address are.
  case isatap
}

extension ForbiddenAddress {
  /// For answers and logs: `the address is loopback`.
  package var name: StaticString {
    switch self {
    case .unspecified: "unspecified"
    case .loopback: "loopback"
    case .privateUse: "private"
    case .carrierGradeNAT: "carrier_grade_nat"
    case .linkLocal: "link_local"
    case .uniqueLocal: "unique_local"
    case .siteLocal: "site_local"
    case .cloudMetadata: "cloud_metadata"
    case .benchmarking: "benchmarking"
    case .documentation: "documentation"
    case .multicast: "multicast"
    case .broadcast: "broadcast"
    case .reserved: "reserved"
    case .discardOnly: "discard_only"
    case .orchid: "orchid"
    case .segmentRouting: "segment_routing"
    case .mappedIPv4: "mapped_ipv4"
    case .compatibleIPv4: "compatible_ipv4"
    case .nat64: "nat64"
    case .sixToFour: "six_to_four"
    case .teredo: "teredo"
    case .isatap: "isatap"
    }
  }
}
