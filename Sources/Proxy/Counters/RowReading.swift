package import Policy

/// What is counted of one environment, over all workers, as it was read.
package struct RowReading: Hashable, Sendable {
  /// As ``CounterLayout`` has them.
  var words = Array(repeating: UInt64(0), count: CounterLayout.rowWords)

  package init() {}

  /// Requests with this reason.
  package func decisions(_ reason: ReasonCode) -> UInt64 { words[Int(reason.rawValue)] }
  /// Bytes that upstreams took.
  package var bytesUp: UInt64 { words[CounterLayout.bytesUp] }
  /// Bytes that clients took.
  package var bytesDown: UInt64 { words[CounterLayout.bytesDown] }
  /// Open now.
  package var tunnels: UInt64 {
    // Read while a worker moves one from row to row.
    UInt64(max(Int64(bitPattern: words[CounterLayout.tunnels]), 0))
  }

  /// Whether anything was ever asked for.
  package var hasRequests: Bool {
    words[..<ReasonCode.allCases.count].contains { $0 != 0 } || tunnels > 0
  }

  var isNothing: Bool { words.allSatisfy { $0 == 0 } }

  /// Leaves what came after `before`. Tunnels are those that are open, whenever they began.
  mutating func subtract(_ before: RowReading) {
    for index in words.indices where index != CounterLayout.tunnels {
      words[index] &-= before.words[index]
    }
  }
}
