/// One line of an allowlist, the exact way: which bytes it may have, what kind of line it is, and its
/// words.
extension AllowlistParser {
  mutating func parseLine(_ range: Range<Int>) throws(AllowlistError) {
    try checkLine(range)
    if line == 1 { return try parseFormat(range) }
    var start = range.lowerBound
    while start < range.upperBound, Self.isBlank(text[start]) { start += 1 }
    guard start < range.upperBound, text[start] != UInt8(ascii: "#") else { return }
    if try parseHeader(start..<range.upperBound) { return }
    if !isPastHeader {
      // Complained about once: from here on the header is over.
      isPastHeader = true
      try checkHeader(at: start)
      reserveRows()
    }
    if text[start] == UInt8(ascii: "[") {
      try parseSection(start..<range.upperBound)
    } else {
      try parseRule(words(of: start..<range.upperBound))
    }
  }

  func checkLine(_ range: Range<Int>) throws(AllowlistError) {
    guard range.count <= Allowlist.lineLimit else {
      throw failure(
        at: range.lowerBound + Allowlist.lineLimit,
        "a line of more than \(Allowlist.lineLimit) bytes", "shorten it")
    }
    var offset = text.span.plainEnd(from: range.lowerBound, to: range.upperBound)
    while offset < range.upperBound {
      let byte = text[offset]
      if byte == UInt8(ascii: "\r"), offset == range.upperBound - 1 {
        throw failure(at: offset, "the line ends in CR LF", "save the list with LF line ends")
      }
      if byte < 0x20 || byte == 0x7F {
        throw failure(at: offset, "a control byte", "remove it")
      }
      if isInvisible(at: offset, before: range.upperBound) {
        throw failure(
          at: offset, "an invisible character that hides or reorders what a reviewer sees",
          "remove it")
      }
      offset = text.span.plainEnd(from: offset + 1, to: range.upperBound)
    }
  }

  /// C1 controls, zero-width characters, line separators and direction overrides, in UTF-8.
  private func isInvisible(at offset: Int, before end: Int) -> Bool {
    let first = text[offset]
    guard first >= 0xC2, offset + 1 < end else { return false }
    let second = text[offset + 1]
    if first == 0xC2 { return second < 0xA0 || second == 0xAD }  // C1, soft hyphen
    if first == 0xD8 { return second == 0x9C }  // Arabic letter mark
    guard offset + 2 < end else { return false }
    let third = text[offset + 2]
    if first == 0xE2, second == 0x80 {
      return (0x8B...0x8F).contains(third) || (0xA8...0xAE).contains(third)
    }
    if first == 0xE2, second == 0x81 { return (0xA0...0xAF).contains(third) }
    return first == 0xEF && second == 0xBB && third == 0xBF
  }

  /// The words of a line up to a comment. Blanks and `#` inside double quotes belong to the word.
  func words(of range: Range<Int>) throws(AllowlistError) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var words = AllowlistWords(range)
    while true {
      switch words.next(in: text.span) {
      case .word(let word): found.append(word)
      case .end: return found
      case .openQuote(let quote):
        throw failure(
          at: quote, "a quotation mark without its partner", "close it on the same line")
      }
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool { AllowlistWords.isBlank(byte) }
}
