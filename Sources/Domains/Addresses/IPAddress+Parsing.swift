/// Reading addresses. IPv4 has one accepted spelling, the canonical dotted quad: octal, hexadecimal,
/// short and 32-bit forms mean different hosts to different programs, so they are no addresses here.
/// IPv6 text has many spellings (RFC 4291 §2.2), all of them unambiguous, and all are accepted.
extension IPAddress {
  /// The longest text of an address: eight full groups with the last two as a dotted quad.
  static let textLimit = 45

  /// A canonical dotted quad, or IPv6 text without brackets and without a zone; `nil` for anything
  /// else. Allocates nothing.
  public init?(parsing bytes: Span<UInt8>) {
    guard bytes.count >= 2, bytes.count <= Self.textLimit else { return nil }
    for index in bytes.indices where bytes[index] == UInt8(ascii: ":") {
      guard let parsed = Self.parseV6(bytes) else { return nil }
      self = parsed
      return
    }
    guard let bits = Self.parseV4(bytes, from: 0) else { return nil }
    self.init(v4: bits)
  }

  /// As ``init(parsing:)``.
  public init?(_ text: String) {
    self.init(parsing: Array(text.utf8).span)
  }

  /// Four decimal numbers from 0 to 255 without leading zeros, from `start` to the end.
  static func parseV4(_ bytes: Span<UInt8>, from start: Int) -> UInt32? {
    var bits: UInt32 = 0
    var position = start
    for part in 0..<4 {
      if part > 0 {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return nil }
        position += 1
      }
      let first = position
      var value: UInt32 = 0
      while position < bytes.count, position - first < 3 {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        value = value * 10 + UInt32(digit)
        position += 1
      }
      let length = position - first
      guard length > 0, value <= 255 else { return nil }
      guard length == 1 || bytes[first] != UInt8(ascii: "0") else { return nil }
      bits = bits << 8 | value
    }
    return position == bytes.count ? bits : nil
  }

  /// RFC 4291 §2.2: eight groups of 1 to 4 hexadecimal digits; one `::` for one group of zeros or
  /// more; the last two groups may be a dotted quad.
  private static func parseV6(_ bytes: Span<UInt8>) -> IPAddress? {
    // Groups before the `::` are shifted into `head`, those after it into `tail`.
    var head = Bits128()
    var tail = Bits128()
    var headCount = 0
    var tailCount = 0
    var isCompressed = false
    var position = 0

    if bytes[0] == UInt8(ascii: ":") {
      guard bytes[1] == UInt8(ascii: ":") else { return nil }
      isCompressed = true
      position = 2
    }
    while position < bytes.count {
      let room = 8 - headCount - tailCount
      if room >= 2, let quad = parseV4(bytes, from: position) {
        let groups = (UInt16(truncatingIfNeeded: quad >> 16), UInt16(truncatingIfNeeded: quad))
        if isCompressed {
          tail.append(groups.0)
          tail.append(groups.1)
          tailCount += 2
        } else {
          head.append(groups.0)
          head.append(groups.1)
          headCount += 2
        }
        position = bytes.count
        break
      }
      guard room >= 1 else { return nil }
      guard let group = parseGroup(bytes, &position) else { return nil }
      if isCompressed {
        tail.append(group)
        tailCount += 1
      } else {
        head.append(group)
        headCount += 1
      }
      guard position < bytes.count else { break }
      guard bytes[position] == UInt8(ascii: ":") else { return nil }
      position += 1
      guard position < bytes.count else { return nil }  // a single colon at the end
      if bytes[position] == UInt8(ascii: ":") {
        guard !isCompressed else { return nil }
        isCompressed = true
        position += 1
      }
    }
    let count = headCount + tailCount
    guard isCompressed ? count <= 7 : count == 8 else { return nil }
    head.shiftLeft(groups: 8 - headCount)
    return IPAddress(v6High: head.high | tail.high, low: head.low | tail.low)
  }

  /// 1 to 4 hexadecimal digits at `position`, which moves behind them.
  private static func parseGroup(_ bytes: Span<UInt8>, _ position: inout Int) -> UInt16? {
    let first = position
    var value: UInt16 = 0
    while position < bytes.count, let digit = hexadecimalValue(bytes[position]) {
      guard position - first < 4 else { return nil }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return position > first ? value : nil
  }

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// 128 bits that take groups from the right.
  private struct Bits128: BitwiseCopyable {
    var high: UInt64 = 0
    var low: UInt64 = 0

    mutating func append(_ group: UInt16) {
      high = high << 16 | low >> 48
      low = low << 16 | UInt64(group)
    }

    mutating func shiftLeft(groups: Int) {
      for _ in 0..<groups { append(0) }
    }
  }
}
