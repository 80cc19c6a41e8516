/// A number with its noun or verb, as all messages of the tools say it.
package enum Counted {
  /// `1 rule`, `2 rules`; with a `plural` that is not the word with an `s`, such as `1 was`, `2 were`.
  package static func text(_ count: Int, _ word: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? word : plural ?? word + "s")"
  }
}
