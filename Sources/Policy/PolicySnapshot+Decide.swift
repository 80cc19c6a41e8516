package import Domains

// The decisions. Fail closed: what no case allows is refused.
extension PolicySnapshot {
  /// Decides for a name. `environment` is an index into ``environments``; `day` is today in UTC.
  package func decide(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> Decision {
    let decision = judge(host, port: port, environment: environment, on: day)
    guard !decision.isAllowed, rows[environment].mode == .report else { return decision }
    // A query for a special-use name is a leak by itself.
    if decision.reason == .deniedAlways || SpecialUseName.isSpecial(host) { return decision }
    return decision.reported
  }

  /// As ``decide(_:port:environment:on:)``, of a mode that enforces.
  @inline(__always)
  private func judge(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> Decision {
    let answer = match(host, port: port, environment: environment, on: day)
    let match = answer.match
    switch match.outcome {
    case .allow: return .allow(.allowlisted, answer)
    case .denyAlways: return .refuse(.deniedAlways, answer)
    // An explicit `!` of an attached list denies in `full` too: who wrote it meant it.
    case .deny: return .refuse(.deniedByRule, answer)
    case .unlisted, .portNotAllowed, .expired: break
    }
    switch rows[environment].access {
    case .none: return .refuse(conditionFailure(match) ?? .notEssential, answer)
    case .limited: return .refuse(conditionFailure(match) ?? .notAllowlisted, answer)
    case .full:
      // An allow rule whose port or date does not hold must not narrow `full`: it counts as absent,
      // and is named only where its absence is what refuses.
      let isSpecial = SpecialUseName.isSpecial(host)
      if !isSpecial, isOpen(port, environment) { return .allow(.publicHost) }
      if let reason = conditionFailure(match) { return .refuse(reason, answer) }
      return .refuse(isSpecial ? .specialUseName : .portNotAllowed)
    }
  }

  /// Decides for a target that is written as an address. Rules of lists name hosts, never
  /// addresses.
  package func decide(_ address: IPAddress, port: Port, environment: Int) -> Decision {
    let decision = judge(address, port: port, environment: environment)
    // No mode lifts the guard.
    guard !decision.isAllowed, decision.reason != .addressForbidden,
      rows[environment].mode == .report, AddressGuard.forbiddenCategory(address) == nil
    else { return decision }
    return decision.reported
  }

  /// As ``decide(_:port:environment:)``, of a mode that enforces.
  private func judge(_ address: IPAddress, port: Port, environment: Int) -> Decision {
    if isOwn(address, port: port) { return .refuse(.addressForbidden) }
    switch opening(address, port: port, environment: environment, isLiteral: true) {
    case .open: return .allow(.addressAllowed)
    case .otherPorts where rows[environment].access != .full: return .refuse(.portNotAllowed)
    case .otherPorts, .closed: break
    }
    guard rows[environment].access == .full else { return .refuse(.addressLiteralDenied) }
    guard AddressGuard.forbiddenCategory(address) == nil else { return .refuse(.addressForbidden) }
    guard isOpen(port, environment) else { return .refuse(.portNotAllowed) }
    return .allow(.publicHost)
  }

  /// The address guard: whether an allowed name that resolved to `address` may be dialled there.
  /// The address that passes is the one to dial.
  package func admits(_ address: IPAddress, port: Port, environment: Int) -> Bool {
    if isOwn(address, port: port) { return false }
    if AddressGuard.forbiddenCategory(address) == nil { return true }
    return opening(address, port: port, environment: environment, isLiteral: false) == .open
  }

  /// The reason in a rule that names the host but does not apply to this request.
  private func conditionFailure(_ match: Matcher.Match) -> ReasonCode? {
    switch match.outcome {
    case .portNotAllowed: .portNotAllowed
    case .expired: .ruleExpired
    case .unlisted, .allow, .deny, .denyAlways: nil
    }
  }
}
