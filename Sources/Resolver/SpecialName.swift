import Domains

/// Names that no name server may be asked for.
enum SpecialName {
  /// RFC 6761 §6.3: the loopback addresses, without a query.
  case localhost
  /// RFC 7686 §2, RFC 6761 §6.4: does not exist, without a query.
  case never

  init?(_ name: Span<UInt8>) {
    if Self.isWithin("localhost", name) {
      self = .localhost
    } else if Self.isWithin("onion", name) || Self.isWithin("invalid", name) {
      self = .never
    } else {
      return nil
    }
  }

  static let loopbackV6 = IPAddress(v6High: 0, low: 1)
  static let loopbackV4 = IPAddress(v4: 0x7f00_0001)

  /// Whether `name` is `zone` or below it.
  private static func isWithin(_ zone: StaticString, _ name: Span<UInt8>) -> Bool {
    let length = zone.utf8CodeUnitCount
    let start = name.count - length
    guard start == 0 || start > 0 && name[start - 1] == 0x2e else { return false }
    for offset in 0..<length {
      let byte = unsafe zone.utf8Start[offset]
      if name[start + offset] != byte { return false }
    }
    return true
  }
}
