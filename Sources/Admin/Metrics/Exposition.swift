package import Proxy

/// Metrics in the Prometheus text format 0.0.4, appended to bytes. Samples of one metric have to follow
/// its ``begin(_:)``, as the format wants them.
package struct Exposition: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var name: [UInt8] = []

  /// What `Content-Type` says of it.
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package init() {}

  /// Takes what there is out, and keeps the memory.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// The lines in front of a metric's samples.
  package mutating func begin(_ metric: Metric) {
    name = Array(metric.name.utf8)
    bytes += "# HELP \(metric.name) \(Self.escapedHelp(metric.help))\n".utf8
    bytes += "# TYPE \(metric.name) \(metric.kind.rawValue)\n".utf8
  }

  /// One sample; `labels` as ``labels(_:)`` made them.
  package mutating func sample(_ labels: [UInt8], _ value: UInt64) {
    bytes += name
    bytes += labels
    bytes.append(UInt8(ascii: " "))
    append(value)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The only sample of a metric without labels.
  package mutating func sample(_ value: UInt64) { sample([], value) }

  /// One sample whose labels are in two pieces, so that the second can be made beforehand.
  package mutating func sample(_ first: [UInt8], _ second: [UInt8], _ value: UInt64) {
    bytes += name
    bytes += first
    bytes += second
    bytes.append(UInt8(ascii: " "))
    append(value)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// One sample in seconds.
  package mutating func sample(_ labels: [UInt8] = [], microseconds: UInt64) {
    bytes += name
    bytes += labels
    bytes.append(UInt8(ascii: " "))
    bytes += Self.seconds(microseconds: microseconds)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// All of a histogram without labels of its own.
  package mutating func histogram(_ reading: HistogramReading) {
    let metric = name
    var total: UInt64 = 0
    name = metric + Array("_bucket".utf8)
    for bucket in 0..<Histogram.bounded {
      total &+= reading.counts[bucket]
      let bound = String(
        decoding: Self.seconds(microseconds: Histogram.bound(bucket)), as: UTF8.self)
      sample(Self.labels([("le", bound)]), total)
    }
    total &+= reading.counts[Histogram.bounded]
    sample(Self.labels([("le", "+Inf")]), total)
    name = metric + Array("_sum".utf8)
    sample(microseconds: reading.sumMicroseconds)
    name = metric + Array("_count".utf8)
    sample(total)
    name = metric
  }

  private mutating func append(_ value: UInt64) {
    // No `String`, of which there would be one for each of many samples.
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  // MARK: Pieces

  /// `{name="value",…}`
  package static func labels(_ pairs: [(name: String, value: String)]) -> [UInt8] {
    Array(
      ("{" + pairs.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}").utf8)
  }

  /// The value of a label: backslash, quotation mark and line feed are escaped.
  package static func escaped(_ value: String) -> String {
    escape(value, quotes: true)
  }

  static func escapedHelp(_ text: String) -> String { escape(text, quotes: false) }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `0.000064`, `12`, `33.554432`.
  static func seconds(microseconds: UInt64) -> [UInt8] {
    let whole = "\(microseconds / 1_000_000)"
    let rest = microseconds % 1_000_000
    guard rest > 0 else { return Array(whole.utf8) }
    let digits = "\(rest)"
    var text = Array((whole + "." + String(repeating: "0", count: 6 - digits.count) + digits).utf8)
    while text.last == UInt8(ascii: "0") { text.removeLast() }
    return text
  }
}
