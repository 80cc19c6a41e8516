/// What a refusal by the rules of an environment leads to.
package enum PolicyMode: String, CaseIterable, Sendable, BitwiseCopyable {
  /// The request is refused.
  case enforce
  /// The request passes and its record says what would have refused it, so that a list can be tried
  /// on real traffic. `!!` rules, the floor, the address guard and the refusal of special-use names
  /// hold nevertheless: they are there for what no trial is worth.
  case report
}
