package import Audit

/// Counts over any number of records, in memory of a fixed size.
package struct LogStatistics: Sendable {
  /// Different texts of each kind that are told apart exactly; of hosts there may be any number.
  package static let places = 1 << 14

  package private(set) var records = 0
  package private(set) var allowed = 0
  package private(set) var denied = 0
  /// Allowed only because the environment reports instead of refusing.
  package private(set) var reported = 0
  package private(set) var closes = 0
  package private(set) var starts = 0
  package private(set) var reloads = 0
  package private(set) var bytesUp = 0
  package private(set) var bytesDown = 0
  /// Records that the log says were lost.
  package private(set) var dropped = 0
  /// The first and the last time, as texts; of the earliest and the latest record.
  package private(set) var first: [UInt8] = []
  package private(set) var last: [UInt8] = []

  package private(set) var environments = FrequentItems(capacity: places)
  /// Reasons of refusals.
  package private(set) var reasons = FrequentItems(capacity: 1024)
  package private(set) var allowReasons = FrequentItems(capacity: 1024)
  package private(set) var hosts = FrequentItems(capacity: places)
  package private(set) var deniedHosts = FrequentItems(capacity: places)
  package private(set) var clients = FrequentItems(capacity: places)
  package private(set) var ends = FrequentItems(capacity: 1024)
  package private(set) var series = TimeSeries()

  package init() {}

  package mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    records += 1
    let time = line.extracting(fields.time.range)
    note(time)
    let event = line.extracting(fields.event.range)
    if event.equals("decision") {
      addDecision(line, fields, time)
    } else if event.equals("close") {
      addClose(line, fields, time)
    } else if event.equals("dropped") {
      dropped += line.number(fields.dropped) ?? 0
    } else if event.equals("start") {
      starts += 1
    } else if event.equals("reload") {
      reloads += 1
    }
  }

  private mutating func addDecision(
    _ line: Span<UInt8>, _ fields: RecordFields, _ time: Span<UInt8>
  ) {
    let isDenied = line.extracting(fields.verdict.range).equals("deny")
    let reason = line.extracting(fields.reason.range)
    let environment = line.extracting(fields.environment.range)
    let host = line.extracting(fields.host.range)
    var slice = TimeSeries.Slice()
    if isDenied {
      denied += 1
      slice.denied = 1
      reasons.add(reason, denied: true)
      if !host.isEmpty { deniedHosts.add(host, denied: true) }
    } else {
      allowed += 1
      slice.allowed = 1
      if !fields.wouldDeny.isEmpty { reported += 1 }
      allowReasons.add(reason)
      if !host.isEmpty { hosts.add(host) }
    }
    if !environment.isEmpty { environments.add(environment, denied: isDenied) }
    let client = ClientText.withoutPort(line.extracting(fields.client.range))
    if !client.isEmpty { clients.add(client, denied: isDenied) }
    if let minute = series.minute(time) { series.add(slice, at: minute) }
  }

  private mutating func addClose(
    _ line: Span<UInt8>, _ fields: RecordFields, _ time: Span<UInt8>
  ) {
    closes += 1
    let up = line.number(fields.bytesUp) ?? 0
    let down = line.number(fields.bytesDown) ?? 0
    bytesUp &+= up
    bytesDown &+= down
    let environment = line.extracting(fields.environment.range)
    let host = line.extracting(fields.host.range)
    let end = line.extracting(fields.end.range)
    if !environment.isEmpty {
      environments.add(environment, bytesUp: up, bytesDown: down, count: 0)
    }
    if !host.isEmpty { hosts.add(host, bytesUp: up, bytesDown: down, count: 0) }
    if !end.isEmpty { ends.add(end) }
    var slice = TimeSeries.Slice()
    slice.bytesUp = up
    slice.bytesDown = down
    if let minute = series.minute(time) { series.add(slice, at: minute) }
  }

  private mutating func note(_ time: Span<UInt8>) {
    guard time.count == AuditTime.length else { return }
    if !last.isEmpty, !Self.isBefore(time, last.span) {
      Self.copy(time, to: &last)
    } else if first.isEmpty {
      first = time.array
      last = first
    }
    if Self.isBefore(time, first.span) { Self.copy(time, to: &first) }
  }

  private static func copy(_ time: Span<UInt8>, to text: inout [UInt8]) {
    for index in 0..<time.count { text[index] = time[index] }
  }

  private static func isBefore(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    for start in [0, 8, 16, 19] {
      let (a, b) = (left.word(at: start).byteSwapped, right.word(at: start).byteSwapped)
      if a != b { return a < b }
    }
    return false
  }
}
