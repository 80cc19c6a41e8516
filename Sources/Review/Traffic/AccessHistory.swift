/// Which access level a decision was made at. Its record says so; of records of earlier versions the
/// `start` record of their process does, and some reasons exist at one level only.
package struct AccessHistory {
  private var levels: [String: String] = [:]
  private static let limit = 4096

  package init() {}

  package mutating func note(_ entry: AuditEntry) {
    switch entry {
    case .start(let environment, let access):
      if !access.isEmpty { set(environment, access) }
    case .decision(let decision):
      if let access = Self.access(for: decision.reason) { set(decision.environment, access) }
    case .other, .laterVersion: break
    }
  }

  /// The level of a decision that was noted; `limited` if nothing says it.
  package func access(of decision: AuditDecision) -> String {
    if !decision.access.isEmpty { return decision.access }
    return Self.access(for: decision.reason) ?? levels[decision.environment] ?? "limited"
  }

  private mutating func set(_ environment: String, _ access: String) {
    guard levels[environment] != nil || levels.count < Self.limit else { return }
    levels[environment] = access
  }

  private static func access(for reason: String) -> String? {
    switch reason {
    case "public_host", "special_use_name": "full"
    case "not_allowlisted": "limited"
    case "not_essential": "none"
    default: nil
    }
  }
}
