/// The answer of `/metrics` of a process of the same version, read back for `sluice top`: what is shown
/// there, and nothing else. Other samples are passed over; a line that is none makes it unreadable.
package struct MetricsReading: Sendable {
  /// Of one environment; "" stands for requests in none.
  package struct Row: Hashable, Sendable {
    package var allowed: UInt64 = 0
    package var refused: UInt64 = 0
    package var bytesUp: UInt64 = 0
    package var bytesDown: UInt64 = 0
    package var tunnels: UInt64 = 0
    package var connections: UInt64 = 0
    /// Refused by reason.
    package var reasons: [String: UInt64] = [:]
  }

  package private(set) var rows: [String: Row] = [:]
  /// Samples without an environment, as `name` or `name{first label's value}`.
  package private(set) var values: [String: Double] = [:]
  /// The counts of histograms up to each bound, in the order of the bounds.
  package private(set) var buckets: [String: [(bound: Double, count: Double)]] = [:]

  /// `nil` if it is no such text.
  package init?(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      if line.first == UInt8(ascii: "#") { continue }
      guard take(line) else { return nil }
    }
  }

  private mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
    guard let space = line.lastIndex(of: UInt8(ascii: " ")) else { return false }
    let number = String(decoding: line[(space + 1)...], as: UTF8.self)
    let nameEnd = line.firstIndex(of: UInt8(ascii: "{")) ?? space
    let name = String(decoding: line[..<nameEnd], as: UTF8.self)
    var labels: [String] = []
    if nameEnd < space {
      // Our own labels hold neither commas nor quotation marks, except in a version of another's making.
      let text = String(decoding: line[nameEnd..<space], as: UTF8.self)
      labels = text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
    guard let value = Double(number) else { return false }
    switch name {
    case "sluice_decisions_total":
      guard labels.count == 3, let count = UInt64(number) else { return false }
      if labels[1] == "allow" {
        rows[labels[0], default: Row()].allowed += count
      } else {
        rows[labels[0], default: Row()].refused += count
        rows[labels[0], default: Row()].reasons[labels[2], default: 0] += count
      }
    case "sluice_transferred_bytes_total":
      guard labels.count == 2, let count = UInt64(number) else { return false }
      if labels[1] == "up" {
        rows[labels[0], default: Row()].bytesUp = count
      } else {
        rows[labels[0], default: Row()].bytesDown = count
      }
    case "sluice_tunnels":
      guard labels.count == 1, let count = UInt64(number) else { return false }
      rows[labels[0], default: Row()].tunnels = count
    case "sluice_connections":
      guard labels.count == 1, let count = UInt64(number) else { return false }
      rows[labels[0], default: Row()].connections = count
    case _ where name.hasSuffix("_bucket"):
      guard let bound = labels.last.flatMap({ $0 == "+Inf" ? .infinity : Double($0) }) else {
        return false
      }
      buckets[String(name.dropLast(7)), default: []].append((bound, value))
    default:
      values[labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}"] = value
    }
    return true
  }
}
