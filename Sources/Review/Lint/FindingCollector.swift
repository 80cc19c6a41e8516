import Domains

/// Takes findings as they are made: asks whether they are silenced, counts them, and keeps a bounded
/// number of each code and file.
struct FindingCollector {
  let files: [LintedFile]
  private var findings: [Finding] = []
  private var counts: [LintCode: Int] = [:]
  private var severities: [LintCode.Severity: Int] = [:]
  private var untold: [LintCode: Int] = [:]
  private var told: [LintCode: [Int: Int]] = [:]

  init(_ files: [LintedFile]) { self.files = files }

  /// A finding about a word of a line. Texts are made only for what is told. Says whether it counts:
  /// not if it is silenced.
  @discardableResult
  mutating func add(
    _ code: LintCode, _ severity: LintCode.Severity? = nil, file: Int, line: Int,
    word: String? = nil, _ text: @autoclosure () -> (problem: String, remedy: String),
    fix: @autoclosure () -> Finding.Fix? = nil
  ) -> Bool {
    if files[file].isSilenced(code, line: line) { return false }
    guard isTold(code, severity ?? code.severity, file) else { return true }
    let place = files[file].place(
      line: line, files[file].word(onLine: line, startingWith: word))
    append(code, severity, file, place, text(), fix())
    return true
  }

  /// A finding at a place of the file as it is.
  mutating func add(
    _ code: LintCode, file: Int, at position: SourcePosition, endColumn: Int? = nil,
    _ text: @autoclosure () -> (problem: String, remedy: String),
    fix: @autoclosure () -> Finding.Fix? = nil
  ) {
    guard isTold(code, code.severity, file) else { return }
    let end = endColumn ?? position.column + 1
    let columns = files[file].scalarColumns(line: position.line, position.column..<end)
    append(code, nil, file, (position, end, columns), text(), fix())
  }

  /// A finding about bytes of a line of the repaired text.
  mutating func add(
    _ code: LintCode, file: Int, line: Int, range: Range<Int>,
    _ text: @autoclosure () -> (problem: String, remedy: String)
  ) {
    guard isTold(code, code.severity, file) else { return }
    append(code, nil, file, files[file].place(line: line, range), text(), nil)
  }

  /// Counts findings that nobody is told of one by one.
  mutating func addUntold(_ code: LintCode, _ count: Int) {
    guard count > 0 else { return }
    counts[code, default: 0] += count
    severities[code.severity, default: 0] += count
    untold[code, default: 0] += count
  }

  private mutating func isTold(
    _ code: LintCode, _ severity: LintCode.Severity, _ file: Int
  ) -> Bool {
    counts[code, default: 0] += 1
    severities[severity, default: 0] += 1
    let count = told[code, default: [:]][file, default: 0]
    guard count < LintReport.findingLimit else {
      untold[code, default: 0] += 1
      return false
    }
    told[code, default: [:]][file] = count + 1
    return true
  }

  private mutating func append(
    _ code: LintCode, _ severity: LintCode.Severity?, _ file: Int,
    _ place: (position: SourcePosition, endColumn: Int, scalarColumns: Range<Int>),
    _ text: (problem: String, remedy: String), _ fix: Finding.Fix?
  ) {
    findings.append(
      Finding(
        code: code, severity: severity ?? code.severity, fileIndex: file, file: files[file].name,
        position: place.position, endColumn: place.endColumn, scalarColumns: place.scalarColumns,
        problem: InternationalName.printable(text.problem),
        remedy: InternationalName.printable(text.remedy), fix: fix))
  }

  consuming func report() -> LintReport {
    LintReport(
      findings: findings.sorted {
        let left = ($0.fileIndex, $0.position.line, $0.position.column, $0.code.rawValue)
        return left < ($1.fileIndex, $1.position.line, $1.position.column, $1.code.rawValue)
      },
      counts: counts, severities: severities, untold: untold)
  }
}
