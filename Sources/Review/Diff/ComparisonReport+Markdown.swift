import Domains

/// A comparison as a comment for code review: a summary and one table.
extension ComparisonReport {
  package func writeMarkdown(to output: inout some TextOutputStream) {
    output.write("**Allowlist change: \(headline)**\n")
    guard !comparison.isEqual else { return }
    output.write("\n| | names | ports | before | after | rule |\n|---|---|---|---|---|---|\n")
    for kind in ListChange.Kind.allCases {
      for change in changes(kind) { output.write(Self.rows(change)) }
    }
    for kind in ListChange.Kind.allCases {
      guard let count = counts[kind], count > limit else { continue }
      output.write(
        "\n\(Self.heading(kind)): \(Counted.text(count - limit, "more is", "more are")) not shown.\n"
      )
    }
    output.write("\n`+` allowed now, `-` no longer allowed, `~` other conditions or denies. ")
    output.write("Compared from \(comparison.day) on.\n")
  }

  private static func rows(_ change: ListChange) -> String {
    var names = "`\(change.pattern)`"
    if let witness = change.witness, witness.host != change.pattern {
      names += "<br>for example `\(witness.host)`"
    }
    if !change.exceptions.isEmpty {
      names +=
        "<br>except "
        + change.exceptions.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
      if change.exceptions.count > 3 { names += " and \(change.exceptions.count - 3) more" }
    }
    let rules = change.newRules.isEmpty ? change.oldRules : change.newRules
    let places = rules.map { "\(cell($0.file)):\($0.line)" }.joined(separator: "<br>")
    guard !change.steps.isEmpty else {
      return "| ~ | \(names) | | | not compared: too many globs | |\n"
    }
    return change.steps.enumerated().map { number, step in
      let mark =
        change.kind == .conditions || change.kind == .denies
        ? step.isWider ? "~ wider" : "~ narrower" : mark(change.kind)
      return
        "| \(mark) | \(number == 0 ? names : "") | \(step.ports == "*" ? "all" : step.isRest ? "others" : step.ports)"
        + " | \(words(step.old)) | \(words(step.new)) | \(number == 0 ? places : "") |\n"
    }.joined()
  }

  /// A text from outside as the content of a cell.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text.printable {
      if "|`<>&*_[]\\".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}
