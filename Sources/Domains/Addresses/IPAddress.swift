/// An IPv4 or IPv6 address. Two spellings of one address are one value; an IPv4-mapped IPv6 address
/// is still IPv6 here (the address guard looks inside it).
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
  public enum Family: UInt8, Sendable, BitwiseCopyable {
    case v4 = 4
    case v6 = 6
  }

  /// IPv4: `high` is 0 and `low` holds the 32 bits. IPv6: the 128 bits, most significant first.
  public let high: UInt64
  public let low: UInt64
  public let family: Family

  public init(v4 bits: UInt32) {
    high = 0
    low = UInt64(bits)
    family = .v4
  }

  public init(v6High high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    family = .v6
  }
}
