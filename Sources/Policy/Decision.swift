package import Domains

/// What the rules of an environment say of a name, and whether it was one of its own rules that did.
struct RuleAnswer: BitwiseCopyable {
  let match: Matcher.Match
  var isOwn = false

  /// Not stored: a global is looked for at every use.
  @inline(__always) static var none: RuleAnswer {
    RuleAnswer(match: Matcher.Match(outcome: .unlisted, rule: .none))
  }
}

/// The answer to one question: may this environment reach that host and port?
package struct Decision: Sendable, BitwiseCopyable {
  package let isAllowed: Bool
  package let reason: ReasonCode
  /// Of ``ReasonCode/reportOnly``: what would have refused the request.
  package let wouldDeny: ReasonCode?
  /// Whether ``rule`` is one of the environment's own rules, and not of its lists.
  package let isOwnRule: Bool
  /// A rule with `protocol=any` allows it: what the tunnel carries is not looked at.
  package let allowsAnyProtocol: Bool
  /// The rule that decided, in the numbering of the matcher of the environment's lists or of its own
  /// rules; `.none` if none did.
  package let rule: Matcher.RuleIndex

  package init(
    isAllowed: Bool, reason: ReasonCode, rule: Matcher.RuleIndex, isOwnRule: Bool = false,
    wouldDeny: ReasonCode? = nil, allowsAnyProtocol: Bool = false
  ) {
    self.isAllowed = isAllowed
    self.reason = reason
    self.wouldDeny = wouldDeny
    self.isOwnRule = isOwnRule
    self.allowsAnyProtocol = allowsAnyProtocol
    self.rule = rule
  }

  /// A refusal for another reason that names the same rule.
  package func refused(_ reason: ReasonCode) -> Decision {
    Decision(isAllowed: false, reason: reason, rule: rule, isOwnRule: isOwnRule)
  }

  /// What ``PolicyMode/report`` makes of a refusal.
  var reported: Decision {
    Decision(
      isAllowed: true, reason: .reportOnly, rule: rule, isOwnRule: isOwnRule, wouldDeny: reason)
  }

  static func allow(_ reason: ReasonCode, _ answer: RuleAnswer = .none) -> Decision {
    Decision(
      isAllowed: true, reason: reason, rule: answer.match.rule, isOwnRule: answer.isOwn,
      allowsAnyProtocol: answer.match.allowsAnyProtocol)
  }

  static func refuse(_ reason: ReasonCode, _ answer: RuleAnswer = .none) -> Decision {
    Decision(isAllowed: false, reason: reason, rule: answer.match.rule, isOwnRule: answer.isOwn)
  }
}
