/// The one place where the spelling of a host name becomes its canonical form. Everything that takes
/// a name, on the wire or in a list, goes through a ``HostKey``, which asks here or, for the common
/// names, code in `CNames` that gives the same bits: so no two parts of the proxy can disagree about
/// which host a name means.
///
/// Two things are changed silently, and nothing else: ASCII letters become lower case, and one
/// trailing dot (the DNS root) is taken off. What would need more interpretation is refused. `xn--`
/// labels are compared byte by byte, never decoded.
enum NameNormaliser {
  /// The longest name without its trailing dot (RFC 1035 §2.3.4: 255 octets on the wire).
  static let nameLimit = 253
  /// The longest label (RFC 1035 §2.3.4).
  static let labelLimit = 63
  /// The words of a name's number: 6 bits for each of 256 bytes.
  static let wordCount = 24
  /// The words of its dots.
  static let dotWordCount = 4

  enum Result: BitwiseCopyable {
    /// The length of the canonical name.
    case valid(Int)
    case invalid(HostnameError)
  }

  /// Writes the canonical form of `name` to the end of `text`, which has 256 bytes, and its number and
  /// then its dots to `words` (see ``HostKey``). What they hold after a refusal has no meaning.
  ///
  /// Without `@_noAllocation`, whose analysis of debug builds stops at arithmetic on words: that it
  /// allocates nothing is checked by AllocationTests and scripts/check-hot-path.
  static func normalise(
    _ name: Span<UInt8>, into text: inout MutableSpan<UInt8>, words: inout MutableSpan<UInt64>
  ) -> Result {
    var count = name.count
    guard count > 0 else { return .invalid(.empty) }
    if name[count - 1] == UInt8(ascii: ".") { count -= 1 }
    guard count > 0 else { return .invalid(.empty) }
    guard count <= nameLimit else { return .invalid(.tooLong) }
    precondition(text.count == 256 && words.count == wordCount + dotWordCount)

    for index in 0..<(count <= 64 ? 1 : dotWordCount) { words[wordCount &+ index] = 0 }
    var number = NumberWriter()
    // Eight bytes at a time from the end; in front of the first byte stand zeros.
    var end = count
    while end > 0 {
      let filler: UInt64 = end >= 8 ? 0 : .max >> UInt64(truncatingIfNeeded: end &* 8)
      let bytes = eightBytes(of: name, endingAt: end)
      let capitals = bytes.bytes(UInt8(ascii: "A"), UInt8(ascii: "Z"))
      let lowered = bytes | capitals >> 2
      guard (lowered | filler & 0x6161_6161_6161_6161).areNameBytes else {
        return .invalid(fault(in: name, count))
      }
      let distance = count &- end
      text.store(lowered, at: 248 &- distance)
      let turned = lowered.byteSwapped
      number.append(turned.codes, to: &words)
      let dots = ((turned.dots >> 7) &* 0x0102_0408_1020_4080) >> 56
      words[wordCount &+ distance >> 6] |= dots << UInt64(truncatingIfNeeded: distance & 63)
      end &-= 8
    }
    number.finish(count, &words)
    return check(name, count, &words)
  }

  /// The labels of a name whose bytes are all right.
  @inline(__always)
  private static func check(
    _ name: Span<UInt8>, _ count: Int, _ words: inout MutableSpan<UInt64>
  ) -> Result {
    guard count <= 64 else {
      // One dot in front of the name.
      words[wordCount &+ count >> 6] |= 1 << UInt64(truncatingIfNeeded: count & 63)
      guard hasValidLabels(name, count, words.span) else {
        return .invalid(labelFault(in: name, count) ?? .emptyLabel)
      }
      return .valid(count)
    }
    let dots = words[wordCount]
    if count == 64 {
      if dots == 0 { return .invalid(.labelTooLong) }
      if dots >> 63 != 0 { return .invalid(.emptyLabel) }
    }
    let all = dots | 1 << UInt64(truncatingIfNeeded: count)
    if all & all >> 1 != 0 || dots & 1 != 0 { return .invalid(.emptyLabel) }
    let last = min(all.trailingZeroBitCount, count)
    if name[count &- last] &- UInt8(ascii: "0") < 10, isNumeric(name, from: count - last, to: count)
    {
      return .invalid(.endsInNumber)
    }
    words[wordCount] = all
    return .valid(count)
  }

  /// Whether a name of more than 64 allowed bytes has labels of 1 to 63, and the last is no number.
  private static func hasValidLabels(
    _ name: Span<UInt8>, _ count: Int, _ words: Span<UInt64>
  ) -> Bool {
    var last = -1
    for index in 0..<dotWordCount {
      var dots = words[wordCount &+ index]
      while dots != 0 {
        let place = index &* 64 &+ dots.trailingZeroBitCount
        dots &= dots &- 1
        let length = place &- last &- 1
        if length < 1 || length > labelLimit { return false }
        // The first dot is the one in front of the last label.
        if last < 0, name[count &- place] &- UInt8(ascii: "0") < 10,
          isNumeric(name, from: count &- place, to: count)
        {
          return false
        }
        last = place
      }
    }
    return true
  }

  /// The bytes before `end`, eight at most, the last at the top; zeros below them.
  @inline(__always)
  private static func eightBytes(of name: Span<UInt8>, endingAt end: Int) -> UInt64 {
    if end >= 8 { return name.word(at: end &- 8) }
    if name.count >= 8 {
      return name.word(at: 0) << UInt64(truncatingIfNeeded: (8 &- end) &* 8)
    }
    var word: UInt64 = 0
    for index in 0..<end { word = word >> 8 | UInt64(name[index]) << 56 }
    return word
  }

  /// Puts numbers of 48 bits one above the other.
  private struct NumberWriter: BitwiseCopyable {
    private var word: UInt64 = 0
    private var bits = 0
    private var index = 0

    @inline(__always)
    mutating func append(_ codes: UInt64, to words: inout MutableSpan<UInt64>) {
      word |= codes << UInt64(truncatingIfNeeded: bits)
      bits &+= 48
      if bits >= 64 {
        words[index] = word
        index &+= 1
        bits &-= 64
        word = codes >> UInt64(truncatingIfNeeded: 48 &- bits)
      }
    }

    /// Zeros to the end of the last pair of words, at least of the second, and of all three pairs of a
    /// name of 33 to 64 bytes.
    @inline(__always)
    mutating func finish(_ count: Int, _ words: inout MutableSpan<UInt64>) {
      let end = count <= 32 ? 4 : count <= 64 ? 6 : wordCount
      while index < end {
        words[index] = word
        word = 0
        index &+= 1
      }
    }
  }

  // MARK: - Faults

  /// The first fault of a name that has a wrong byte.
  private static func fault(in name: Span<UInt8>, _ count: Int) -> HostnameError {
    labelFault(in: name, count) ?? .forbiddenByte
  }

  /// The first fault from the left.
  private static func labelFault(in name: Span<UInt8>, _ count: Int) -> HostnameError? {
    var labelStart = 0
    for index in 0..<count {
      if name[index] == UInt8(ascii: ".") {
        if index == labelStart { return .emptyLabel }
        if index - labelStart > labelLimit { return .labelTooLong }
        labelStart = index + 1
      } else if canonical(name[index]) == 0 {
        return .forbiddenByte
      }
    }
    if count == labelStart { return .emptyLabel }
    if count - labelStart > labelLimit { return .labelTooLong }
    if isNumeric(name, from: labelStart, to: count) { return .endsInNumber }
    return nil
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

  /// The codes of eight bytes of a canonical name, 6 bits each, in the order of the bytes: bits 0 to 4
  /// and 6, which no two of the 38 share. A zero byte has code 0.
  @inline(__always) fileprivate var codes: UInt64 {
    let bytes = self & 0x1F1F_1F1F_1F1F_1F1F | self >> 1 & 0x2020_2020_2020_2020
    let pairs = bytes & 0x003F_003F_003F_003F | bytes >> 2 & 0x0FC0_0FC0_0FC0_0FC0
    let fours = pairs & 0x0000_0FFF_0000_0FFF | pairs >> 4 & 0x00FF_F000_00FF_F000
    return fours & 0xFF_FFFF | fours >> 8 & 0xFFFF_FF00_0000
  }
}
