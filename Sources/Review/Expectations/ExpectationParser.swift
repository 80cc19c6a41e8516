import Domains

/// Reads the lines of ``Expectations``. As strict as the parser of lists: what is not understood is
/// refused with its place, because a test that is skipped looks like one that passes.
struct ExpectationParser {
  private let file: String
  private let reasons: Expectations.Reasons
  private let accessLevels: [String]

  private var line = 0
  private var lists: [String] = []
  private var access: String?
  private var day: Day?
  private var expectations: [Expectations.Expectation] = []
  /// The line on which each target stands.
  private var targets: [Authority: Int] = [:]

  init(file: String, reasons: Expectations.Reasons, accessLevels: [String]) {
    self.file = file
    self.reasons = reasons
    self.accessLevels = accessLevels
  }

  /// A word of a line and the 1-based column of its first byte.
  private typealias Word = (text: String, column: Int)

  mutating func parse(_ text: [UInt8]) throws(ExpectationError) -> Expectations {
    line = 1
    guard text.count <= Expectations.textLimit else {
      throw failure(
        1, "larger than \(Expectations.textLimit >> 20) MiB", "split it into several files")
    }
    guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw failure(
        1, "the text starts with a byte order mark", "save it as UTF-8 without a byte order mark")
    }
    line = 0
    var start = 0
    while start < text.count || line == 0 {
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
      line += 1
      try parseLine(text[start..<end])
      start = end + 1
    }
    guard !expectations.isEmpty else {
      throw failure(1, "no expectation", "write one, such as `allow github.com:443`")
    }
    return Expectations(
      file: file, lists: lists, access: access, day: day, expectations: expectations)
  }

  private mutating func parseLine(_ bytes: ArraySlice<UInt8>) throws(ExpectationError) {
    try checkLine(bytes)
    if line == 1 {
      guard bytes.elementsEqual("sluice-expectations 1".utf8) else {
        throw failure(
          1, "not a file of expectations of this format",
          "write `sluice-expectations 1` as the first line")
      }
      return
    }
    let words = words(of: bytes)
    guard let first = words.first else { return }
    if first.text.hasSuffix(":") {
      try parseSetting(first, words.dropFirst())
    } else {
      try parseExpectation(first, words.dropFirst())
    }
  }

  private func checkLine(_ bytes: ArraySlice<UInt8>) throws(ExpectationError) {
    guard bytes.count <= Expectations.lineLimit else {
      throw failure(
        Expectations.lineLimit + 1, "a line of more than \(Expectations.lineLimit) bytes",
        "shorten it")
    }
    for (offset, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\r"), offset == bytes.count - 1 {
        throw failure(offset + 1, "the line ends in CR LF", "save the file with LF line ends")
      }
      if byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F {
        throw failure(offset + 1, "a control byte", "remove it")
      }
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw failure(1, "a line that is not UTF-8", "save the file as UTF-8")
    }
  }

  /// The words of a line up to a comment, which starts with `#` at the start or behind a blank.
  private func words(of bytes: ArraySlice<UInt8>) -> [Word] {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var words: [Word] = []
    var place = bytes.startIndex
    while true {
      while place < bytes.endIndex, isBlank(bytes[place]) { place += 1 }
      guard place < bytes.endIndex, bytes[place] != UInt8(ascii: "#") else { return words }
      let start = place
      while place < bytes.endIndex, !isBlank(bytes[place]) { place += 1 }
      words.append(
        (String(decoding: bytes[start..<place], as: UTF8.self), start - bytes.startIndex + 1))
    }
  }

  // MARK: - Settings

  private mutating func parseSetting(
    _ key: Word, _ values: ArraySlice<Word>
  ) throws(ExpectationError) {
    let name = String(key.text.dropLast())
    guard ["list", "access", "day"].contains(name) else {
      throw failure(
        key.column, "`\(excerpt(name)):` is not a setting", "the settings are list, access and day")
    }
    guard expectations.isEmpty else {
      throw failure(
        key.column, "a setting behind the first expectation",
        "move it to the top: it holds for the whole file")
    }
    guard let value = values.first else {
      throw failure(key.column, "`\(name):` has no value", "write one behind the colon")
    }
    if let more = values.dropFirst().first {
      throw failure(more.column, "more than one value", "write one; a path has no blanks")
    }
    switch name {
    case "list":
      guard lists.count < Expectations.listLimit else {
        throw failure(
          key.column, "more than \(Expectations.listLimit) lists", "use fewer lists")
      }
      lists.append(value.text)
    case "access":
      try refuseSecond(access != nil, key)
      guard accessLevels.contains(value.text) else {
        throw failure(
          value.column, "`\(excerpt(value.text))` is not an access level",
          "write \(accessLevels.joined(separator: ", "))")
      }
      access = value.text
    default:
      try refuseSecond(day != nil, key)
      guard let parsed = Day(value.text) else {
        throw failure(
          value.column, "`\(excerpt(value.text))` does not name a day",
          "write year, month and day, such as `2026-12-31`")
      }
      day = parsed
    }
  }

  private func refuseSecond(_ isSet: Bool, _ key: Word) throws(ExpectationError) {
    guard isSet else { return }
    throw failure(key.column, "`\(key.text)` for the second time", "remove one of the two")
  }

  // MARK: - Expectations

  private mutating func parseExpectation(
    _ first: Word, _ rest: ArraySlice<Word>
  ) throws(ExpectationError) {
    guard first.text == "allow" || first.text == "deny" else {
      throw failure(
        first.column, "`\(excerpt(first.text))` is no expectation",
        "start the line with `allow` or `deny`")
    }
    let isAllowed = first.text == "allow"
    guard let host = rest.first else {
      throw failure(
        first.column, "an expectation without a host",
        "write one, such as `\(first.text) github.com:443`")
    }
    let target: Authority
    do throws(AuthorityError) {
      target = try Authority(host.text, defaultPort: .https)
    } catch {
      throw failure(host.column, "`\(excerpt(host.text))` is not a host", error.message)
    }
    if let other = targets[target] {
      throw failure(
        host.column, "\(target) for the second time, after line \(other)", "remove one of the two")
    }
    targets[target] = line
    var reason: String?
    if let word = rest.dropFirst().first { reason = try parseReason(word, isAllowed) }
    if let more = rest.dropFirst(2).first {
      throw failure(
        more.column, "`\(excerpt(more.text))` is not understood",
        "write one expectation a line; comments start with `#`")
    }
    expectations.append(
      Expectations.Expectation(isAllowed: isAllowed, target: target, reason: reason, line: line))
  }

  private func parseReason(_ word: Word, _ isAllowed: Bool) throws(ExpectationError) -> String {
    guard word.text.hasPrefix("reason=") else {
      throw failure(
        word.column, "`\(excerpt(word.text))` is not understood behind a host",
        "write `reason=` and a reason, or a comment with `#`")
    }
    let reason = String(word.text.dropFirst("reason=".count))
    let known = isAllowed ? reasons.allow : reasons.deny
    guard known.contains(reason) else {
      throw failure(
        word.column, "`\(excerpt(reason))` is not a reason to \(isAllowed ? "allow" : "deny")",
        "write one of \(known.sorted().joined(separator: ", "))")
    }
    return reason
  }

  // MARK: - Complaints

  private func failure(_ column: Int, _ problem: String, _ remedy: String) -> ExpectationError {
    ExpectationError(
      file: file, position: SourcePosition(line: line, column: column), problem: problem,
      remedy: remedy)
  }

  private func excerpt(_ text: String) -> String {
    text.count > 80 ? "\(text.prefix(80))…".printable : text.printable
  }
}
