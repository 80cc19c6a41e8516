/// The one place where the spelling of a host name becomes its canonical form. Everything that takes
/// a name, on the wire or in a list, goes through ``normalise(_:into:)``, so that no two parts of the
/// proxy can disagree about which host a name means.
///
/// Two things are changed silently, and nothing else: ASCII letters become lower case, and one
/// trailing dot (the DNS root) is taken off. What would need more interpretation is refused. `xn--`
/// labels are compared byte by byte, never decoded.
enum NameNormaliser {
  /// The longest name without its trailing dot (RFC 1035 §2.3.4: 255 octets on the wire).
  static let nameLimit = 253
  /// The longest label (RFC 1035 §2.3.4).
  static let labelLimit = 63

  enum Result: BitwiseCopyable {
    /// The length of the canonical name.
    case valid(Int)
    case invalid(HostnameError)
  }

  /// Writes the canonical form of `name` to the start of `target`, which must have room for
  /// ``nameLimit`` bytes. What `target` holds after a refusal has no meaning.
  ///
  /// Without `@_noAllocation`, whose analysis of debug builds stops at arithmetic on words: that it
  /// allocates nothing is checked by AllocationTests and scripts/check-hot-path.
  static func normalise(
    _ name: Span<UInt8>, into target: inout MutableSpan<UInt8>
  ) -> Result {
    var count = name.count
    guard count > 0 else { return .invalid(.empty) }
    if name[count - 1] == UInt8(ascii: ".") { count -= 1 }
    guard count > 0 else { return .invalid(.empty) }
    guard count <= nameLimit else { return .invalid(.tooLong) }
    precondition(target.count >= nameLimit)

    var labelStart = 0
    var index = 0
    while index < count {
      if index &+ 8 <= count {
        let word = name.word(at: index)
        let capitals = word.bytes(UInt8(ascii: "A"), UInt8(ascii: "Z"))
        let lowered = word | capitals >> 2
        if lowered.areNameBytes {
          target.store(lowered, at: index)
          var dots = word.dots
          while dots != 0 {
            let dot = index &+ (dots.trailingZeroBitCount >> 3)
            if dot == labelStart { return .invalid(.emptyLabel) }
            if dot - labelStart > labelLimit { return .invalid(.labelTooLong) }
            labelStart = dot + 1
            dots &= dots &- 1
          }
          index &+= 8
          continue
        }
      }
      // The last bytes, and the word that holds a wrong one: the first fault in it is the one to name.
      let byte = name[index]
      if byte == UInt8(ascii: ".") {
        if index == labelStart { return .invalid(.emptyLabel) }
        if index - labelStart > labelLimit { return .invalid(.labelTooLong) }
        labelStart = index + 1
        target[index] = byte
      } else {
        let lowered = canonical(byte)
        if lowered == 0 { return .invalid(.forbiddenByte) }
        target[index] = lowered
      }
      index += 1
    }
    if count == labelStart { return .invalid(.emptyLabel) }
    if count - labelStart > labelLimit { return .invalid(.labelTooLong) }
    if isNumeric(name, from: labelStart, to: count) { return .invalid(.endsInNumber) }
    return .valid(count)
  }

  /// The canonical form of a byte inside a label, or 0 if no host name may hold it.
  @inline(__always) static func canonical(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      byte
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      byte | 0x20
    default:
      0
    }
  }

  /// The check that WHATWG URL calls "ends in a number" (§3.5), for one label: all digits, or `0x`
  /// with nothing but hexadecimal digits after it.
  @inline(__always)
  private static func isNumeric(_ label: Span<UInt8>, from start: Int, to end: Int) -> Bool {
    var allDigits = true
    for index in start..<end where label[index] &- UInt8(ascii: "0") > 9 { allDigits = false }
    if allDigits { return true }
    guard end - start >= 2, label[start] == UInt8(ascii: "0"),
      label[start + 1] | 0x20 == UInt8(ascii: "x")
    else { return false }
    for index in (start + 2)..<end {
      let byte = label[index]
      let isHexadecimal = byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6
      if !isHexadecimal { return false }
    }
    return true
  }
}

extension UInt64 {
  /// Whether all eight are lower-case letters, digits, `-`, `_` or dots.
  @inline(__always) fileprivate var areNameBytes: Bool {
    let ordinary =
      bytes(UInt8(ascii: "a"), UInt8(ascii: "z")) | bytes(UInt8(ascii: "0"), UInt8(ascii: "9"))
      | bytes(UInt8(ascii: "-"), UInt8(ascii: ".")) | bytes(UInt8(ascii: "_"), UInt8(ascii: "_"))
    return ordinary == Self.topBits
  }
}
