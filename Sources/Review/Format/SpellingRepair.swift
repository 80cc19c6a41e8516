package import Domains

/// Puts right what the parser of lists refuses only for its spelling and what can mean one thing alone:
/// capital letters, one dot at the end and international characters in names, CR LF, a byte order
/// mark. Everything else stays as it is, for the parser to complain about.
///
/// The result has the same lines, so that a complaint about it has its place in the text as it was;
/// ``column(inLine:repaired:)`` finds the column.
package struct SpellingRepair {
  /// Something that was put right, or an international name that could not be.
  package struct Change: Hashable, Sendable {
    /// Where it stands in the text as it was.
    package let position: SourcePosition
    /// Behind its last byte.
    package let endColumn: Int
    package let problem: String
    package let remedy: String
    /// Whether the repaired text has it right.
    package let isRepaired: Bool
  }

  /// The text, put right; the same bytes where nothing was wrong.
  package private(set) var text: [UInt8]
  /// In the order of the lines, at most ``changeLimit``; there are ``changeCount``.
  package private(set) var changes: [Change] = []
  /// How often something was put right or could not be.
  package private(set) var changeCount = 0
  /// Whether ``changes`` has one that could not be put right.
  package private(set) var hasFailed = false
  /// Lines that ended in CR LF.
  package private(set) var carriageReturns = 0

  /// The most changes that are told one by one.
  package static let changeLimit = 1000

  /// One place where the repaired line has other bytes, as offsets from the start of the line.
  private struct Edit: BitwiseCopyable {
    var line: Int32
    var start: Int32
    var length: Int32
    var repairedStart: Int32
    var repairedLength: Int32
  }
  private var edits: [Edit] = []

  package init(_ original: [UInt8]) {
    text = original
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let hasMark = original.starts(with: mark)
    guard original.count <= Allowlist.textLimit, Self.needsWork(original) || hasMark else { return }

    var output: [UInt8] = []
    output.reserveCapacity(original.count + 64)
    var number = 0
    for line in ListLines(original) {
      number += 1
      var part = line
      let lineStart = output.count
      if number == 1, hasMark {
        part = mark.count..<line.upperBound
        report(
          1, 0, mark.count, "the text starts with a byte order mark",
          "save it as UTF-8 without a byte order mark")
        edits.append(
          Edit(line: 1, start: 0, length: 3, repairedStart: 0, repairedLength: 0))
      }
      if part.upperBound > part.lowerBound, original[part.upperBound - 1] == UInt8(ascii: "\r") {
        part = part.lowerBound..<(part.upperBound - 1)
        carriageReturns += 1
        if carriageReturns == 1 {
          report(
            number, part.upperBound - line.lowerBound, 1, "the line ends in CR LF",
            "save the list with LF line ends")
        }
      }
      if number == 1 {
        output += original[part]
      } else {
        copyLine(original, part, line.lowerBound, number, lineStart, &output)
      }
      if line.upperBound < original.count { output.append(UInt8(ascii: "\n")) }
    }
    text = output
  }

  /// The 1-based column in the text as it was, for one in the repaired text.
  package func column(inLine line: Int, repaired column: Int) -> Int {
    var offset = Int32(clamping: column - 1)
    var low = 0
    var high = edits.count
    while low < high {
      let middle = (low + high) / 2
      if Int(edits[middle].line) < line { low = middle + 1 } else { high = middle }
    }
    var shift: Int32 = 0
    while low < edits.count, Int(edits[low].line) == line {
      let edit = edits[low]
      low += 1
      guard offset >= edit.repairedStart else { break }
      if offset < edit.repairedStart + edit.repairedLength {
        // Inside a label that was encoded no byte has a place of its own.
        offset = edit.repairedStart
        shift = edit.start - edit.repairedStart
        break
      }
      shift = edit.start + edit.length - edit.repairedStart - edit.repairedLength
    }
    return Int(offset + shift) + 1
  }

  /// Whether any byte could be one to put right. Comments make it say yes too often, which is fine.
  private static func needsWork(_ text: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    var isComment = false
    for byte in text {
      defer { previous = byte }
      if byte == UInt8(ascii: "\n") {
        isComment = false
        if previous == UInt8(ascii: ".") || previous == UInt8(ascii: "\r") { return true }
        continue
      }
      if byte == UInt8(ascii: "#") { isComment = true }
      if isComment { continue }
      if byte >= 0x80 || byte &- UInt8(ascii: "A") < 26 { return true }
      if ListLine.isBlank(byte), previous == UInt8(ascii: ".") { return true }
    }
    return previous == UInt8(ascii: ".") || previous == UInt8(ascii: "\r")
  }

  // MARK: - Lines

  private mutating func copyLine(
    _ original: [UInt8], _ part: Range<Int>, _ lineStart: Int, _ number: Int,
    _ outputStart: Int, _ output: inout [UInt8]
  ) {
    let start = ListLine.start(original, part)
    // A line that is too long is refused whatever is put right on it.
    guard start < part.upperBound, part.count <= Allowlist.lineLimit,
      original[start] != UInt8(ascii: "#"),
      original[start] != UInt8(ascii: "[")
    else {
      output += original[part]
      return
    }
    let end = ListLine.wordEnd(original, start, part.upperBound)
    var nameStart = start
    while nameStart < end, original[nameStart] == UInt8(ascii: "!") { nameStart += 1 }
    let word = nameStart..<end
    guard let name = repairedName(original, word, number, lineStart) else {
      output += original[part]
      return
    }
    output += original[part.lowerBound..<nameStart]
    for label in name.encoded {
      edits.append(
        Edit(
          line: Int32(clamping: number),
          start: Int32(clamping: nameStart - lineStart + label.start),
          length: Int32(clamping: label.length),
          repairedStart: Int32(clamping: output.count - outputStart + label.repairedStart),
          repairedLength: Int32(clamping: label.repairedLength)))
    }
    if name.hasLostDot {
      edits.append(
        Edit(
          line: Int32(clamping: number), start: Int32(clamping: end - 1 - lineStart), length: 1,
          repairedStart: Int32(clamping: output.count - outputStart + name.bytes.count),
          repairedLength: 0))
    }
    output += name.bytes
    guard let readable = name.readable else {
      output += original[end..<part.upperBound]
      return
    }
    // What people read stays readable, in the comment.
    let comment = ListLine.words(original, end..<part.upperBound).comment
    let words = ListLine.trimmed(original, end..<comment)
    output += original[words]
    var rest = part.upperBound..<part.upperBound
    if comment < part.upperBound {
      let start = ListLine.start(original, (comment + 1)..<part.upperBound)
      rest = ListLine.trimmed(original, start..<part.upperBound)
    }
    let inserted = Array("  # \(readable)\(rest.isEmpty ? "" : "; ")".utf8)
    edits.append(
      Edit(
        line: Int32(clamping: number), start: Int32(clamping: words.upperBound - lineStart),
        length: Int32(clamping: rest.lowerBound - words.upperBound),
        repairedStart: Int32(clamping: output.count - outputStart),
        repairedLength: Int32(clamping: inserted.count)))
    output += inserted + original[rest]
  }

  /// A name as a list spells it.
  private struct RepairedName {
    var bytes: [UInt8]
    /// The form for people, if it had other characters than ASCII.
    var readable: String?
    /// The labels that were encoded, by their places in the word as it was and as it is.
    var encoded: [(start: Int, length: Int, repairedStart: Int, repairedLength: Int)] = []
    var hasLostDot: Bool
  }

  /// `nil` if nothing is to be changed, or if it cannot be.
  private mutating func repairedName(
    _ original: [UInt8], _ word: Range<Int>, _ number: Int, _ lineStart: Int
  ) -> RepairedName? {
    var isForeign = false
    var hasCapitals = false
    for offset in word {
      let byte = original[offset]
      if byte >= 0x80 { isForeign = true }
      if byte &- UInt8(ascii: "A") < 26 { hasCapitals = true }
      // A URL, a port, a user name, a header: not for us to judge.
      if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@") {
        return nil
      }
    }
    let hasDot =
      word.count >= 2 && original[word.upperBound - 1] == UInt8(ascii: ".")
      && !".*+?".utf8.contains(original[word.upperBound - 2])
    guard isForeign || hasCapitals || hasDot else { return nil }

    var name = original[word]
    if hasDot { name = name.dropLast() }
    let lower = name.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
    guard isForeign else {
      let canonical = String(decoding: lower, as: UTF8.self)
      let problem =
        hasCapitals ? "a capital letter in a name" : "a dot at the end of a name"
      reportName(word, number, lineStart, problem, "write `\(canonical)`")
      return RepairedName(bytes: lower, readable: nil, hasLostDot: hasDot)
    }
    guard let text = String(validating: lower, as: UTF8.self) else { return nil }
    do throws(InternationalName.Problem) {
      var result = try Self.encode(text)
      result.hasLostDot = hasDot
      reportName(
        word, number, lineStart, "a character that is not ASCII in a name",
        "write its xn-- form: `\(String(decoding: result.bytes, as: UTF8.self))`")
      return result
    } catch {
      hasFailed = true
      report(
        number, word.lowerBound - lineStart, word.count,
        "an international name that is not valid: \(error.summary)",
        "write the name in its xn-- form", isRepaired: false)
      return nil
    }
  }

  /// Label by label: only what is not ASCII is mapped, so that nothing else can change.
  private static func encode(
    _ name: String
  ) throws(InternationalName.Problem) -> RepairedName {
    var result = RepairedName(bytes: [], readable: nil, hasLostDot: false)
    var readable: [String] = []
    var start = 0
    for label in name.split(separator: ".", omittingEmptySubsequences: false) {
      if start > 0 { result.bytes.append(UInt8(ascii: ".")) }
      let length = label.utf8.count
      if label.utf8.contains(where: { $0 >= 0x80 }) {
        let encoded = try InternationalName.encode(String(label))
        result.encoded.append((start, length, result.bytes.count, encoded.utf8.count))
        result.bytes += Array(encoded.utf8)
        readable.append(try InternationalName.decode(encoded))
      } else {
        result.bytes += Array(label.utf8)
        readable.append(String(label))
      }
      start += length + 1
    }
    result.readable = readable.joined(separator: ".")
    return result
  }

  private mutating func reportName(
    _ word: Range<Int>, _ number: Int, _ lineStart: Int, _ problem: String,
    _ remedy: @autoclosure () -> String
  ) {
    report(number, word.lowerBound - lineStart, word.count, problem, remedy())
  }

  private mutating func report(
    _ line: Int, _ offset: Int, _ length: Int, _ problem: String,
    _ remedy: @autoclosure () -> String, isRepaired: Bool = true
  ) {
    changeCount += 1
    guard changes.count < Self.changeLimit else { return }
    changes.append(
      Change(
        position: SourcePosition(line: line, column: offset + 1),
        endColumn: offset + 1 + length, problem: problem, remedy: remedy(), isRepaired: isRepaired))
  }
}
