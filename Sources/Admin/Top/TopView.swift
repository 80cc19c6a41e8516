/// What `sluice top` shows: two readings of `/metrics` and the time between them.
package struct TopView: Sendable {
  /// One environment. Rates are per second.
  package struct Row: Hashable, Sendable {
    package let name: String
    package var allowed = 0.0
    package var refused = 0.0
    package var up = 0.0
    package var down = 0.0
    package var tunnels: UInt64 = 0
    package var connections: UInt64 = 0
    /// The reason of most refusals in this time; empty without any.
    package var reason = ""
    /// Since the start of the process.
    package var allowedTotal: UInt64 = 0
    package var refusedTotal: UInt64 = 0
  }

  /// By what environments are sorted, the most first.
  package enum Order: String, CaseIterable, Sendable {
    case refused
    case allowed
    case bytes
    case tunnels
    case name

    package var next: Order {
      let all = Self.allCases
      let index = all.firstIndex(of: self) ?? 0
      return all[(index + 1) % all.count]
    }
  }

  /// A name that was refused lately.
  package struct Denial: Hashable, Sendable {
    package let host: String
    package let port: Int
    package let environment: String
    package let reason: String
    package let count: Int
    /// The line of a list that would allow it; empty if none would.
    package let rule: String
  }

  package let seconds: Double
  package private(set) var rows: [Row] = []
  package private(set) var total = Row(name: "")
  /// Refusals by reason: how many in a second, and since the start; the most first.
  package private(set) var reasons: [(name: String, rate: Double, total: UInt64)] = []
  package let denials: [Denial]
  private let now: MetricsReading
  private let before: MetricsReading

  package init(
    _ look: TopLook, after former: TopLook, order: Order, denials: [Denial] = []
  ) {
    now = look.reading
    before = former.reading
    seconds = max(Double(look.time &- former.time) / 1e9, 0.001)
    self.denials = denials
    var byReason: [String: (rate: Double, total: UInt64)] = [:]
    for (name, reading) in now.rows {
      let old = before.rows[name] ?? MetricsReading.Row()
      var row = Row(name: name)
      row.allowed = rate(reading.allowed, old.allowed)
      row.refused = rate(reading.refused, old.refused)
      row.up = rate(reading.bytesUp, old.bytesUp)
      row.down = rate(reading.bytesDown, old.bytesDown)
      row.tunnels = reading.tunnels
      row.connections = reading.connections
      row.allowedTotal = reading.allowed
      row.refusedTotal = reading.refused
      var most = 0.0
      for (reason, count) in reading.reasons.sorted(by: { $0.key < $1.key }) {
        let rate = rate(count, old.reasons[reason] ?? 0)
        if rate > most { (most, row.reason) = (rate, reason) }
        byReason[reason, default: (0, 0)].rate += rate
        byReason[reason, default: (0, 0)].total += count
      }
      add(row)
      // Clients that have asked for nothing yet are no environment.
      if name != "" || row.allowedTotal + row.refusedTotal > 0 { rows.append(row) }
    }
    rows.sort { Self.precedes($0, $1, order) }
    reasons = byReason.map { ($0.key, $0.value.rate, $0.value.total) }
      .sorted { ($1.rate, $1.total, $0.name) < ($0.rate, $0.total, $1.name) }
  }

  /// A value of the process, of now.
  package func value(_ name: String) -> Double? { now.values[name] }

  /// The part of a counter that came in this time, per second.
  package func rate(of name: String) -> Double {
    max((now.values[name] ?? 0) - (before.values[name] ?? 0), 0) / seconds
  }

  /// The time that so many of a hundred did not exceed, of those in this time, in seconds: the bound of the
  /// bucket; `nil` if there were none.
  package func quantile(_ part: Double, of histogram: String) -> Double? {
    guard let buckets = now.buckets[histogram], let last = buckets.last else { return nil }
    let old = before.buckets[histogram] ?? []
    func count(_ index: Int) -> Double {
      buckets[index].count - (index < old.count ? old[index].count : 0)
    }
    let all = last.count - (old.last?.count ?? 0)
    guard all > 0 else { return nil }
    for index in buckets.indices where count(index) >= part * all { return buckets[index].bound }
    return last.bound
  }

  private func rate(_ now: UInt64, _ before: UInt64) -> Double {
    // Less than before: another process, which has begun anew.
    now >= before ? Double(now - before) / seconds : 0
  }

  private mutating func add(_ row: Row) {
    total.allowed += row.allowed
    total.refused += row.refused
    total.up += row.up
    total.down += row.down
    total.tunnels += row.tunnels
    total.connections += row.connections
    total.allowedTotal += row.allowedTotal
    total.refusedTotal += row.refusedTotal
  }

  private static func precedes(_ a: Row, _ b: Row, _ order: Order) -> Bool {
    let first: (Double, Double)
    switch order {
    case .refused: first = (a.refused, b.refused)
    case .allowed: first = (a.allowed, b.allowed)
    case .bytes: first = (a.up + a.down, b.up + b.down)
    case .tunnels: first = (Double(a.tunnels), Double(b.tunnels))
    case .name: return a.name < b.name
    }
    if first.0 != first.1 { return first.0 > first.1 }
    // Still where nothing moves, and the busiest of those.
    let totals = (a.allowedTotal + a.refusedTotal, b.allowedTotal + b.refusedTotal)
    if totals.0 != totals.1 { return totals.0 > totals.1 }
    return a.name < b.name
  }
}
