package import Domains

/// Lists of rules that stand in a configuration rather than in a file of their own. In logs such a rule
/// is named by its list and its number there, from 1: `env/vm-7/deny:2`, `floor:1`.
package enum InlineList {
  /// Why there is no list.
  package struct Refusal: Error, Hashable, Sendable {
    /// The rule, from 0.
    package let index: Int
    package let problem: String
    package let remedy: String
  }

  /// The file that such lists say they come from; no list that is read from one says so.
  static let file = "(configuration)"
  /// The lines in front of the first rule.
  static let headerLines: UInt32 = 3

  /// A list of rules, one line each. `name` is one that a list can have.
  package static func list(name: String, rules: [String]) throws(Refusal) -> Allowlist {
    var text = Array("sluice-allowlist 1\nname: \(name)\nversion: 1\n".utf8)
    for (index, rule) in rules.enumerated() {
      if let problem = problem(rule) { throw notARule(at: index, problem) }
      text += rule.utf8
      text.append(UInt8(ascii: "\n"))
    }
    let list: Allowlist
    do throws(AllowlistError) {
      list = try Allowlist.parse(text, file: file)
    } catch {
      throw Refusal(
        index: max(error.position.line - 1 - Int(headerLines), 0), problem: error.problem,
        remedy: error.remedy)
    }
    // A line that is no rule, such as one of the header, has no number to be named by.
    for (index, rule) in list.rules.enumerated()
    where rule.line != Int(headerLines) + index + 1 {
      throw notARule(at: index)
    }
    guard list.rules.count == rules.count else { throw notARule(at: list.rules.count) }
    return list
  }

  /// What is wrong with a text before it is looked at as a rule.
  private static func problem(_ rule: String) -> String? {
    if rule.utf8.contains(UInt8(ascii: "\n")) { return "more than one line" }
    guard let first = rule.utf8.first(where: { $0 != 0x20 && $0 != 0x09 }) else {
      return "an empty rule"
    }
    return first == UInt8(ascii: "#") || first == UInt8(ascii: "[") ? "not a rule" : nil
  }

  private static func notARule(at index: Int, _ problem: String = "not a rule") -> Refusal {
    Refusal(
      index: index, problem: problem,
      remedy: "write one rule as in a list, such as `*.example.org :443`")
  }
}

extension Matcher.List {
  /// Whether the list was made by ``InlineList``.
  var isInline: Bool { file == InlineList.file }
}
