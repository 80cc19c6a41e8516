package import Domains

/// What the rules of a list are called that stands in a configuration and not in a file of its own.
package struct InlineRules: Sendable {
  /// As records name the list: `env/vm-7/deny`, `floor`.
  package let name: String
  /// Where each rule stands, in their order: `sluice.yaml:12:9`.
  package let places: [String]

  package init(name: String, places: [String]) {
    self.name = name
    self.places = places
  }

  /// The number of a rule of `list`, from 1: its lines follow one another.
  func number(of rule: Rule, in list: Allowlist) -> Int {
    rule.line - (list.rules.first?.line ?? rule.line) + 1
  }

  /// Where a rule of `list` stands, for people: its place and its name.
  func place(of rule: Rule, in list: Allowlist) -> String {
    let number = number(of: rule, in: list)
    let name = "\(name):\(number)"
    return places.indices.contains(number - 1) ? "\(places[number - 1])  \(name)" : name
  }
}

/// A source and, of one that stands in a configuration, how its rules are called.
package struct NamedSource: Sendable {
  package let source: Matcher.Source
  package let inline: InlineRules?

  package init(_ source: Matcher.Source, inline: InlineRules? = nil) {
    self.source = source
    self.inline = inline
  }

  var list: Allowlist { source.list }
  var use: Matcher.Use { source.use }

  /// As records name the list: `default@2026.11.22-1`.
  var label: String { inline?.name ?? list.label }

  /// Where the list stands, for people.
  var file: String { inline.map { _ in "in the configuration" } ?? list.file.printable }

  /// Where a rule stands, for people.
  func place(of rule: Rule) -> String {
    inline?.place(of: rule, in: list).printable ?? "\(list.file.printable):\(rule.line)"
  }

  /// The line of a rule, or its number in the configuration.
  func line(of rule: Rule) -> Int { inline?.number(of: rule, in: list) ?? rule.line }

  /// The members of a JSON object that say where a rule stands.
  func members(of rule: Rule) -> [(String, String)] {
    let line = line(of: rule)
    var members = [("list", JSONText.quoted(label)), ("file", JSONText.quoted(list.file))]
    members.append(("line", String(line)))
    if let inline, inline.places.indices.contains(line - 1) {
      members.append(("place", JSONText.quoted(inline.places[line - 1])))
    }
    return members
  }
}
