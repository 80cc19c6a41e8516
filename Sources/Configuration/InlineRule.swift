import Domains
import Policy

/// A rule that stands in the configuration itself: one line of an allowlist without a comment.
package struct InlineRule: Hashable, Sendable {
  /// In the syntax of a list: `github.com`, `*.example.org :8443`. Among denies without its `!`, or
  /// with `!!` for what no other rule may lift.
  package var text: String
  /// Where it stands, for messages: `sluice.yaml:12:9`.
  package var place: String

  package init(_ text: String, place: String) {
    self.text = text
    self.place = place
  }

  /// A list of allows.
  static func allows(_ rules: [InlineRule]) throws(ConfigurationError) -> Allowlist {
    for rule in rules where rule.text.hasPrefix("!") {
      throw rule.error(
        "a deny among the allows", remedy: "put it among the denies, without its `!`")
    }
    return try list("allow", rules, prefix: "")
  }

  /// A list of denies.
  static func denies(_ rules: [InlineRule]) throws(ConfigurationError) -> Allowlist {
    for rule in rules where rule.text.hasPrefix("!") && !rule.text.hasPrefix("!!") {
      throw rule.error(
        "a deny of a deny", remedy: "write the name alone, or with `!!` if no rule may lift it")
    }
    return try list("deny", rules, prefix: "!")
  }

  /// A list of rules, with a mark put before each that has none yet.
  static func list(
    _ name: String, _ rules: [InlineRule], prefix: String
  ) throws(ConfigurationError) -> Allowlist {
    do throws(InlineList.Refusal) {
      return try InlineList.list(
        name: name, rules: rules.map { $0.text.hasPrefix("!!") ? $0.text : prefix + $0.text })
    } catch {
      throw rules[min(error.index, rules.count - 1)].error(error.problem, remedy: error.remedy)
    }
  }

  private func error(_ problem: String, remedy: String) -> ConfigurationError {
    SettingText(place, text).error(problem, remedy: remedy)
  }
}
