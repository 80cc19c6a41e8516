package import Domains

/// The answer to one question: may this environment reach that host and port?
package struct Decision: Sendable, BitwiseCopyable {
  package let isAllowed: Bool
  package let reason: ReasonCode
  /// A rule with `protocol=any` allows it: what the tunnel carries is not looked at.
  package let allowsAnyProtocol: Bool
  /// The rule that decided, in the numbering of the environment's own matcher; `.none` if none did.
  package let rule: Matcher.RuleIndex

  package init(
    isAllowed: Bool, reason: ReasonCode, rule: Matcher.RuleIndex, allowsAnyProtocol: Bool = false
  ) {
    self.isAllowed = isAllowed
    self.reason = reason
    self.allowsAnyProtocol = allowsAnyProtocol
    self.rule = rule
  }

  static func allow(_ reason: ReasonCode, _ rule: Matcher.RuleIndex = .none) -> Decision {
    Decision(isAllowed: true, reason: reason, rule: rule)
  }

  static func refuse(_ reason: ReasonCode, _ rule: Matcher.RuleIndex = .none) -> Decision {
    Decision(isAllowed: false, reason: reason, rule: rule)
  }
}
