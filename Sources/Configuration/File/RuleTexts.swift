import Domains

extension ValueKind where Value == [Placed<String>] {
  /// Rules as they stand in a list, without the mark that says allow or deny.
  ///
  /// All of a list are checked at once by the parser of lists, and a complaint is put at its place in
  /// the configuration file.
  static func rules(mark: String) -> ValueKind {
    let max = EnvironmentValues.rulesLimit
    return ValueKind(
      shape: .list(.text("a rule"), max: max),
      read: { node, name, reader in
        guard let nodes = reader.items(of: node, name, max: max) else { return nil }
        var rules: [Placed<String>] = []
        for node in nodes {
          guard let text = reader.text(of: node, name) else { continue }
          if let error = RuleText.objection(to: text, mark: mark) {
            reader.complain(node.position, "\(name): \(error.problem)", remedy: error.remedy)
          } else {
            rules.append(Placed(text, .file(node.position)))
          }
        }
        RuleText.check(rules, mark: mark, name: name, &reader)
        return rules
      },
      written: { .list($0.map { .text($0.value) }) }, isList: true, parse: nil)
  }
}

/// Rules inside a configuration file.
enum RuleText {
  /// What no line of a list but a rule looks like.
  static func objection(to text: String, mark: String) -> (problem: String, remedy: String)? {
    switch text.utf8.first {
    case nil: ("an empty rule", "remove it")
    case UInt8(ascii: "#"), UInt8(ascii: "["), UInt8(ascii: " "):
      ("no rule", "write a pattern, as in example.org or \"*.example.org :443\"")
    case UInt8(ascii: "!") where mark != "!" || !text.hasPrefix("!!"):
      ("a rule with a mark", "write the pattern without ! here; `deny` and `floor` refuse already")
    default: nil
    }
  }

  /// Complains about every rule that is none. No rule of a list may stand twice.
  static func check(
    _ rules: [Placed<String>], mark: String, name: String, _ reader: inout FileReader
  ) {
    guard !rules.isEmpty else { return }
    let head = "sluice-allowlist 1\nname: inline\nversion: 1\n"
    let headLines = 3
    let text =
      head
      + rules.map { $0.value.hasPrefix("!") ? "\($0.value)\n" : "\(mark)\($0.value)\n" }.joined()
    for error in Allowlist.errors(in: Array(text.utf8), file: name) {
      let index = error.position.line - headLines - 1
      guard rules.indices.contains(index) else { continue }
      reader.complain(
        rules[index].position, "\(name) '\(rules[index].value)': \(error.problem)",
        remedy: error.remedy)
    }
  }
}
