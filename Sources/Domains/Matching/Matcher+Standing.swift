extension Matcher {
  /// An answer with its weight, so that the answers of two matchers can be put together to the one
  /// that a single matcher of all their lists would give. An environment with a few rules of its own
  /// asks two, and its lists are compiled once for all that share them.
  package struct Standing: BitwiseCopyable, Sendable {
    package let match: Match
    /// The bytes of the suffix that the deciding rule names, times four, and its kind: exact before `?`
    /// before globs before `*`. Of `!!` rules the suffix alone.
    let specificity: UInt16
    /// How the rules of one kind and suffix are weighed among each other, the lower the stronger.
    let order: UInt8

    static let unlisted = Standing(
      Match(outcome: .unlisted, rule: .none), count: 0, rank: 0)

    init(_ match: Match, count: Int, rank: UInt16, isFirm: Bool = true) {
      self.match = match
      specificity = UInt16(truncatingIfNeeded: count) << 2 | rank
      order =
        switch match.outcome {
        case .deny: isFirm ? 0 : 4
        case .allow: 1
        case .portNotAllowed: 2
        case .expired: 3
        case .denyAlways, .unlisted: 0
        }
    }

    /// Whether this answer is the one of both matchers together, rather than `other`, whose lists come
    /// behind: `!!` wins, the one nearer to the root first; then the more specific rule; at a tie deny,
    /// then allow, then the reason why no allow holds.
    package func prevails(over other: Standing) -> Bool {
      let isHard = match.outcome == .denyAlways
      let isOtherHard = other.match.outcome == .denyAlways
      if isHard || isOtherHard {
        return isHard && (!isOtherHard || specificity <= other.specificity)
      }
      if other.match.outcome == .unlisted { return true }
      if match.outcome == .unlisted { return false }
      if specificity != other.specificity { return specificity > other.specificity }
      return order <= other.order
    }

    /// The answer where this one prevails over `other`: of allows that tie, one with `protocol=any`
    /// is enough, as among the rules of one matcher.
    package func match(beside other: Standing) -> Match {
      var match = match
      if match.outcome == .allow, other.match.outcome == .allow, specificity == other.specificity {
        match.allowsAnyProtocol = match.allowsAnyProtocol || other.match.allowsAnyProtocol
      }
      return match
    }
  }
}
