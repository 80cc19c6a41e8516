/// Reads the text of an allowlist line by line, for ``Allowlist``. This file knows bytes, lines and
/// comments; AllowlistParser+Header.swift and AllowlistParser+Rule.swift know what stands on a line.
///
/// Every byte of a text is either understood or refused with its place: control bytes and the
/// characters that reorder text on the screen are refused even in comments, because a list is meant
/// to be read and reviewed by people.
struct AllowlistParser: ~Copyable {
  let text: [UInt8]
  let file: String
  let errorLimit: Int
  var errors: [AllowlistError] = []

  var name: String?
  var version: String?
  var summary: String?
  var sections: [Section] = []
  var rules: [Rule] = []

  /// 1-based number of the current line, and the offset of its first byte.
  var line = 0
  var lineStart = 0
  /// Whether a section or a rule was seen, so that the header is over.
  var isPastHeader = false
  /// Takes each name, so that validating allocates nothing.
  var key = HostKey()

  init(text: [UInt8], file: String, errorLimit: Int) {
    self.text = text
    self.file = file
    self.errorLimit = errorLimit
  }

  /// The list; only after ``parse()`` without an error.
  consuming func list(digest: String) -> Allowlist {
    guard errors.isEmpty, let name, let version else { preconditionFailure("a refused list") }
    return Allowlist(
      name: name, version: version, description: summary, sections: sections, rules: rules,
      file: file, digest: digest, text: text)
  }

  mutating func parse() {
    do throws(AllowlistError) {
      line = 1
      try checkText()
    } catch {
      errors.append(error)
      return
    }
    line = 0
    while lineStart < text.count || line == 0 {
      let end = text[lineStart...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      line += 1
      do throws(AllowlistError) {
        try parseLine(lineStart..<end)
      } catch {
        errors.append(error)
        // A text of another format would only give noise after this.
        if line == 1 || errors.count >= errorLimit { return }
      }
      lineStart = end + 1
    }
    if !isPastHeader {
      lineStart = text.count
      do throws(AllowlistError) { try checkHeader(at: lineStart) } catch { errors.append(error) }
    }
  }

  // MARK: - Text and lines

  private func checkText() throws(AllowlistError) {
    guard text.count <= Allowlist.textLimit else {
      throw failure(
        at: 0, "the text has more than \(Allowlist.textLimit >> 20) MiB",
        "split it into several lists")
    }
    guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw failure(
        at: 0, "the text starts with a byte order mark",
        "save it as UTF-8 without a byte order mark")
    }
    do {
      _ = try UTF8Span(validating: text.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      let before = text[..<offset]
      let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let lines = before.count { $0 == UInt8(ascii: "\n") }
      throw AllowlistError(
        file: file, position: SourcePosition(line: lines + 1, column: offset - start + 1),
        problem: "not UTF-8", remedy: "save the list as UTF-8")
    }
  }

  private mutating func parseLine(_ range: Range<Int>) throws(AllowlistError) {
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
    }
    if text[start] == UInt8(ascii: "[") {
      try parseSection(start..<range.upperBound)
    } else {
      try parseRule(tokens(of: start..<range.upperBound))
    }
  }

  private func checkLine(_ range: Range<Int>) throws(AllowlistError) {
    guard range.count <= Allowlist.lineLimit else {
      throw failure(
        at: range.lowerBound + Allowlist.lineLimit,
        "a line of more than \(Allowlist.lineLimit) bytes", "shorten it")
    }
    for offset in range {
      let byte = text[offset]
      if byte >= 0x20, byte < 0x7F { continue }
      if byte == UInt8(ascii: "\t") { continue }
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

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  // MARK: - Complaints

  func failure(at offset: Int, _ problem: String, _ remedy: String) -> AllowlistError {
    AllowlistError(
      file: file, position: SourcePosition(line: line, column: offset - lineStart + 1),
      problem: problem, remedy: remedy)
  }

  /// The text of a range for a message, cut where it would be tedious.
  func excerpt(_ range: Range<Int>) -> String {
    let limit = 80
    guard range.count > limit else { return String(decoding: text[range], as: UTF8.self) }
    var end = range.lowerBound + limit
    while text[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: text[range.lowerBound..<end], as: UTF8.self) + "…"
  }
}
