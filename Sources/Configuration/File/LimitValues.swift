package import Proxy

/// The part of the proxy's ``Proxy/Limits`` that can be set, with where each value comes from. A limit
/// is one row of one of the schemas below.
package struct LimitValues: Hashable, Sendable {
  package var limits = Limits()
  var origins: [String: Origin] = [:]

  package init() {}

  /// Only what was said counts: the rest is the same in all.
  package static func == (left: LimitValues, right: LimitValues) -> Bool {
    left.limits == right.limits
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(limits) }

  static let limits = Schema(
    "limits", standard: LimitValues(),
    [
      .count(
        "connections", \.connections, in: Settings.maxConnectionsRange, flag: "max-connections",
        "Client connections at once; one more is answered 503."),
      .count(
        "half_open", \.halfOpenPerSource, in: 1...(1 << 20),
        "Connections of one source at once that have not sent a whole request; one more is answered 429."
      ),
      .count(
        "interim_responses", \.interimResponses, in: 0...100,
        "1xx responses before the final one."),
      .size(
        "head", \.headBytes, in: (1 << 10)...(1 << 15), "A request or response head."),
      .size(
        "linger", \.lingerBytes, in: 0...(16 << 20),
        "What of a refused request's body is read and thrown away."),
      .count("pipes", \.pipes, in: 1...1024, "Pipes that each worker keeps for bulk transfers."),
    ])

  static let timeouts = Schema(
    "timeouts", standard: LimitValues(), TimeLimitRow.all.map { SchemaKey.time($0) })
}

extension SchemaKey where Owner == LimitValues {
  fileprivate static func count(
    _ name: String, _ field: any WritableKeyPath<Limits, Int> & Sendable,
    in range: ClosedRange<Int>,
    flag: String? = nil, _ summary: String
  ) -> SchemaKey {
    SchemaKey(
      name, field, .count(in: range), toLimit: { $0 }, fromLimit: { $0 }, flag: flag, summary)
  }

  fileprivate static func size(
    _ name: String, _ field: any WritableKeyPath<Limits, Int> & Sendable,
    in range: ClosedRange<Int>,
    _ summary: String
  ) -> SchemaKey {
    SchemaKey(
      name, field, .size(in: range), toLimit: { $0 }, fromLimit: { $0 }, flag: nil, summary)
  }

  fileprivate static func time(_ row: TimeLimitRow) -> SchemaKey {
    if let unset = row.unset { return optionalTime(row, unset) }
    return setTime(row)
  }

  /// One that 0 stands for the lack of.
  private static func optionalTime(_ row: TimeLimitRow, _ unset: String) -> SchemaKey {
    let (field, origin) = (row.field, "timeouts.\(row.name)")
    return SchemaKey(
      row.name,
      get: { owner in
        let value = owner.limits[keyPath: field]
        return Placed(
          value == 0 ? nil : Int(value / Limits.millisecond), owner.origins[origin] ?? .standard)
      },
      set: { owner, placed in
        owner.limits[keyPath: field] = UInt64(placed.value ?? 0) * Limits.millisecond
        owner.origins[origin] = placed.origin
      }, .optional(.time(in: Settings.timeRange)), flag: row.flag, unset: unset, row.summary)
  }

  private static func setTime(_ row: TimeLimitRow) -> SchemaKey {
    SchemaKey(
      row.name, row.field, .time(in: Settings.timeRange),
      toLimit: { UInt64($0) * Limits.millisecond }, fromLimit: { Int($0 / Limits.millisecond) },
      flag: row.flag, row.summary)
  }

  /// A field of ``Proxy/Limits`` that is counted in something else than the file's unit.
  private init<Field>(
    _ name: String, _ field: any WritableKeyPath<Limits, Field> & Sendable, _ kind: TextKind<Int>,
    toLimit: @escaping @Sendable (Int) -> Field, fromLimit: @escaping @Sendable (Field) -> Int,
    flag: String?, _ summary: String
  ) {
    // `head` is a limit and a timeout.
    let origin = Field.self == UInt64.self ? "timeouts.\(name)" : "limits.\(name)"
    self.init(
      name,
      get: { owner in
        Placed(fromLimit(owner.limits[keyPath: field]), owner.origins[origin] ?? .standard)
      },
      set: { owner, placed in
        owner.limits[keyPath: field] = toLimit(placed.value)
        owner.origins[origin] = placed.origin
      }, .one(kind), flag: flag, summary)
  }
}
