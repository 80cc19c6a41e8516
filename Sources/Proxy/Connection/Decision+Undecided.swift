internal import Domains
internal import Policy

extension Decision {
  /// Before a request is decided on: refused, for nothing was understood.
  static var undecided: Decision {
    Decision(isAllowed: false, reason: .malformedRequest, rule: .none)
  }
}
