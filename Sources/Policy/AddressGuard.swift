package import Domains

/// Which addresses are never dialled unless an operator opens a range: everything that is not public
/// unicast, and every IPv6 form that hides an IPv4 address. The check runs on resolved addresses and on
/// literals alike, on the value that will be dialled.
///
/// Tunnelling forms (IPv4-mapped and -compatible, 6to4, Teredo, ISATAP) are refused even around a
/// public IPv4 address: no service needs them as a target, and each has been a way round a filter. The
/// exception is the well-known NAT64 prefix, which IPv6-only networks need to reach public IPv4.
package enum AddressGuard {
  /// Why `address` may not be dialled; `nil` for a public unicast address.
  @_noAllocation @_noLocks
  package static func forbiddenCategory(_ address: IPAddress) -> ForbiddenAddress? {
    switch address.family {
    case .v4: forbiddenV4(UInt32(truncatingIfNeeded: address.low))
    case .v6: forbiddenV6(address.high, address.low)
    }
  }

  private static func forbiddenV4(_ bits: UInt32) -> ForbiddenAddress? {
    switch bits {
    // AWS, Google, Azure, Oracle and others; ECS task roles; EKS pod identity; Azure's wire server;
    // Alibaba; Oracle Cloud classic. Two of them lie in space that is otherwise public or shared.
    case 0xA9FE_A9FE, 0xA9FE_AA02, 0xA9FE_AA17, 0xA83F_8110, 0x6464_64C8, 0xC000_00C0:
      return .cloudMetadata
    case 0xFFFF_FFFF: return .broadcast
    default: break
    }
    switch bits >> 24 {
    case 0: return .unspecified
    case 10: return .privateUse
    case 100: return bits >> 22 == 0x6440_0000 >> 22 ? .carrierGradeNAT : nil
    case 127: return .loopback
    case 169: return bits >> 16 == 0xA9FE ? .linkLocal : nil
    case 172: return bits >> 20 == 0xAC1 ? .privateUse : nil
    case 192:
      switch bits >> 8 {
      case 0xC0_0000: return .reserved
      case 0xC0_0002: return .documentation
      case 0xC0_5863: return .sixToFour
      default: return bits >> 16 == 0xC0A8 ? .privateUse : nil
      }
    case 198:
      if bits >> 17 == 0xC612_0000 >> 17 { return .benchmarking }
      return bits >> 8 == 0xC6_3364 ? .documentation : nil
    case 203: return bits >> 8 == 0xCB_0071 ? .documentation : nil
    case 224...239: return .multicast
    case 240...: return .reserved
    default: return nil
    }
  }

  private static func forbiddenV6(_ high: UInt64, _ low: UInt64) -> ForbiddenAddress? {
    if high >> 61 == 1 { return forbiddenGlobalV6(high, low) }
    if high == 0 { return forbiddenLowV6(low) }
    if isWellKnownNAT64(high, low) {
      if case nil = forbiddenV4(UInt32(truncatingIfNeeded: low)) { return nil }
      return .nat64
    }
    if high >> 16 == 0x0064_FF9B_0001 { return .nat64 }
    switch (high, low) {
    // AWS metadata and EKS pod identity; Google Cloud.
    case (0xFD00_0EC2_0000_0000, 0x254), (0xFD00_0EC2_0000_0000, 0x23),
      (0xFD20_00CE_0000_0000, 0x254):
      return .cloudMetadata
    default: break
    }
    if high >> 57 == 0xFC >> 1 { return .uniqueLocal }
    if high >> 54 == 0xFE80 >> 6 { return .linkLocal }
    if high >> 54 == 0xFEC0 >> 6 { return .siteLocal }
    if high >> 56 == 0xFF { return .multicast }
    if high == 0x0100_0000_0000_0000 || high == 0x0100_0000_0000_0001 { return .discardOnly }
    if high >> 48 == 0x5F00 { return .segmentRouting }
    return isISATAP(low) ? .isatap : .reserved
  }

  /// 2000::/3, the only space from which public unicast addresses are assigned.
  private static func forbiddenGlobalV6(_ high: UInt64, _ low: UInt64) -> ForbiddenAddress? {
    switch high >> 32 {
    case 0x2001_0000: return .teredo
    case 0x2001_0002 where (high >> 16) & 0xFFFF == 0: return .benchmarking
    case 0x2001_0010...0x2001_002F: return .orchid
    case 0x2001_0001...0x2001_01FF: return .reserved
    case 0x2001_0DB8: return .documentation
    case 0x2002_0000...0x2002_FFFF: return .sixToFour
    case 0x3FFF_0000...0x3FFF_0FFF: return .documentation
    default: return isISATAP(low) ? .isatap : nil
    }
  }

  /// ::/64, where the oldest forms with an IPv4 address inside live.
  private static func forbiddenLowV6(_ low: UInt64) -> ForbiddenAddress? {
    switch low >> 32 {
    case 0 where low == 0: .unspecified
    case 0 where low == 1: .loopback
    case 0: .compatibleIPv4
    case 0xFFFF: .mappedIPv4
    default: isISATAP(low) ? .isatap : .reserved
    }
  }
}

extension AddressGuard {
  /// The IPv4 address inside an IPv6 form, and any other address as it is. Used to recognise this
  /// process's own addresses in every disguise, never to decide that an address is allowed.
  package static func unwrapped(_ address: IPAddress) -> IPAddress {
    guard address.family == .v6 else { return address }
    let (high, low) = (address.high, address.low)
    if high == 0 {
      if low >> 32 == 0xFFFF || (low >> 32 == 0 && low > 1) { return v4(low) }
    } else if isWellKnownNAT64(high, low) {
      return v4(low)
    } else if high >> 48 == 0x2002 {
      return v4(high >> 16)
    } else if high >> 32 == 0x2001_0000 {
      return v4(~low)
    }
    return isISATAP(low) ? v4(low) : address
  }

  /// Whether connecting to `address` means this machine, whatever addresses it has.
  package static func isLoopback(_ address: IPAddress) -> Bool {
    forbiddenCategory(address) == .loopback
  }

  /// 0.0.0.0 and :: alone, the two that Linux connects to loopback.
  package static func isUnspecified(_ address: IPAddress) -> Bool {
    address.high == 0 && address.low == 0
  }

  private static func v4(_ bits: UInt64) -> IPAddress {
    IPAddress(v4: UInt32(truncatingIfNeeded: bits))
  }

  private static func isWellKnownNAT64(_ high: UInt64, _ low: UInt64) -> Bool {
    high == 0x0064_FF9B_0000_0000 && low >> 32 == 0
  }

  /// The universal/local and the group bit of the interface identifier may have either value.
  private static func isISATAP(_ low: UInt64) -> Bool {
    (low >> 32) & 0xFCFF_FFFF == 0x0000_5EFE
  }
}
