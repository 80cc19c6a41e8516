/// Reads the text of an allowlist line by line, for ``Allowlist``. This file knows the text: bytes,
/// lines, comments and the header; AllowlistParser+Rule.swift knows what stands on a line of rules.
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
  private var isPastHeader = false
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

  // MARK: - The header

  private static let format = "sluice-allowlist 1"

  private func parseFormat(_ range: Range<Int>) throws(AllowlistError) {
    guard !text[range].elementsEqual(Self.format.utf8) else { return }
    if text[range].starts(with: "sluice-allowlist ".utf8) {
      throw failure(
        at: range.lowerBound, "a format that this version does not know",
        "the first line must be exactly `\(Self.format)`")
    }
    throw failure(
      at: range.lowerBound, "not a Sluice allowlist", "write `\(Self.format)` as the first line")
  }

  private func checkHeader(at offset: Int) throws(AllowlistError) {
    if name == nil {
      throw failure(
        at: offset, "the header has no name", "write a line such as `name: default` at the top")
    }
    if version == nil {
      throw failure(
        at: offset, "the header has no version",
        "write a line such as `version: 2026.11.22-1` at the top")
    }
  }

  /// Takes a line `key: value`; says `false` of any other line.
  private mutating func parseHeader(_ range: Range<Int>) throws(AllowlistError) -> Bool {
    var colon = range.lowerBound
    while colon < range.upperBound, Self.isKeyByte(text[colon]) { colon += 1 }
    guard colon > range.lowerBound, colon < range.upperBound, text[colon] == UInt8(ascii: ":")
    else { return false }
    let key = excerpt(range.lowerBound..<colon)
    let isKnown = key == "name" || key == "version" || key == "description"
    let isSeparated = colon + 1 == range.upperBound || Self.isBlank(text[colon + 1])
    guard isSeparated || isKnown else { return false }
    guard isSeparated else {
      throw failure(
        at: colon + 1, "no space behind the colon", "write `\(key): ` and then the value")
    }
    guard isKnown else {
      throw failure(
        at: range.lowerBound, "`\(key)` is not a key of the header",
        "the keys are name, version and description")
    }
    guard !isPastHeader else {
      throw failure(
        at: range.lowerBound, "a line of the header behind the first section or rule",
        "move it to the top")
    }
    let value = headerValue((colon + 1)..<range.upperBound)
    guard !value.isEmpty else {
      throw failure(at: colon, "`\(key)` has no value", "write one behind the colon")
    }
    try setHeader(key, value, at: range.lowerBound)
    return true
  }

  private mutating func setHeader(
    _ key: String, _ value: Range<Int>, at offset: Int
  ) throws(AllowlistError) {
    let string = String(decoding: text[value], as: UTF8.self)
    let isRepeated: Bool
    switch key {
    case "name":
      isRepeated = name != nil
      try checkWord(value, allowsUpperCase: false, "the name of a list")
      name = string
    case "version":
      isRepeated = version != nil
      try checkWord(value, allowsUpperCase: true, "the version of a list")
      version = string
    default:
      isRepeated = summary != nil
      summary = string
    }
    if isRepeated {
      throw failure(at: offset, "`\(key)` stands in the header twice", "remove one of the two")
    }
  }

  /// Names and versions stand in status lines and logs as `name@version`, so they are plain words.
  private func checkWord(
    _ range: Range<Int>, allowsUpperCase: Bool, _ what: String
  ) throws(AllowlistError) {
    for offset in range {
      let byte = text[offset]
      let isFirst = offset == range.lowerBound
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z") where allowsUpperCase: continue
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
        if !isFirst { continue }
      default: break
      }
      throw failure(
        at: offset, "a character that \(what) cannot have here",
        "use \(allowsUpperCase ? "letters" : "lower-case letters"), digits and . _ - +, "
          + "and start with a letter or digit")
    }
    guard range.count <= 64 else {
      throw failure(at: range.lowerBound, "\(what) has more than 64 bytes", "shorten it")
    }
  }

  /// The value of a header line: to the end of the line or a comment, without blanks around it.
  private func headerValue(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, Self.isBlank(text[start]) { start += 1 }
    var end = start
    while end < range.upperBound {
      if text[end] == UInt8(ascii: "#"), Self.isBlank(text[end - 1]) { break }
      end += 1
    }
    while end > start, Self.isBlank(text[end - 1]) { end -= 1 }
    return start..<end
  }

  /// A byte of a key, generously: what is then not a key gets a better complaint.
  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
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
