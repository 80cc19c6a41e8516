/// Writing addresses: one text for each address, RFC 5952 for IPv6. An IPv4-mapped address is written
/// in hexadecimal groups like any other (`::ffff:7f00:1`), which is also how WHATWG URL writes it.
extension IPAddress: CustomStringConvertible {
  /// The most bytes that ``write(into:)`` writes.
  public static let canonicalTextLimit = 39

  /// Writes the canonical text to the start of `target`, which must have room for
  /// ``canonicalTextLimit`` bytes, and returns its length. Allocates nothing.
  public func write(into target: inout MutableSpan<UInt8>) -> Int {
    precondition(target.count >= Self.canonicalTextLimit)
    var length = 0
    switch family {
    case .v4:
      for part in 0..<4 {
        if part > 0 { Self.put(UInt8(ascii: "."), &target, &length) }
        Self.putDecimal(UInt8(truncatingIfNeeded: low >> UInt64(24 - 8 * part)), &target, &length)
      }
    case .v6:
      writeV6(into: &target, &length)
    }
    return length
  }

  /// The canonical text.
  public var description: String {
    var key = HostKey()
    key.load(self)
    return key.text
  }

  /// The 16-bit group at `index`, 0 to 7 from the left.
  private func group(_ index: Int) -> UInt16 {
    let half = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
  }

  /// RFC 5952 §4: lower case, no leading zeros, `::` for the longest run of two zero groups or more,
  /// the first of equals.
  private func writeV6(into target: inout MutableSpan<UInt8>, _ length: inout Int) {
    var runStart = 8
    var runLength = 1
    var index = 0
    while index < 8 {
      var end = index
      while end < 8, group(end) == 0 { end += 1 }
      if end - index > runLength {
        runStart = index
        runLength = end - index
      }
      index = end + 1
    }
    index = 0
    while index < 8 {
      if index == runStart {
        Self.put(UInt8(ascii: ":"), &target, &length)
        Self.put(UInt8(ascii: ":"), &target, &length)
        index += runLength
        continue
      }
      if index > 0, index != runStart + runLength || runStart == 8 {
        Self.put(UInt8(ascii: ":"), &target, &length)
      }
      Self.putHexadecimal(group(index), &target, &length)
      index += 1
    }
  }

  private static func put(_ byte: UInt8, _ target: inout MutableSpan<UInt8>, _ length: inout Int) {
    target[length] = byte
    length += 1
  }

  private static func putDecimal(
    _ value: UInt8, _ target: inout MutableSpan<UInt8>, _ length: inout Int
  ) {
    if value >= 100 { put(UInt8(ascii: "0") + value / 100, &target, &length) }
    if value >= 10 { put(UInt8(ascii: "0") + value / 10 % 10, &target, &length) }
    put(UInt8(ascii: "0") + value % 10, &target, &length)
  }

  private static func putHexadecimal(
    _ value: UInt16, _ target: inout MutableSpan<UInt8>, _ length: inout Int
  ) {
    var shift: UInt16 = 12
    while shift > 0, value >> shift == 0 { shift -= 4 }
    while true {
      let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
      put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10, &target, &length)
      if shift == 0 { return }
      shift -= 4
    }
  }
}
