internal import Domains

// Version 2 (§2.2): a signature, version and command, family, length, addresses, and fields of a type, a
// length and a value.
extension ProxyHeader {
  private static var fixedLength: Int { 16 }

  private enum Command {
    static var local: UInt8 { 0x20 }
    static var proxy: UInt8 { 0x21 }
  }

  private enum FieldType {
    static var checksum: UInt8 { 0x03 }
  }

  static func parseBinary(_ bytes: Span<UInt8>) -> Step {
    guard agrees(bytes, .proxySignature) else { return .refused(.noHeader) }
    guard bytes.count >= fixedLength else { return .incomplete }
    let command = bytes[12]
    guard command >> 4 == 2 else { return .refused(.version) }
    guard command == Command.local || command == Command.proxy else { return .refused(.command) }
    let length = fixedLength + half(bytes, 14)
    guard length <= lengthMax else { return .refused(.tooLong) }
    guard bytes.count >= length else { return .incomplete }
    // Of LOCAL all that follows is to be thrown away, the family included.
    if command == Command.local {
      return .complete(ProxyHeader(source: .peer, length: length))
    }
    return addresses(bytes.extracting(0..<length))
  }

  private static func addresses(_ header: Span<UInt8>) -> Step {
    let fields: Int
    switch header[13] {
    case 0x00: fields = fixedLength
    case 0x11: fields = fixedLength + 12
    case 0x21: fields = fixedLength + 36
    case 0x31: fields = fixedLength + 216
    default: return .refused(.family)
    }
    guard fields <= header.count else { return .refused(.addressLength) }
    if let fault = checkFields(header, from: fields) { return .refused(fault) }
    let source: Source
    switch header[13] {
    case 0x11:
      let address = IPAddress(v4: UInt32(truncatingIfNeeded: word(header, 12)))
      source = .client(address, port: UInt16(half(header, 24)))
    case 0x21:
      let address = IPAddress(v6High: word(header, 16), low: word(header, 24))
      source = Self.source(address, UInt16(half(header, 48)))
    default: source = .unnamed
    }
    return .complete(ProxyHeader(source: source, length: header.count))
  }

  /// Every field ends within the header, and its checksum is right if there is one.
  private static func checkFields(_ header: Span<UInt8>, from start: Int) -> ProxyHeaderFault? {
    var place = start
    var checksum: Int?
    while place < header.count {
      guard place + 3 <= header.count else { return .fieldLength }
      let value = place + 3
      let next = value + half(header, place + 1)
      guard next <= header.count else { return .fieldLength }
      if header[place] == FieldType.checksum {
        guard next - value == 4, checksum == nil else { return .checksum }
        checksum = value
      }
      place = next
    }
    guard let checksum else { return nil }
    let stated = UInt32(half(header, checksum)) << 16 | UInt32(half(header, checksum + 2))
    return stated == Self.checksum(of: header, without: checksum) ? nil : .checksum
  }

  /// CRC32c (RFC 3720 §B.4) of `header`, with zeros for the four bytes at `place`. Bit by bit: a header is
  /// short, and few have one.
  static func checksum(of header: Span<UInt8>, without place: Int) -> UInt32 {
    var remainder = UInt32.max
    for index in header.indices {
      let isOwn = index >= place && index < place + 4
      remainder ^= isOwn ? 0 : UInt32(header[index])
      for _ in 0..<8 {
        remainder = (remainder >> 1) ^ (0x82F6_3B78 & (0 &- (remainder & 1)))
      }
    }
    return ~remainder
  }

  private static func half(_ bytes: Span<UInt8>, _ place: Int) -> Int {
    Int(bytes[place]) << 8 | Int(bytes[place + 1])
  }

  private static func word(_ bytes: Span<UInt8>, _ place: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in place..<(place + 8) { word = word << 8 | UInt64(bytes[index]) }
    return word
  }
}
