/// The words of a line, from left to right, up to a comment or the end. Blanks and `#` inside double
/// quotes belong to the word.
struct AllowlistWords {
  /// What is left of the line.
  private var rest: Range<Int>

  enum Step {
    case word(Range<Int>)
    case end
    /// A word whose quotation mark at this offset has no partner on the line.
    case openQuote(Int)
  }

  init(_ line: Range<Int>) { rest = line }

  /// The next word of `text`, in which the line stands.
  mutating func next(in text: Span<UInt8>) -> Step {
    let end = rest.upperBound
    var position = rest.lowerBound
    while position < end, Self.isBlank(text[position]) { position += 1 }
    if position == end || text[position] == UInt8(ascii: "#") { return .end }
    let start = position
    var quote: Int?
    while position < end, quote != nil || !Self.isBlank(text[position]) {
      if text[position] == UInt8(ascii: "\"") { quote = quote == nil ? position : nil }
      position += 1
    }
    if let quote { return .openQuote(quote) }
    rest = position..<end
    return .word(start..<position)
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}

/// Where the two sides of `key=value` or `key="a value"` stand; the quotation marks around a value are
/// not part of it.
struct AllowlistPair {
  let key: Range<Int>
  let value: Range<Int>

  /// `nil` for a word without `=`. Says nothing about which bytes the two have.
  init?(splitting word: Range<Int>, of text: Span<UInt8>) {
    var equals = word.lowerBound
    while equals < word.upperBound, text[equals] != UInt8(ascii: "=") { equals += 1 }
    guard equals < word.upperBound else { return nil }
    key = word.lowerBound..<equals
    let inside = (equals + 1)..<word.upperBound
    let mark = UInt8(ascii: "\"")
    let isQuoted =
      inside.count >= 2 && text[inside.lowerBound] == mark && text[inside.upperBound - 1] == mark
    value = isQuoted ? (inside.lowerBound + 1)..<(inside.upperBound - 1) : inside
  }
}

extension Span<UInt8> {
  /// At most eight bytes as one number, which no other text gives that has no NUL; `nil` for more.
  var packed: UInt64? {
    guard count <= 8 else { return nil }
    var packed: UInt64 = 0
    for index in indices { packed = packed << 8 | UInt64(self[index]) }
    return packed
  }
}
