/// Looks whether a server answers a ClientHello with a HelloRetryRequest (RFC 8446 §4.1.4): then the
/// client sends a second hello, and that one can name another server than the first. It looks at the
/// first 38 bytes of the answer and keeps none of them.
package struct ServerHelloReader: BitwiseCopyable, Sendable {
  package enum Step: BitwiseCopyable, Hashable, Sendable {
    case needMore
    /// A HelloRetryRequest: another hello comes.
    case retry
    /// Anything else: no other hello will be in the clear.
    case other
  }

  /// Alerts that are passed over before the ServerHello: some servers warn of an unknown name.
  static var maximumAlerts: Int { 4 }

  private var headerBytes = 0
  private var isAlert = false
  private var length = 0
  private var remaining = 0
  private var alerts = 0
  /// Bytes of the message so far.
  private var seen = 0

  package init() {}

  /// Takes the bytes that came next. After anything but ``Step/needMore`` it is to be called no more.
  package mutating func take(_ bytes: Span<UInt8>) -> Step {
    for at in bytes.indices {
      let byte = bytes[at]
      if remaining == 0 {
        guard takeHeader(byte) else { return .other }
      } else {
        remaining &-= 1
        if isAlert { continue }
        guard Self.isRetry(byte, at: seen) else { return .other }
        seen &+= 1
        if seen == 38 { return .retry }
      }
    }
    return .needMore
  }

  /// Takes a byte of a record's header; no if it is none that is looked into.
  private mutating func takeHeader(_ byte: UInt8) -> Bool {
    headerBytes &+= 1
    switch headerBytes {
    case 1:
      isAlert = byte == 21
      if isAlert { alerts &+= 1 }
      return byte == 22 || isAlert && seen == 0 && alerts <= Self.maximumAlerts
    case 2: return byte == 3
    case 3: return true
    case 4:
      length = Int(byte) << 8
      return true
    default:
      remaining = length | Int(byte)
      headerBytes = 0
      return remaining > 0 && remaining <= 16384 && (!isAlert || remaining == 2)
    }
  }

  /// Whether a HelloRetryRequest can have this byte at this place: it is a ServerHello whose random is
  /// the SHA-256 of "HelloRetryRequest".
  private static func isRetry(_ byte: UInt8, at place: Int) -> Bool {
    switch place {
    case 0: return byte == 2
    case 1...3: return true
    case 4, 5: return byte == 3
    default:
      let word: UInt64 =
        switch (place &- 6) >> 3 {
        case 0: 0xcf21_ad74_e59a_6111
        case 1: 0xbe1d_8c02_1e65_b891
        case 2: 0xc2a2_1116_7abb_8c5e
        default: 0x079e_09e2_c8a8_339c
        }
      return byte == UInt8(truncatingIfNeeded: word >> UInt64(56 &- ((place &- 6) & 7) &* 8))
    }
  }
}
