internal import Audit

/// The hosts that were let through so far, with the day on which each was seen first, over reports: what
/// a report calls new is in the log and was not here before. Its text is a file of one host a line.
package struct KnownDestinations: Sendable {
  /// The first line of the file.
  package static let header = "sluice-audit-destinations 1"
  /// How many hosts are remembered. Rules with wildcards let clients choose names.
  package static let limit = 1_000_000

  package struct New: Sendable {
    package let host: String
    /// The `time` of the first record.
    package internal(set) var first: String
    package internal(set) var count: Int
  }

  private var known: [String: String] = [:]
  private var fresh: [String: New] = [:]
  /// There was no report before this one.
  package let isFirst: Bool
  /// Requests to hosts that there was no room for.
  package private(set) var untold = 0

  /// Nothing is known yet.
  package init() { isFirst = true }

  /// Reads a file. Throws with the place of the first line that is wrong.
  package init(_ text: String, name: String) throws(LogFailure) {
    isFirst = false
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if number == 1 {
        guard line == Self.header else {
          throw LogFailure(
            "\(name):1:1: not `\(Self.header)`; give the file that an earlier report wrote, or a new one"
          )
        }
        continue
      }
      if line.isEmpty { continue }
      let words = line.split(separator: " ")
      guard words.count == 2, words[0].utf8.count == 10, words[1].utf8.count <= 255,
        known.count < Self.limit
      else {
        throw LogFailure(
          "\(name):\(number):1: not a day and a host; give the file that an earlier report wrote, or "
            + "a new one")
      }
      known[String(words[1])] = String(words[0])
    }
    guard number > 1 else {
      throw LogFailure(
        "\(name):1:1: empty; remove it, or give the file that an earlier report wrote")
    }
  }

  mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    guard !fields.host.isEmpty, fields.time.range.count == AuditTime.length else { return }
    let host = line.text(fields.host, fields)
    guard known[host] == nil, !host.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) else {
      return
    }
    if fresh[host] != nil {
      fresh[host]?.count += 1
      return
    }
    guard known.count + fresh.count < Self.limit else {
      untold += 1
      return
    }
    fresh[host] = New(host: host, first: line.text(fields.time, fields), count: 1)
  }

  /// What was not known before, the latest first.
  package var new: [New] {
    fresh.values.sorted { $0.first != $1.first ? $0.first > $1.first : $0.host < $1.host }
  }

  /// The file for the next report.
  package var text: String {
    var days = known
    for new in fresh.values { days[new.host] = String(new.first.prefix(10)) }
    var text = Self.header + "\n"
    for (host, day) in days.sorted(by: { $0.key < $1.key }) { text += "\(day) \(host)\n" }
    return text
  }
}
