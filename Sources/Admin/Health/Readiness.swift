package import Audit
internal import CLinux
package import Domains
package import Policy

/// Whether requests should come here, for `/readyz`: the policy in force answers as it has to, what it
/// decides can be recorded, and the process is to go on. Asks nobody and changes nothing.
package struct Readiness: Sendable {
  private let board: StatusBoard
  private let audit: AuditLog

  /// Environments that are tried, and names of each.
  static let environments = 64
  static let names = 4

  package init(board: StatusBoard, audit: AuditLog) {
    self.board = board
    self.audit = audit
  }

  /// 200, or 503 that says what is not in order.
  package var response: AdminResponse {
    let problems = problems()
    guard problems.isEmpty else {
      return .problem(503, problems.joined(separator: "; "))
    }
    return .json("{\"ready\":true,\"generation\":\(board.current.snapshot.generation)}")
  }

  /// What is not in order, each with what to do about it.
  func problems() -> [String] {
    let state = board.current
    var problems: [String] = []
    if state.isDraining { problems.append("the process is ending: send requests elsewhere") }
    let statistics = audit.statistics
    if statistics.isFailing {
      let why = statistics.lastErrorText ?? "no error is known"
      problems.append("the audit log cannot be written (\(why)): see docs/audit-log.md")
    }
    let today = Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000))
    if let wrong = Self.wrongDecision(of: state.snapshot, on: today) {
      problems.append("\(wrong): restart, and report it as a bug")
    }
    return problems
  }

  /// The first decision of a snapshot that is not what it has to be; `nil`: all that were tried are.
  package static func wrongDecision(of snapshot: PolicySnapshot, on day: Day) -> String? {
    var key = HostKey()
    for (index, environment) in snapshot.environments.prefix(environments).enumerated() {
      func decide(_ name: String) -> Decision? {
        guard key.load(Array(name.utf8).span) == nil else { return nil }
        return snapshot.decide(key, port: .https, environment: index, on: day)
      }
      let unlisted = "readiness.sluice.invalid"
      // Reserved, so that no request can be meant; only a rule for it may let it through.
      if let decision = decide(unlisted), decision.isAllowed, decision.reason != .allowlisted {
        return wrong(environment, unlisted, decision)
      }
      if environment.addressRules.isEmpty,
        snapshot.admits(metadataService, port: .http, environment: index)
      {
        return "environment \(environment.name) would connect to \(metadataService)"
      }
      guard environment.ports == nil else { continue }
      for name in environment.matcher.sampleNames(limit: names) {
        guard let decision = decide(name) else { continue }
        switch decision.wouldDeny ?? decision.reason {
        // Another rule may well be stronger.
        case .allowlisted, .deniedByRule, .deniedAlways: break
        default: return wrong(environment, name, decision)
        }
      }
    }
    return nil
  }

  private static func wrong(
    _ environment: Environment, _ name: String, _ decision: Decision
  ) -> String {
    let verdict = decision.isAllowed ? "allows" : "refuses"
    return "environment \(environment.name) \(verdict) \(name) (\(decision.reason.name))"
  }

  /// 169.254.169.254, where clouds keep the credentials of a machine.
  private static let metadataService = IPAddress(v4: 0xA9FE_A9FE)
}
