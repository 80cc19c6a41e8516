internal import Audit
internal import Policy

/// What would let a refused name through.
struct DenialRemedy: Equatable {
  /// A rule for the environment's `allow`, or for a list; `nil`: none would.
  let rule: String?
  /// What to do, in words.
  let text: String

  init(_ denial: Denial) {
    self.init(
      host: denial.host, port: denial.port, reason: denial.reason, rule: denial.rule,
      environment: denial.environment)
  }

  init(host: String, port: UInt16, reason: ReasonCode, rule: String, environment: String) {
    let isWeb = port == 80 || port == 443
    switch reason {
    case .notAllowlisted where isWeb:
      self.rule = host
      text = "Allow the name in \(environment), or add it to one of its lists."
    case .notAllowlisted, .portNotAllowed:
      self.rule = "\(host) :\(port)"
      text = "Allow the name with this port in \(environment), or add it to one of its lists."
    case .notEssential:
      self.rule = nil
      text = "Access level none lets only the essential list through; limited takes rules."
    case .deniedByRule:
      self.rule = nil
      text = "Rule \(rule) denies it. Remove that, or add a more specific allow."
    case .deniedAlways:
      self.rule = nil
      text = "Rule \(rule) denies it always; only its removal opens the name."
    case .ruleExpired:
      self.rule = nil
      text = "Rule \(rule) has expired. Give it another date."
    case .addressLiteralDenied, .addressForbidden:
      self.rule = nil
      text = "Addresses are opened by allow_addresses in the configuration."
    default:
      self.rule = nil
      text = "\(reason.nextStep)"
    }
  }
}
