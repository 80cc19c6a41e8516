internal import Domains

/// An import as the text of a list.
enum ImportedListText {
  static func render(_ draft: ImportDraft, _ request: ImportRequest) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(draft.rules.count * 32 + 1024)
    func line(_ string: String) {
      text.append(contentsOf: string.utf8)
      text.append(UInt8(ascii: "\n"))
    }
    line("sluice-allowlist 1")
    line("name: \(request.name)")
    line("version: \(request.version)")
    line("description: Imported from \(request.format.rawValue)")
    var section = -1
    for rule in draft.rules {
      if rule.section != section {
        section = rule.section
        line("")
        line("[\(draft.sections[section])]")
      }
      for comment in rule.lead { line("# \(comment)") }
      line(ruleText(rule, ports: rule.isDeny ? nil : rule.ports ?? request.ports))
    }
    return text
  }

  private static func ruleText(_ rule: ImportedRule, ports: PortSet?) -> String {
    var text: String
    if rule.isHard, case .apexAndBelow(let name) = rule.pattern {
      text = "!!\(name)"
    } else {
      text = "\(rule.isDeny ? "!" : "")\(rule.pattern)"
    }
    if let ports { text += " :\(ports)" }
    if !rule.comment.isEmpty { text += "  # \(rule.comment)" }
    return text
  }

  /// A heading that the format takes, from any text.
  static func sectionName(_ title: String) -> String {
    let safe = PrintableText.line(title, limit: 200).map { "[]".contains($0) ? "?" : $0 }
    let words = String(safe).split(separator: " ").joined(separator: " ")
    // No address is a heading.
    return words.isEmpty || IPAddress(parsing: Array(words.utf8).span) != nil
      ? "from \(words)" : words
  }
}
