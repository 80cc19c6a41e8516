/// Bytes and lines of a list's text, as its parser sees them: for tools that rewrite lists, or point at
/// places in them. What stands on a line is told by the same rules as in the parser: blanks separate,
/// `#` at the start of a word begins a comment, double quotes hold a word together.
package enum ListLine {
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// The first byte of a line that is no blank, or its end.
  static func start(_ text: [UInt8], _ line: Range<Int>) -> Int {
    var start = line.lowerBound
    while start < line.upperBound, isBlank(text[start]) { start += 1 }
    return start
  }

  /// The end of the word that starts at `start`. Blanks inside double quotes belong to it.
  static func wordEnd(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
    var position = start
    var isQuoted = false
    while position < end, isQuoted || !isBlank(text[position]) {
      if text[position] == UInt8(ascii: "\"") { isQuoted.toggle() }
      position += 1
    }
    return position
  }

  /// The words of a part of a line, and where its comment starts (the part's end if it has none).
  static func words(
    _ text: [UInt8], _ part: Range<Int>
  ) -> (words: [Range<Int>], comment: Int) {
    var words: [Range<Int>] = []
    var position = part.lowerBound
    while true {
      while position < part.upperBound, isBlank(text[position]) { position += 1 }
      if position == part.upperBound || text[position] == UInt8(ascii: "#") {
        return (words, position)
      }
      let end = wordEnd(text, position, part.upperBound)
      words.append(position..<end)
      position = end
    }
  }

  /// A part of a line without the blanks at its end.
  static func trimmed(_ text: [UInt8], _ part: Range<Int>) -> Range<Int> {
    var end = part.upperBound
    while end > part.lowerBound, isBlank(text[end - 1]) { end -= 1 }
    return part.lowerBound..<end
  }
}

/// The lines of a text, without their line feeds, one after the other. A line feed at the end of the
/// text starts no further line.
struct ListLines: Sequence, IteratorProtocol {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func next() -> Range<Int>? {
    guard position < text.count else { return nil }
    var end = position
    while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
    defer { position = end + 1 }
    return position..<end
  }
}
