/// The character classes of RFC 9110 §5.6 and RFC 3986, one test a byte: two words of bits hold the
/// ASCII half, and no byte from 0x80 on belongs to any of them.
extension UInt8 {
  /// `tchar` of RFC 9110 §5.6.2: what methods, field names and options are made of.
  @inline(__always) var isToken: Bool {
    // Names are letters but for a dash or two.
    isLetter || isIn(0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe)
  }

  /// What a host and port may hold before ``Domains`` looks closer: visible ASCII without the bytes
  /// that end or split an authority: `" # , / < > ? @ \ ^ { | }` and the backtick.
  @inline(__always) var isAuthority: Bool {
    isIn(0x2fff_6ff2_0000_0000, 0x47ff_fffe_afff_fffe)
  }

  /// `VCHAR`: visible ASCII, 0x21 to 0x7e.
  @inline(__always) var isVisible: Bool { self &- 0x21 < 0x5e }

  /// What a field value may hold (RFC 9110 §5.5): visible ASCII, space, tab, and bytes from 0x80 on.
  @inline(__always) var isFieldContent: Bool {
    (self >= 0x20 && self != 0x7f) || self == 0x09
  }

  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }

  /// Space or tab: the optional whitespace (OWS) of RFC 9110 §5.6.3.
  @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 }

  @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

  /// The value of a hexadecimal digit of either case.
  @inline(__always) var hexValue: UInt8? {
    if isDigit { return self &- 0x30 }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }

  @inline(__always)
  private func isIn(_ low: UInt64, _ high: UInt64) -> Bool {
    guard self < 0x80 else { return false }
    return (self < 0x40 ? low : high) >> UInt64(self & 0x3f) & 1 == 1
  }
}

/// The bytes that the grammars name.
enum Ascii {
  static var tab: UInt8 { 0x09 }
  static var lineFeed: UInt8 { 0x0a }
  static var carriageReturn: UInt8 { 0x0d }
  static var space: UInt8 { 0x20 }
  static var quote: UInt8 { 0x22 }
  static var hash: UInt8 { 0x23 }
  static var percent: UInt8 { 0x25 }
  static var comma: UInt8 { 0x2c }
  static var dash: UInt8 { 0x2d }
  static var dot: UInt8 { 0x2e }
  static var slash: UInt8 { 0x2f }
  static var zero: UInt8 { 0x30 }
  static var colon: UInt8 { 0x3a }
  static var semicolon: UInt8 { 0x3b }
  static var equals: UInt8 { 0x3d }
  static var question: UInt8 { 0x3f }
  static var at: UInt8 { 0x40 }
  static var backslash: UInt8 { 0x5c }
  static var underscore: UInt8 { 0x5f }
  /// What `_` becomes when a token is folded to lower case by setting bit 5. No token holds DEL itself.
  static var foldedUnderscore: UInt8 { 0x7f }
}
