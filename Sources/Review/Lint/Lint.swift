package import Domains

/// What is wrong, risky or needless in lists: `sluice allowlist lint`. Several lists are looked at
/// alone and composed, as an environment composes them.
///
/// It goes over the rules once and over what it keeps of them a few times; names find each other
/// through a table, so that a list of a million rules takes seconds.
package struct Lint {
  private let day: Day
  let suffixes: PublicSuffixes
  var collector: FindingCollector
  var table = RuleTable()
  /// What `--fix` may do, by file: every line, told as a finding or not.
  var edits: [[ListFix.Edit]]

  /// The most complaints of the parser that are told of one file.
  private static let errorLimit = 1000

  /// A list to look at: its name in findings, and its text.
  package typealias Input = (name: String, text: [UInt8])

  /// What was found, and for each file its text put right: `nil` if the parser refuses it for more
  /// than its spelling, or if nothing is to be done.
  package struct Result: Sendable {
    package let report: LintReport
    package let fixed: [[UInt8]?]
  }

  /// - Parameters:
  ///   - day: the day on which the lists are judged, UTC.
  ///   - fixes: whether to make ``Result/fixed``, which is as much work again.
  ///   - progress: called now and then with what is done, of 100.
  package static func run(
    _ inputs: [Input], on day: Day, suffixes: PublicSuffixes, fixes: Bool = false,
    progress: (Int) -> Void = { _ in }
  ) -> Result {
    var lint = Lint(inputs, day, suffixes)
    var lists: [Allowlist?] = []
    for number in inputs.indices {
      lists.append(lint.read(number) { progress((number * 60 + $0) / inputs.count) })
    }
    progress(60)
    lint.table.link()
    let rules = max(1, lint.table.rows.count)
    lint.checkOverlap { progress(65 + $0 * 25 / rules) }
    progress(90)
    lint.checkGroups()
    lint.reportSilences()
    progress(95)
    var fixed: [[UInt8]?] = Array(repeating: nil, count: inputs.count)
    if fixes {
      for number in inputs.indices {
        guard let list = lists[number] else { continue }
        let file = lint.collector.files[number]
        fixed[number] = ListFix.apply(lint.edits[number], to: file, list)
      }
    }
    return Result(report: lint.collector.report(), fixed: fixed)
  }

  private init(_ inputs: [Input], _ day: Day, _ suffixes: PublicSuffixes) {
    self.day = day
    self.suffixes = suffixes
    collector = FindingCollector(inputs.map { LintedFile(name: $0.name, text: $0.text) })
    edits = Array(repeating: [], count: inputs.count)
  }

  // MARK: - One file

  /// Looks at one list alone and takes its rules into the table. `tick` gets what is done, of 60.
  private mutating func read(_ number: Int, _ tick: (Int) -> Void) -> Allowlist? {
    tick(0)
    let file = collector.files[number]
    reportSpelling(number)
    let list: Allowlist
    do throws(ListFormat.Refusal) {
      list = try ListFormat.parse(file.repair, file: file.name)
    } catch {
      let problems = ListFormat.problems(
        of: file.repair, file: file.name, limit: Self.errorLimit)
      for problem in problems {
        collector.add(
          .syntax, file: number, at: problem.position, (problem.problem, problem.remedy))
      }
      return nil
    }
    var sections = SectionCheck(list, number, day)
    let count = list.rules.count
    for (index, rule) in list.rules.enumerated() {
      if index & 0x3FFF == 0 { tick(20 + index * 30 / count) }
      table.append(rule, list: number)
      checkPattern(rule, number)
      checkPorts(rule, number)
      checkProtocol(rule, number)
      checkDays(rule, number)
      sections.check(rule, &collector)
    }
    sections.finish(&collector)
    reportFormat(list, number)
    return list
  }

  private mutating func reportSpelling(_ number: Int) {
    let file = collector.files[number]
    collector.addUntold(.nonCanonical, file.repair.changeCount - file.repair.changes.count)
    for change in file.repair.changes where change.isRepaired {
      let isName = change.remedy.hasPrefix("write ")
      collector.add(
        .nonCanonical, file: number, at: change.position, endColumn: change.endColumn,
        (change.problem, change.remedy),
        fix: isName
          ? Finding.Fix(
            summary: "write the name in its canonical form",
            replacement: file.text(ofLine: change.position.line)) : nil)
    }
  }

  /// One finding for the whole file, at the first line that would be another.
  private mutating func reportFormat(_ list: Allowlist, _ number: Int) {
    let text = collector.files[number].repair.text
    guard let formatted = try? ListFormat.format(text, of: list), formatted != text else { return }
    var line = 1
    var offset = 0
    while offset < min(text.count, formatted.count), text[offset] == formatted[offset] {
      if text[offset] == UInt8(ascii: "\n") { line += 1 }
      offset += 1
    }
    let file = collector.files[number]
    collector.add(
      .unformatted, file: number, line: line,
      range: file.word(onLine: line, startingWith: nil),
      ("from here on the list is not in its canonical form", "run `sluice allowlist fmt`"))
  }

  private mutating func checkProtocol(_ rule: Rule, _ number: Int) {
    guard rule.allowsAnyProtocol else { return }
    collector.add(
      .anyProtocol, file: number, line: rule.line, word: "protocol=",
      (
        "tunnels that this allows may carry anything, also TLS to another name on the same servers",
        "leave it out, or say with `# lint: allow any-protocol` why it is needed"
      ))
  }

  // MARK: - Days

  private mutating func checkDays(_ rule: Rule, _ number: Int) {
    if let until = rule.until {
      if until < day {
        collector.add(
          .expired, file: number, line: rule.line, word: "until=",
          (
            "the last day of this allow, \(until), is over: it denies now",
            "remove the rule, or give it a later day"
          ))
      } else if until.daysSince1970 - day.daysSince1970 <= 30 {
        let left = until.daysSince1970 - day.daysSince1970
        collector.add(
          .expiresSoon, file: number, line: rule.line, word: "until=",
          (
            "this allow ends on \(until), \(left == 0 ? "today" : left == 1 ? "tomorrow" : "in \(left) days")",
            "ask its owner whether it is still needed"
          ))
      }
    }
    SectionCheck.checkReview(rule.metadata, number, rule.line, day, &collector)
  }

  // MARK: - Silences

  private mutating func reportSilences() {
    for number in collector.files.indices {
      for (line, silences) in collector.files[number].silences {
        for silence in silences where !silence.isUsed {
          collector.add(
            .unusedSilence, file: number, line: line, range: silence.range, silence.problem)
        }
      }
    }
  }
}
