internal import Domains

/// Addresses in their canonical text: dotted quad, RFC 5952 for IPv6.
extension LineBuffer {
  mutating func append(_ address: IPAddress) {
    switch address.family {
    case .v4:
      for shift in stride(from: 24, through: 0, by: -8) {
        append(decimal: address.low >> UInt64(shift) & 0xff)
        if shift > 0 { append(0x2e) }
      }
    case .v6:
      appendSixth(address)
    }
  }

  /// Address and port: `10.0.7.2:51514`, `[::1]:51514`.
  mutating func append(_ address: IPAddress, port: UInt16) {
    let isSixth = address.family == .v6
    if isSixth { append(0x5b) }
    append(address)
    if isSixth { append(0x5d) }
    append(0x3a)
    append(decimal: UInt64(port))
  }

  private mutating func appendSixth(_ address: IPAddress) {
    func group(_ index: Int) -> UInt16 {
      let word = index < 4 ? address.high : address.low
      return UInt16(truncatingIfNeeded: word >> UInt64(48 - index % 4 * 16))
    }
    // The first longest run of two or more zero groups becomes `::` (RFC 5952 §4.2).
    var longest = 0..<0
    var index = 0
    while index < 8 {
      var end = index
      while end < 8 && group(end) == 0 { end += 1 }
      if end - index >= 2 && end - index > longest.count { longest = index..<end }
      index = max(end, index + 1)
    }
    // RFC 5952 §5: an IPv4-mapped address keeps its dotted quad.
    let isMapped = address.high == 0 && address.low >> 32 == 0xffff
    if isMapped {
      append("::ffff:")
      append(IPAddress(v4: UInt32(truncatingIfNeeded: address.low)))
      return
    }
    index = 0
    while index < 8 {
      if index == longest.lowerBound && !longest.isEmpty {
        append("::")
        index = longest.upperBound
        continue
      }
      if index > 0 && index != longest.upperBound { append(0x3a) }
      append(hexadecimal: group(index))
      index += 1
    }
  }
}
