/// What to write instead of a rule that is refused: nobody is told to write what is refused again.
extension AllowlistParser {
  /// A remedy that names rules, or `general` where one of them would be refused itself. What has only
  /// one spelling is put right first: capitals, and a dot at the end.
  func remedy(
    _ rules: [String], _ text: ([String]) -> String, otherwise general: String
  ) -> String {
    // One trial does not lead to another.
    guard !isTrial else { return general }
    let rules = rules.map { rule in
      let rule = rule.lowercased()
      return rule.hasSuffix(".") ? String(rule.dropLast()) : rule
    }
    return rules.allSatisfy(Self.takes) ? text(rules) : general
  }

  /// Whether a line is a rule of the format and nothing else.
  private static func takes(_ rule: String) -> Bool {
    let text = Array("\(format)\nname: trial\nversion: 1\n\(rule)\n".utf8)
    var parser = AllowlistParser(text: text, file: "", errorLimit: 1, isTrial: true)
    parser.parse()
    return parser.errors.isEmpty && parser.rows.count == 1
  }
}
