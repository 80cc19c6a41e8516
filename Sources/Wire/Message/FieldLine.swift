/// One header line: its name, and its value without the whitespace around it.
struct FieldLine: BitwiseCopyable {
  var name: ByteRange
  var value: ByteRange
  var known: FieldName
  /// `Name: value` and its line end with nothing more around: as we would write it ourselves.
  var isPlain: Bool
  /// After the line's CR LF.
  var end: Int
}

/// What the next line of a field section is.
enum FieldStep: BitwiseCopyable {
  case line(FieldLine)
  /// The empty line has been reached.
  case end
  case refused(RefusalDetail)
}

/// Reads the header lines of a head one after the other, strictly (RFC 9112 §5): no line folding, no
/// space before the colon, CR LF at each end, no control character.
struct FieldLines: BitwiseCopyable {
  /// Where the next line begins.
  private(set) var position: Int
  /// Where the empty line begins that ends the section.
  private let limit: Int

  /// The lines of `bytes[start ..< end]`, a section that ends with its empty line.
  init(from start: Int, end: Int) {
    position = start
    limit = end &- 2
  }

  /// The lines of a section that has been parsed before, given without its empty line.
  init(_ section: ByteRange) {
    position = section.lower
    limit = section.upper
  }

  mutating func next(in bytes: Span<UInt8>) -> FieldStep {
    guard position < limit else { return .end }
    let start = position
    var (at, hasUnderscore) = bytes.endOfName(from: start)
    guard bytes[at] == Ascii.colon else {
      return .refused(Self.nameFault(bytes, start: start, at: at))
    }
    guard at > start else { return .refused(.fieldNameEmpty) }
    guard at &- start <= Self.maximumNameLength else { return .refused(.fieldNameTooLong) }
    let name = ByteRange(start, at)
    at &+= 1
    var isPlain = bytes[at] == Ascii.space
    while bytes[at].isBlank { at &+= 1 }
    let valueStart = at
    at = bytes.endOfFieldContent(from: at)
    if let fault = Self.lineFault(bytes, at: at) { return .refused(fault) }
    position = at &+ 2
    if valueStart != name.upper &+ 2 { isPlain = false }
    while at > valueStart, bytes[at &- 1].isBlank {
      at &-= 1
      isPlain = false
    }
    return .line(
      FieldLine(
        name: name, value: ByteRange(valueStart, at),
        known: FieldName(PackedText.lowercased(bytes, name), hasUnderscore: hasUnderscore),
        isPlain: isPlain, end: position))
  }

  /// Longer names are refused.
  static var maximumNameLength: Int { 256 }

  /// Nil when CR LF stands at `at`; otherwise what is wrong with the byte that stopped a line there.
  @inline(__always)
  static func lineFault(_ bytes: Span<UInt8>, at: Int) -> RefusalDetail? {
    if bytes[at] == Ascii.carriageReturn, bytes[at &+ 1] == Ascii.lineFeed { return nil }
    switch bytes[at] {
    case Ascii.carriageReturn: return .bareCarriageReturn
    case Ascii.lineFeed: return .bareLineFeed
    default: return .controlCharacter
    }
  }

  /// What is wrong with a name that began at `start` and met another byte than its colon at `at`.
  private static func nameFault(_ bytes: Span<UInt8>, start: Int, at: Int) -> RefusalDetail {
    let byte = bytes[at]
    switch byte {
    case Ascii.carriageReturn, Ascii.lineFeed:
      let isWhole = byte == Ascii.carriageReturn && bytes[at &+ 1] == Ascii.lineFeed
      if isWhole { return at == start ? .emptyLineInHead : .fieldColonMissing }
      return byte == Ascii.lineFeed ? .bareLineFeed : .bareCarriageReturn
    case Ascii.space, Ascii.tab:
      if at == start { return .foldedLine }
      var next = at
      while bytes[next].isBlank { next &+= 1 }
      return bytes[next] == Ascii.colon ? .fieldNameSpace : .fieldNameCharacter
    default:
      return .fieldNameCharacter
    }
  }
}
