internal import Policy
internal import Proxy

/// `/metrics`, made piece by piece, so that ten thousand environments need no more memory than one. An
/// environment is there from its first request or connection on.
package struct MetricsPage: Sendable {
  private let source: MetricsSource
  private let snapshot: PolicySnapshot
  private var part = Part.process
  private var out = Exposition()
  private var reading = RowReading()
  /// Of client connections, those that count in an environment.
  private var placed = 0

  private enum Part: Sendable {
    case process
    /// A family, and the number of the environment that comes next; -1: requests in none.
    case environments(Family, Int)
    case over
  }

  private enum Family: CaseIterable {
    case decisions
    case transferred
    case tunnels
    case connections

    var metric: Metric {
      switch self {
      case .decisions: .decisions
      case .transferred: .transferred
      case .tunnels: .tunnels
      case .connections: .connections
      }
    }

    var next: Family? {
      switch self {
      case .decisions: .transferred
      case .transferred: .tunnels
      case .tunnels: .connections
      case .connections: nil
      }
    }
  }

  package init(_ source: MetricsSource) {
    self.source = source
    snapshot = source.board.current.snapshot
  }

  /// The next piece, about `size` bytes; empty: that was all.
  package mutating func next(size: Int) -> [UInt8] {
    out.removeAll()
    while out.bytes.count < size {
      switch part {
      case .over: return out.bytes
      case .process:
        source.writeProcess(&out)
        source.writeWorkers(&out)
        source.writeAudit(&out)
        begin(.decisions)
      case .environments(let family, let index):
        write(family, index)
        if index + 1 < snapshot.environmentCount {
          part = .environments(family, index + 1)
        } else if let next = family.next {
          begin(next)
        } else {
          part = .over
        }
      }
    }
    return out.bytes
  }

  private mutating func begin(_ family: Family) {
    out.begin(family.metric)
    placed = 0
    part = .environments(family, -1)
  }

  private mutating func write(_ family: Family, _ index: Int) {
    let slot = index < 0 ? nil : snapshot.slot(of: index)
    source.shared.counters.read(slot: slot, into: &reading)
    let connections = index < 0 ? 0 : source.shared.connections(of: index, in: snapshot)
    let isKnown = reading.hasRequests || connections > 0
    // Names of environments have no byte that would have to be escaped.
    let name = index < 0 ? "" : snapshot.environments[index].name
    switch family {
    case .decisions:
      guard isKnown else { return }
      let start = Array("{environment=\"\(name)".utf8)
      for (number, reason) in ReasonCode.allCases.enumerated() {
        let count = reading.decisions(reason)
        if count > 0 { out.sample(start, Self.reasons[number], count) }
      }
    case .transferred:
      guard isKnown else { return }
      let start = Array("{environment=\"\(name)".utf8)
      out.sample(start, Self.up, reading.bytesUp)
      out.sample(start, Self.down, reading.bytesDown)
    case .tunnels:
      guard isKnown else { return }
      out.sample(Array("{environment=\"\(name)\"}".utf8), reading.tunnels)
    case .connections:
      placed += connections
      if index >= 0, isKnown {
        out.sample(Array("{environment=\"\(name)\"}".utf8), UInt64(connections))
      }
      guard index + 1 == snapshot.environmentCount else { return }
      let rest = max(source.shared.connections - placed, 0)
      out.sample(Array("{environment=\"\"}".utf8), UInt64(rest))
    }
  }

  /// What follows the environment's name, by the place of the reason.
  private static let reasons = ReasonCode.allCases.map {
    Array("\",verdict=\"\($0.allows ? "allow" : "deny")\",reason=\"\($0.name)\"}".utf8)
  }
  private static let up = Array("\",direction=\"up\"}".utf8)
  private static let down = Array("\",direction=\"down\"}".utf8)
}
