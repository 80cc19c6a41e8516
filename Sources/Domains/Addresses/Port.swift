/// A TCP port, 1 to 65535 (RFC 9293 §3.1; port 0 is reserved and never dialled).
public struct Port: Hashable, Comparable, Sendable, BitwiseCopyable {
  public let number: UInt16

  /// `nil` for 0.
  public init?(_ number: UInt16) {
    guard number != 0 else { return nil }
    self.number = number
  }

  /// Digits only, no sign, no leading zero, 1 to 65535; anything else is `nil`.
  public init?(parsing bytes: Span<UInt8>) {
    guard bytes.count >= 1, bytes.count <= 5, bytes[0] != 0x30 else { return nil }
    var value: UInt32 = 0
    for index in bytes.indices {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + UInt32(digit)
    }
    guard value <= 65535 else { return nil }
    self.number = UInt16(value)
  }

  public static let http = Port(unchecked: 80)
  public static let https = Port(unchecked: 443)

  private init(unchecked number: UInt16) { self.number = number }

  public static func < (left: Port, right: Port) -> Bool { left.number < right.number }
}

extension Port: CustomStringConvertible {
  public var description: String { String(number) }
}
