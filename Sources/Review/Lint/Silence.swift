/// A comment that says that a finding on its line is meant: `# lint: allow CODE reason`. It stands
/// behind what it is about, alone or behind another comment: `# for CI # lint: allow CODE reason`.
struct Silence {
  let code: String
  /// Why it is meant. Without a reason nothing is silenced.
  let hasReason: Bool
  /// Whether it stands behind something.
  let isBehindRule: Bool
  /// The bytes of the comment from its mark on.
  let range: Range<Int>
  var isUsed = false

  /// Those of a line.
  static func find(_ text: [UInt8], _ line: Range<Int>) -> [Silence] {
    let words = ListLine.words(text, line)
    var found: [Silence] = []
    var position = words.comment
    while position < line.upperBound {
      let mark = text[position]
      position += 1
      guard mark == UInt8(ascii: "#") || mark == UInt8(ascii: ";") else { continue }
      let start = ListLine.start(text, position..<line.upperBound)
      guard text[start..<line.upperBound].starts(with: "lint:".utf8) else { continue }
      // To the end of the line, or to what may start the next one.
      let end =
        text[start..<line.upperBound].firstIndex { $0 == UInt8(ascii: "#") } ?? line.upperBound
      let parts = text[(start + 5)..<end].split(whereSeparator: ListLine.isBlank)
      let isUnderstood = parts.count >= 2 && parts[0].elementsEqual("allow".utf8)
      found.append(
        Silence(
          code: isUnderstood ? String(decoding: parts[1], as: UTF8.self) : "",
          hasReason: parts.count >= 3, isBehindRule: !words.words.isEmpty,
          range: (position - 1)..<ListLine.trimmed(text, start..<end).upperBound))
      position = end
    }
    return found
  }

  /// What is wrong with one that silenced nothing.
  var problem: (problem: String, remedy: String) {
    if code.isEmpty {
      return ("a comment for lint that is not understood", "write `# lint: allow CODE reason`")
    }
    let printable = InternationalName.printable(String(code.prefix(40)))
    guard let known = LintCode(rawValue: code) else {
      return ("`\(printable)` is no code of lint", "write one of docs/lint.md")
    }
    switch known {
    case .syntax, .nonCanonical, .unformatted, .unusedSilence:
      return ("`\(known.rawValue)` cannot be silenced", "put it right, and remove the comment")
    default: break
    }
    if !isBehindRule {
      return (
        "a comment for lint on a line of its own", "write it behind the rule or heading it is about"
      )
    }
    if !hasReason {
      return ("a finding is silenced without a reason", "write why behind the code")
    }
    return ("there is no finding `\(known.rawValue)` on this line", "remove the comment")
  }
}
