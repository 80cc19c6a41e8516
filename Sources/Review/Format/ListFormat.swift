import Domains

/// Rewrites a list in its canonical form: `sluice allowlist fmt`. What the list means never changes:
/// the result is read again and compared, rule by rule, before anyone gets to see it.
///
/// The form: the header's keys in their order; one blank line in front of a section; at most one
/// elsewhere; one space between words, two in front of a comment behind something; ports sorted and
/// merged, then `until`, then `protocol`, then the other keys as they stood; quotation marks only around blanks; LF.
/// Comments and the order of rules are kept.
package struct ListFormat {
  /// How the rules of a section are ordered.
  package enum Order: Hashable, Sendable {
    /// As they stand.
    case kept
    /// By ``RuleOrder``, between blank lines; a comment stays with the rule below it.
    case sorted
  }

  /// Why a text cannot be brought into form; it is left as it was.
  package struct Refusal: Error, Sendable {
    /// In the order of the lines, at least one.
    package let problems: [ListProblem]
  }

  private let text: [UInt8]
  private let list: Allowlist
  private let order: Order
  private var output: [UInt8] = []

  /// The canonical text. Takes what the parser takes, and what ``SpellingRepair`` puts right.
  package static func format(
    _ text: [UInt8], file: String, order: Order = .kept
  ) throws(Refusal) -> [UInt8] {
    let repair = SpellingRepair(text)
    let list = try parse(repair, file: file)
    return try format(repair.text, of: list, order: order)
  }

  /// Reads the repaired text; problems have their places in the text as it was.
  static func parse(_ repair: SpellingRepair, file: String) throws(Refusal) -> Allowlist {
    guard !repair.hasFailed, let list = try? Allowlist.parse(repair.text, file: file) else {
      throw Refusal(problems: problems(of: repair, file: file, limit: 100))
    }
    return list
  }

  /// Everything that keeps a text from being brought into form, by line; of the parser's complaints
  /// at most `limit`.
  static func problems(of repair: SpellingRepair, file: String, limit: Int) -> [ListProblem] {
    var problems = repair.changes.filter { !$0.isRepaired }.map {
      ListProblem(position: $0.position, problem: $0.problem, remedy: $0.remedy)
    }
    let lines = Set(problems.map(\.position.line))
    for error in Allowlist.errors(in: repair.text, file: file, limit: limit)
    where !lines.contains(error.position.line) {
      var position = error.position
      position.column = repair.column(inLine: position.line, repaired: position.column)
      problems.append(
        ListProblem(position: position, problem: error.problem, remedy: error.remedy))
    }
    return problems.sorted {
      ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column)
    }
  }

  /// The canonical form of a text that is this list.
  static func format(
    _ text: [UInt8], of list: Allowlist, order: Order = .kept
  ) throws(Refusal) -> [UInt8] {
    var format = ListFormat(text, list, order)
    format.write()
    let written: Allowlist
    do throws(AllowlistError) {
      written = try Allowlist.parse(format.output, file: list.file)
    } catch {
      // Two blanks more can be one byte too many for a line; nothing else is known to come here.
      throw Refusal(problems: [
        ListProblem(position: error.position, problem: error.problem, remedy: error.remedy)
      ])
    }
    guard list.hasSameMeaning(as: written, inAnyOrder: order == .sorted) else {
      throw Refusal(problems: [
        ListProblem(
          position: SourcePosition(line: 1, column: 1),
          problem: "the canonical form would mean something else, which is a fault of this program",
          remedy: "report it with the list")
      ])
    }
    return format.output
  }

  private init(_ text: [UInt8], _ list: Allowlist, _ order: Order) {
    self.text = text
    self.list = list
    self.order = order
    output.reserveCapacity(text.count + 64)
  }

  // MARK: - The whole text

  private mutating func write() {
    var rules = list.rules.makeIterator()
    var sections = list.sections.makeIterator()
    var rule = rules.next()
    var section = sections.next()
    var header = HeaderBlock()
    var body = BodyBlock(order: order)
    var isPastHeader = false
    var number = 0
    for line in ListLines(text) {
      number += 1
      if number == 1 { continue }
      let start = ListLine.start(text, line)
      let part = ListLine.trimmed(text, start..<line.upperBound)
      let first = part.first.map { text[$0] }
      if section?.line == number || rule?.line == number {
        if !isPastHeader {
          isPastHeader = true
          output += Array("sluice-allowlist 1\n".utf8)
          body.start(behind: header.write(to: &output))
        }
      }
      if let current = section, current.line == number {
        body.add(heading: heading(current, part), to: &output)
        section = sections.next()
      } else if let current = rule, current.line == number {
        body.add(
          rule: written(current, part), order == .sorted ? RuleOrder(current) : nil, to: &output)
        rule = rules.next()
      } else if first == nil {
        if isPastHeader { body.addBlank(to: &output) } else { header.addBlank() }
      } else if first == UInt8(ascii: "#") {
        if isPastHeader {
          body.add(comment: Array(text[part]))
        } else {
          header.add(comment: Array(text[part]))
        }
      } else {
        header.add(key: headerLine(part))
      }
    }
    guard isPastHeader else {
      output += Array("sluice-allowlist 1\n".utf8)
      header.writeAlone(to: &output)
      return
    }
    body.finish(to: &output)
  }

  // MARK: - Lines

  /// `key: value  # comment`, and which of the keys it is.
  private func headerLine(_ part: Range<Int>) -> (key: Int, line: [UInt8]) {
    let colon = text[part].firstIndex(of: UInt8(ascii: ":")) ?? part.upperBound
    let key = Array(text[part.lowerBound..<colon])
    let valueStart = ListLine.start(text, min(colon + 1, part.upperBound)..<part.upperBound)
    var comment = valueStart
    while comment < part.upperBound {
      if text[comment] == UInt8(ascii: "#"), ListLine.isBlank(text[comment - 1]) { break }
      comment += 1
    }
    var line = key + Array(": ".utf8)
    line += text[ListLine.trimmed(text, valueStart..<comment)]
    addComment(comment..<part.upperBound, to: &line)
    let keys = ["name", "version", "description"]
    return (keys.firstIndex { $0.utf8.elementsEqual(key) } ?? keys.count, line)
  }

  private func heading(_ section: Section, _ part: Range<Int>) -> [UInt8] {
    var line = Array("[\(section.name)]".utf8)
    for (key, value) in section.metadata { line += Array(" \(Self.pair(key, value))".utf8) }
    let close = text[part].firstIndex(of: UInt8(ascii: "]")) ?? part.lowerBound
    let comment = ListLine.words(text, (close + 1)..<part.upperBound).comment
    addComment(comment..<part.upperBound, to: &line)
    return line
  }

  private func written(_ rule: Rule, _ part: Range<Int>) -> [UInt8] {
    let (words, comment) = ListLine.words(text, part)
    let hasPorts = words.dropFirst().contains { text[$0.lowerBound] == UInt8(ascii: ":") }
    var line = Array(rule.spelling(withPorts: hasPorts).utf8)
    addComment(comment..<part.upperBound, to: &line)
    return line
  }

  private func addComment(_ part: Range<Int>, to line: inout [UInt8]) {
    guard !part.isEmpty else { return }
    line += Array("  ".utf8)
    line += text[part]
  }

  /// `key=value`, in quotation marks only if it has to be.
  static func pair(_ key: String, _ value: String) -> String {
    let isQuoted = value.utf8.contains(where: ListLine.isBlank)
    return isQuoted ? "\(key)=\"\(value)\"" : "\(key)=\(value)"
  }
}

extension Rule {
  /// The rule in its canonical spelling, without a comment.
  func spelling(withPorts: Bool) -> String {
    let mark =
      switch verdict {
      case .allow: ""
      case .deny: "!"
      case .denyAlways: "!!"
      }
    var text = mark
    if verdict == .denyAlways, case .apexAndBelow(let name) = pattern {
      text += name.text
    } else {
      text += pattern.description
    }
    if withPorts { text += " :\(ports)" }
    if let until { text += " until=\(until)" }
    if allowsAnyProtocol { text += " protocol=any" }
    for (key, value) in metadata { text += " \(ListFormat.pair(key, value))" }
    return text
  }
}
