import Domains

/// One file under lint: its text, where its lines are, and what its comments silence. Lines and
/// offsets are those of the repaired text, which has the same lines as the file.
final class LintedFile {
  let name: String
  let original: [UInt8]
  let repair: SpellingRepair
  private let starts: [UInt32]
  /// The same of the original, if anything was repaired.
  private let originalStarts: [UInt32]
  /// Comments of the form `# lint: allow CODE reason`, by line.
  private(set) var silences: [Int: [Silence]] = [:]

  /// The most comments that are heeded in one file.
  private static let silenceLimit = 100_000

  init(name: String, text: [UInt8]) {
    self.name = name
    original = text
    repair = SpellingRepair(text)
    var starts: [UInt32] = []
    // A text beyond the limit is refused by its first complaint; its lines do not matter.
    let lines = repair.text.count <= Allowlist.textLimit ? repair.text : []
    for line in ListLines(lines) { starts.append(UInt32(line.lowerBound)) }
    self.starts = starts
    originalStarts =
      repair.changeCount == 0 || lines.isEmpty
      ? [] : ListLines(text).map { UInt32($0.lowerBound) }
    var found = 0
    var number = 0
    for line in ListLines(lines) {
      number += 1
      guard found < Self.silenceLimit, lines[line].contains(UInt8(ascii: "#")) else { continue }
      let silences = Silence.find(lines, line)
      guard !silences.isEmpty else { continue }
      self.silences[number] = silences
      found += silences.count
    }
  }

  /// The bytes of a line, 1-based; empty behind the last.
  func range(ofLine number: Int) -> Range<Int> {
    guard number >= 1, number <= starts.count else { return 0..<0 }
    let start = Int(starts[number - 1])
    let end =
      number < starts.count
      ? Int(starts[number]) - 1
      : repair.text.count - (repair.text.last == UInt8(ascii: "\n") ? 1 : 0)
    return start..<max(start, end)
  }

  func text(ofLine number: Int) -> String {
    String(decoding: repair.text[range(ofLine: number)], as: UTF8.self)
  }

  func isBlank(line number: Int) -> Bool {
    let line = range(ofLine: number)
    return ListLine.start(repair.text, line) == line.upperBound
  }

  /// What stands on a line in front of its comment, cut where it would be tedious.
  func rule(onLine number: Int) -> String {
    let line = range(ofLine: number)
    let words = ListLine.words(repair.text, line).words
    guard let first = words.first, let last = words.last else { return "" }
    let limit = 80
    guard last.upperBound - first.lowerBound > limit else {
      return String(decoding: repair.text[first.lowerBound..<last.upperBound], as: UTF8.self)
    }
    let cut = repair.text[first.lowerBound..<(first.lowerBound + limit)]
    return String(decoding: cut, as: UTF8.self) + "…"
  }

  /// The first word of a line that starts so, as bytes of the repaired text; the first word of all if
  /// none does, or the heading if it is one.
  func word(onLine number: Int, startingWith prefix: String?) -> Range<Int> {
    let line = range(ofLine: number)
    let text = repair.text
    let start = ListLine.start(text, line)
    if let prefix {
      let words = ListLine.words(text, start..<line.upperBound).words
      if let word = words.dropFirst().first(where: { text[$0].starts(with: prefix.utf8) }) {
        return word
      }
    }
    if start < line.upperBound, text[start] == UInt8(ascii: "[") {
      let close = text[start..<line.upperBound].firstIndex(of: UInt8(ascii: "]"))
      return start..<(close.map { $0 + 1 } ?? line.upperBound)
    }
    return start..<ListLine.wordEnd(text, start, line.upperBound)
  }

  /// A line and the bytes on it as a place in the file as it is.
  func place(
    line: Int, _ word: Range<Int>
  ) -> (position: SourcePosition, endColumn: Int, scalarColumns: Range<Int>) {
    let start = range(ofLine: line).lowerBound
    let column = repair.column(inLine: line, repaired: word.lowerBound - start + 1)
    let end = max(
      column, repair.column(inLine: line, repaired: word.upperBound - start + 1))
    return (
      SourcePosition(line: line, column: column), end,
      scalarColumns(line: line, column..<end)
    )
  }

  /// Byte columns of a line of the file as columns in code points.
  func scalarColumns(line: Int, _ columns: Range<Int>) -> Range<Int> {
    let bytes = originalLine(line)
    func scalars(_ column: Int) -> Int {
      1 + bytes.prefix(column - 1).count { $0 & 0xC0 != 0x80 }
    }
    return scalars(columns.lowerBound)..<scalars(columns.upperBound)
  }

  private func originalLine(_ number: Int) -> ArraySlice<UInt8> {
    // Where nothing was repaired the lines are at the same places.
    if repair.changeCount == 0 { return repair.text[range(ofLine: number)] }
    guard number >= 1, number <= originalStarts.count else { return [] }
    let start = Int(originalStarts[number - 1])
    let end = original[start...].firstIndex(of: UInt8(ascii: "\n")) ?? original.count
    return original[start..<end]
  }

  /// Whether a comment on the line silences the code; remembers that it did.
  func isSilenced(_ code: LintCode, line: Int) -> Bool {
    guard !silences.isEmpty, var here = silences[line] else { return false }
    var isSilenced = false
    for index in here.indices where here[index].code == code.rawValue && here[index].hasReason {
      here[index].isUsed = true
      isSilenced = true
    }
    silences[line] = here
    return isSilenced
  }
}
