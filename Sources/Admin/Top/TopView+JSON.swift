internal import Review

extension TopView {
  /// One JSON object: what the screen shows, of all environments.
  package var json: String {
    JSONText.object([
      ("seconds", Self.number(seconds)),
      ("generation", Self.number(value("sluice_policy_generation") ?? 0)),
      ("total", Self.object(total)),
      ("environments", JSONText.array(rows.map(Self.object))),
      (
        "refused",
        JSONText.array(
          reasons.map {
            JSONText.object([
              ("reason", JSONText.quoted($0.name)), ("per_second", Self.number($0.rate)),
              ("total", "\($0.total)"),
            ])
          })
      ),
      (
        "denials",
        JSONText.array(
          denials.map {
            JSONText.object([
              ("host", JSONText.quoted($0.host)), ("port", "\($0.port)"),
              ("environment", JSONText.quoted($0.environment)),
              ("reason", JSONText.quoted($0.reason)), ("count", "\($0.count)"),
              ("allow", JSONText.quoted($0.rule)),
            ])
          })
      ),
      ("audit_failing", value("sluice_audit_failing") == 1 ? "true" : "false"),
      ("audit_lost", Self.number(value("sluice_audit_records_dropped_total") ?? 0)),
    ])
  }

  private static func object(_ row: Row) -> String {
    JSONText.object([
      ("environment", JSONText.quoted(row.name)),
      ("allowed_per_second", number(row.allowed)), ("refused_per_second", number(row.refused)),
      ("bytes_up_per_second", number(row.up)), ("bytes_down_per_second", number(row.down)),
      ("tunnels", "\(row.tunnels)"), ("connections", "\(row.connections)"),
      ("allowed", "\(row.allowedTotal)"), ("refused", "\(row.refusedTotal)"),
      ("mostly", JSONText.quoted(row.reason)),
    ])
  }

  /// With at most three digits behind the point.
  private static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "0" }
    let thousandths = Int((value * 1000).rounded())
    let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
    guard rest != 0 else { return "\(whole)" }
    let digits = "\(abs(rest))"
    return "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
