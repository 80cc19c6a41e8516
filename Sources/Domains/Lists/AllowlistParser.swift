/// Reads the text of an allowlist line by line, for ``Allowlist``. This file knows the text as a whole,
/// AllowlistParser+Line.swift bytes, lines and comments; AllowlistParser+Header.swift and
/// AllowlistParser+Rule.swift know what stands on a line.
///
/// Every byte of a text is either understood or refused with its place: control bytes and the
/// characters that reorder text on the screen are refused even in comments, because a list is meant
/// to be read and reviewed by people.
///
/// There are two ways through a line. Nearly all lines of a long list are a bare pattern, and
/// AllowlistParser+PlainLines.swift takes those at the speed of its bytes; whatever it does not take,
/// and everything that is wrong, is left to the exact way, which alone knows what to complain about.
struct AllowlistParser: ~Copyable {
  let text: [UInt8]
  let file: String
  let errorLimit: Int
  /// Off in tests that compare the two ways.
  let usesFastPath: Bool
  /// ``Allowlist/sectionLimit``, or less in a test, which would take long to get there.
  let sectionLimit: Int
  /// Whether it only looks whether a remedy would be taken.
  let isTrial: Bool
  var errors: [AllowlistError] = []

  var name: String?
  var version: String?
  var summary: String?
  var sections: [Section] = []
  var rows: [RuleRow] = []
  var portSets = PortSetTable()

  /// 1-based number of the current line, and the offset of its first byte.
  var line = 0
  var lineStart = 0
  /// Whether a section or a rule was seen, so that the header is over.
  var isPastHeader = false
  /// Takes each name, so that validating allocates nothing.
  var key = HostKey()

  init(
    text: [UInt8], file: String, errorLimit: Int, usesFastPath: Bool = true,
    sectionLimit: Int = Allowlist.sectionLimit, isTrial: Bool = false
  ) {
    self.text = text
    self.file = file
    self.errorLimit = errorLimit
    self.usesFastPath = usesFastPath
    self.sectionLimit = sectionLimit
    self.isTrial = isTrial
  }

  /// The list; only after ``parse()`` without an error.
  consuming func list(digest: String) -> Allowlist {
    guard errors.isEmpty, let name, let version else { preconditionFailure("a refused list") }
    return Allowlist(
      name: name, version: version, description: summary, sections: sections, file: file,
      digest: digest, text: text, rows: rows, portSets: portSets.sets)
  }

  mutating func parse() {
    line = 1
    do throws(AllowlistError) { try checkText() } catch {
      errors.append(error)
      return
    }
    line = 0
    let text = self.text
    while lineStart < text.count || line == 0 {
      if usesFastPath, line > 0 {
        takePlainLines(text.span)
        guard lineStart < text.count else { break }
      }
      line += 1
      // No further than it takes to know that a line is too long.
      let reach = min(lineStart + Allowlist.lineLimit + 1, text.count)
      var end = text.span.lineFeed(from: lineStart, to: reach)
      do throws(AllowlistError) {
        try parseLine(lineStart..<end)
      } catch {
        errors.append(error)
        // A text of another format would only give noise after this.
        if line == 1 || errors.count >= errorLimit { return }
        end = text.span.lineFeed(from: end, to: text.count)
      }
      lineStart = end + 1
    }
    if !isPastHeader {
      lineStart = text.count
      do throws(AllowlistError) { try checkHeader(at: lineStart) } catch { errors.append(error) }
    }
  }

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
      let start = text[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      let lines = text.span.extracting(..<offset).lineFeedCount
      throw AllowlistError(
        file: file, position: SourcePosition(line: lines + 1, column: offset - start + 1),
        problem: "not UTF-8", remedy: "save the list as UTF-8")
    }
  }

  /// Makes room for the rules of all lines from the current one on, so that they never move. No more
  /// than a text of rules needs: one of empty lines could ask for a great deal.
  mutating func reserveRows() {
    let lines = text.span.extracting(lineStart...).lineFeedCount + 1
    let bytes = text.count - lineStart
    rows.reserveCapacity(min(lines, bytes / 8 + 1, Allowlist.ruleLimit))
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
