/// A block of addresses: a base and the number of leading bits that its members share with it
/// (RFC 4632 §3.1, RFC 4291 §2.3). The bits behind the prefix are zero, so each block has one value.
public struct AddressRange: Hashable, Sendable, BitwiseCopyable {
  /// The lowest address of the block.
  public let base: IPAddress
  /// 0 to 32 for IPv4, 0 to 128 for IPv6.
  public let prefixLength: UInt8

  /// `nil` if the prefix is longer than the address or `base` has a bit set behind it.
  public init?(base: IPAddress, prefixLength: UInt8) {
    guard prefixLength <= base.bitCount else { return nil }
    let mask = Self.mask(base.family, prefixLength)
    guard base.high & ~mask.high == 0, base.low & ~mask.low == 0 else { return nil }
    self.base = base
    self.prefixLength = prefixLength
  }

  /// The block that holds one address.
  public init(_ address: IPAddress) {
    base = address
    prefixLength = address.bitCount
  }

  /// `10.0.0.0/8`, `fd00::/8`, or a bare address. The bits behind the prefix must be zero and the
  /// length is decimal without leading zeros; `nil` for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else {
      guard let address = IPAddress(parsing: bytes.span) else { return nil }
      self.init(address)
      return
    }
    let digits = bytes[(slash + 1)...]
    guard let address = IPAddress(parsing: bytes.span.extracting(0..<slash)),
      (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    var length = 0
    for byte in digits {
      guard byte &- UInt8(ascii: "0") < 10 else { return nil }
      length = length * 10 + Int(byte &- UInt8(ascii: "0"))
    }
    guard let prefixLength = UInt8(exactly: length) else { return nil }
    self.init(base: address, prefixLength: prefixLength)
  }

  /// Whether `address` is of the same family and in the block. An IPv4-mapped IPv6 address is in no
  /// IPv4 block.
  public func contains(_ address: IPAddress) -> Bool {
    guard address.family == base.family else { return false }
    let mask = Self.mask(base.family, prefixLength)
    return address.high & mask.high == base.high && address.low & mask.low == base.low
  }

  /// The bits of an address that the prefix covers.
  private static func mask(
    _ family: IPAddress.Family, _ prefixLength: UInt8
  ) -> (high: UInt64, low: UInt64) {
    // Smart shifts: a shift by 64 or more gives 0.
    let length = UInt64(prefixLength)
    switch family {
    case .v4:
      return (0, 0xffff_ffff & (0xffff_ffff << (32 - length)))
    case .v6:
      let high = length == 0 ? 0 : UInt64.max << (64 - min(length, 64))
      let low = length <= 64 ? 0 : UInt64.max << (128 - length)
      return (high, low)
    }
  }
}

extension IPAddress {
  /// 32 or 128.
  var bitCount: UInt8 { family == .v4 ? 32 : 128 }
}

extension AddressRange: CustomStringConvertible {
  /// `10.0.0.0/8`; a block of one address is written as the address.
  public var description: String {
    prefixLength == base.bitCount ? base.description : "\(base)/\(prefixLength)"
  }
}
