/// Finds the members of records in the form in which the writer makes them: an object on one line
/// without blanks, its members known, each once, texts without control bytes. Builds nothing; some
/// 300 ns a record.
///
/// A line of any other form is refused, although it may be a record (of another version, with members
/// of a `start` record, passed through a formatter): whoever reads logs then takes a strict parser of
/// JSON. What passes here means the same to that parser, UTF-8 excepted, which is the caller's to
/// check where ``RecordFields/isWide`` says so.
package struct RecordScanner: Sendable {
  /// A name with the quotation mark and the colon behind it, in words.
  private struct Name: BitwiseCopyable {
    let member: RecordMember
    let isText: Bool
    let length: Int
    let first: UInt64
    let mask: UInt64
    let middle: UInt64
    let last: UInt64
  }

  private let names: [Name]

  package init() {
    names = RecordMember.allCases.map { member in
      let text = Array("\(member.name)\":".utf8)
      precondition(text.count <= 24)
      let span = text.span
      let isLong = text.count > 8
      return Name(
        member: member, isText: member.kind == .text, length: text.count, first: span.word(at: 0),
        mask: isLong ? .max : UInt64.max >> UInt64(64 - 8 * text.count),
        middle: isLong ? span.word(at: min(8, text.count - 8)) : 0,
        last: isLong ? span.word(at: text.count - 8) : 0)
    }
  }

  /// Finds the members of the record that is `line` of `bytes`. `false` where it has another form;
  /// `fields` is then of no use.
  package func scan(
    _ bytes: Span<UInt8>, _ line: Range<Int>, into fields: inout RecordFields
  ) -> Bool {
    fields = RecordFields()
    let origin = line.lowerBound
    let end = line.upperBound
    guard line.count >= 2, bytes[origin] == UInt8(ascii: "{"), bytes[end - 1] == UInt8(ascii: "}")
    else { return false }
    var place = origin + 1
    var expected = 0
    var wide: UInt64 = 0
    while true {
      // A name.
      guard place < end, bytes[place] == UInt8(ascii: "\"") else { return false }
      place += 1
      let index = find(bytes, place, from: expected)
      guard index >= 0 else { return false }
      let name = names[index]
      expected = index + 1
      guard fields.seen >> UInt64(index) & 1 == 0 else { return false }
      place += name.length
      // Its value.
      let start: Int
      if name.isText {
        guard place < end, bytes[place] == UInt8(ascii: "\"") else { return false }
        start = place + 1
        place = textEnd(bytes, start, end, &wide, &fields.hasEscapes)
        guard place < end else { return false }
        fields.set(name.member, RecordFields.Place(start - origin..<place - origin))
        place += 1
      } else {
        start = place
        place = plainEnd(bytes, start, end, name.member.kind)
        guard place > start else { return false }
        fields.set(name.member, RecordFields.Place(start - origin..<place - origin))
      }
      guard place < end else { return false }
      if place == end - 1 { break }
      guard bytes[place] == UInt8(ascii: ",") else { return false }
      place += 1
    }
    fields.isWide = wide != 0
    return true
  }

  /// The name that stands at `place`; -1 for one that is not known. It is most often the next one or
  /// one behind it, because the order is fixed.
  @inline(__always)
  private func find(_ bytes: Span<UInt8>, _ place: Int, from expected: Int) -> Int {
    let word = bytes.word(at: place)
    for index in expected..<names.count where matches(bytes, place, word, names[index]) {
      return index
    }
    for index in 0..<expected where matches(bytes, place, word, names[index]) { return index }
    return -1
  }

  @inline(__always)
  private func matches(_ bytes: Span<UInt8>, _ place: Int, _ word: UInt64, _ name: Name) -> Bool {
    guard word & name.mask == name.first else { return false }
    let length = name.length
    guard length > 8 else { return true }
    return bytes.word(at: place + min(8, length - 8)) == name.middle
      && bytes.word(at: place + length - 8) == name.last
  }

  /// Where the quotation mark behind a text is; `end` where the text has none, or a byte or an escape
  /// that no text has.
  @inline(__always)
  private func textEnd(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ wide: inout UInt64, _ escapes: inout Bool
  ) -> Int {
    var place = start
    while place < end {
      let word = bytes.word(at: place)
      let stops = word.textStops
      if stops == 0 {
        wide |= word & UInt64.topBits
        place += 8
        continue
      }
      let skipped = stops.trailingZeroBitCount >> 3
      wide |= word & UInt64.topBits & ((1 << UInt64(8 * skipped)) &- 1)
      place += skipped
      guard place < end else { return end }
      switch bytes[place] {
      case UInt8(ascii: "\""): return place
      case UInt8(ascii: "\\"):
        escapes = true
        let length = escapeLength(bytes, place, end)
        guard length > 0 else { return end }
        place += length
      default: return end
      }
    }
    return end
  }

  private func escapeLength(_ bytes: Span<UInt8>, _ place: Int, _ end: Int) -> Int {
    guard place + 1 < end else { return 0 }
    switch bytes[place + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard place + 6 <= end else { return 0 }
      for offset in 2..<6 {
        let byte = bytes[place + offset]
        let isDigit = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
        if !isDigit { return 0 }
      }
      return 6
    default: return 0
    }
  }

  /// The end of a number without point and exponent, or of `true` or `false`; `start` if there is none.
  private func plainEnd(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ kind: RecordMember.Kind
  ) -> Int {
    var place = start
    switch kind {
    case .truth:
      for word in [4, 5] where start + word <= end {
        let text = bytes.extracting(start..<start + word)
        if RecordScanner.isTruth(text) { return start + word }
      }
      return start
    case .signedNumber where start < end && bytes[start] == UInt8(ascii: "-"): place += 1
    case .signedNumber, .number, .text: break
    }
    let digits = place
    while place < end, bytes[place] &- 0x30 < 10 { place += 1 }
    let hasLeadingZero = place - digits > 1 && bytes[digits] == 0x30
    return place > digits && !hasLeadingZero ? place : start
  }

  private static func isTruth(_ text: Span<UInt8>) -> Bool {
    let word: StaticString = text.count == 4 ? "true" : "false"
    return text.equals(word)
  }
}

extension Span<UInt8> {
  /// Eight bytes from `at` on, the first in the lowest place; zeros behind the end.
  @inline(__always) package func word(at: Int) -> UInt64 {
    guard at &+ 8 <= count else { return lastWord(at: at) }
    let piece = extracting(at..<at &+ 8)
    precondition(piece.count == 8)
    let low =
      UInt64(piece[0]) | UInt64(piece[1]) << 8 | UInt64(piece[2]) << 16 | UInt64(piece[3]) << 24
    let high =
      UInt64(piece[4]) | UInt64(piece[5]) << 8 | UInt64(piece[6]) << 16 | UInt64(piece[7]) << 24
    return low | high << 32
  }

  private func lastWord(at: Int) -> UInt64 {
    var word: UInt64 = 0
    var shift: UInt64 = 0
    var place = at
    while place < count {
      word |= UInt64(self[place]) << shift
      shift += 8
      place += 1
    }
    return word
  }

  /// Whether the bytes are those of a text.
  package func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for index in 0..<count where unsafe self[index] != text.utf8Start[index] { return false }
    return true
  }

  /// Whether the bytes are those of another span.
  package func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var place = 0
    while place < count {
      guard word(at: place) == other.word(at: place) else { return false }
      place += 8
    }
    return true
  }
}

extension UInt64 {
  @inline(__always) fileprivate static var topBits: UInt64 { 0x8080_8080_8080_8080 }
  @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }

  /// Marks, by their top bits, the first byte that a JSON text stops or escapes at: a quotation mark, a
  /// backslash, a control. Bytes above the lowest mark may be marked wrongly.
  @inline(__always) fileprivate var textStops: UInt64 {
    let quotes = self ^ (Self.ones &* 0x22)
    let slashes = self ^ (Self.ones &* 0x5c)
    let isQuote = (quotes &- Self.ones) & ~quotes
    let isSlash = (slashes &- Self.ones) & ~slashes
    let isControl = (self &- Self.ones &* 0x20) & ~self
    return (isQuote | isSlash | isControl) & Self.topBits
  }
}
