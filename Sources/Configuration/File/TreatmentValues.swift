package import Policy
internal import Proxy

/// The time limits that an environment sets itself, with where each comes from.
package struct TimeLimitValues: Hashable, Sendable {
  package var limits = TimeLimits()
  private var origins: [String: Origin] = [:]

  package init() {}

  /// Only what was said counts.
  package static func == (left: TimeLimitValues, right: TimeLimitValues) -> Bool {
    left.limits == right.limits
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(limits) }

  static let schema = Schema(
    "an environment's timeouts", standard: TimeLimitValues(),
    TimeLimitRow.all.compactMap { row in row.own.map { key(row, $0) } })

  private static func key(
    _ row: TimeLimitRow, _ field: any WritableKeyPath<TimeLimits, UInt64> & Sendable
  ) -> SchemaKey<TimeLimitValues> {
    let name = row.name
    return SchemaKey(
      name,
      get: { owner in
        let value = owner.limits[keyPath: field]
        return Placed(
          value == 0 ? nil : Int(value / Limits.millisecond), owner.origins[name] ?? .standard)
      },
      set: { owner, placed in
        owner.limits[keyPath: field] = UInt64(placed.value ?? 0) * Limits.millisecond
        owner.origins[name] = placed.origin
      }, .optional(.time(in: Settings.timeRange)), flag: nil, unset: "that of `timeouts`",
      row.summary)
  }
}
