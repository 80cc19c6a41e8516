import Domains

/// What `lint --fix` does to a text: removes rules that stand there twice and ports that say nothing,
/// and brings the rest into canonical form. What the list allows never changes: the result is read
/// again and compared with the rules that were to stay.
enum ListFix {
  enum Edit: Hashable, Sendable {
    case removeLine(Int32)
    case removePorts(line: Int32)
  }

  /// The text put right, or `nil` if there is nothing to do, or if it could not be done safely.
  static func apply(_ edits: [Edit], to file: LintedFile, _ list: Allowlist) -> [UInt8]? {
    var removed: Set<Int> = []
    var withoutPorts: Set<Int> = []
    for edit in edits {
      switch edit {
      case .removeLine(let line): removed.insert(Int(line))
      case .removePorts(let line): withoutPorts.insert(Int(line))
      }
    }
    var text: [UInt8] = []
    text.reserveCapacity(file.repair.text.count)
    var number = 0
    for line in ListLines(file.repair.text) {
      number += 1
      if removed.contains(number) { continue }
      if withoutPorts.contains(number) {
        text += Array(Self.withoutPorts(file, line: number).utf8)
      } else {
        text += file.repair.text[line]
      }
      text.append(UInt8(ascii: "\n"))
    }
    guard let fixed = try? ListFormat.format(text, file: file.name), fixed != file.original,
      let result = try? Allowlist.parse(fixed, file: file.name)
    else { return nil }
    guard result.rules.count + removed.count == list.rules.count else { return nil }
    var rules = result.rules.makeIterator()
    for rule in list.rules where !removed.contains(rule.line) {
      guard let other = rules.next(), rule.hasSameMeaning(as: other) else { return nil }
    }
    return fixed
  }

  /// A line without its ports.
  static func withoutPorts(_ file: LintedFile, line: Int) -> String {
    let range = file.range(ofLine: line)
    let word = file.word(onLine: line, startingWith: ":")
    let text = file.repair.text
    var start = word.lowerBound
    while start > range.lowerBound, ListLine.isBlank(text[start - 1]) { start -= 1 }
    return String(
      decoding: text[range.lowerBound..<start] + text[word.upperBound..<range.upperBound],
      as: UTF8.self)
  }
}
