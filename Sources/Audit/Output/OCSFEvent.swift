internal import Domains

/// A record as an event of the Open Cybersecurity Schema Framework, version 1.3: a tunnel as Network
/// Activity (4001), a request as HTTP Activity (4002), both with the profile Security Control; anything
/// else as a Base Event that has the record in `unmapped`. docs/audit-log.md has the table.
enum OCSFEvent {
  static let version = "1.3.0"

  /// Appends the event. `fields` is `nil` for a line of another form than ours.
  static func append(_ line: Span<UInt8>, _ fields: RecordFields?, to bytes: inout [UInt8]) {
    guard let fields else { return appendBase(line, RecordFields(), to: &bytes) }
    let event = line.extracting(fields.event.range)
    let isClose = event.equals("close")
    guard isClose || event.equals("decision") else {
      return appendBase(line, fields, to: &bytes)
    }
    var writer = EventWriter(bytes)
    let method = line.extracting(fields.method.range)
    let isTunnel = method.isEmpty || method.equals("CONNECT")
    let isDenied = line.extracting(fields.verdict.range).equals("deny")
    let activity = isTunnel ? (isClose ? 2 : isDenied ? 5 : 1) : httpActivity(method)
    let kind = isTunnel ? 4001 : 4002
    writer.begin()
    writer.number("activity_id", activity)
    writer.number("category_uid", 4)
    writer.number("class_uid", kind)
    writer.number("type_uid", kind * 100 + activity)
    writer.number("severity_id", isDenied ? 2 : 1)
    writer.number("time", milliseconds(line.extracting(fields.time.range)))
    metadata(line, fields, &writer)
    if !isClose {
      writer.number("action_id", isDenied ? 2 : 1)
      writer.number("disposition_id", isDenied ? 2 : 1)
      writer.number("status_id", isDenied ? 2 : 1)
      writer.text("status_detail", line, fields.reason)
    }
    if !fields.rule.isEmpty {
      writer.object("firewall_rule")
      writer.text("uid", line, fields.rule)
      writer.end()
    }
    endpoints(line, fields, &writer)
    if isClose {
      writer.digits("duration", line, fields.duration, droppingLast: 3)
      writer.object("traffic")
      writer.digits("bytes_out", line, fields.bytesUp)
      writer.digits("bytes_in", line, fields.bytesDown)
      writer.end()
    }
    if !isTunnel {
      writer.object("http_request")
      writer.text("http_method", line, fields.method)
      writer.object("url")
      writer.text("hostname", line, fields.host)
      writer.digits("port", line, fields.port)
      writer.end()
      writer.end()
      if !fields.status.isEmpty {
        writer.object("http_response")
        writer.digits("code", line, fields.status)
        writer.end()
      }
    }
    writer.object("unmapped")
    writer.text("event", line, fields.event)
    writer.text("access", line, fields.access)
    writer.text("would_deny", line, fields.wouldDeny)
    writer.digits("generation", line, fields.generation)
    writer.text("end", line, fields.end)
    writer.text("detail", line, fields.detail)
    writer.end()
    writer.end()
    bytes = writer.bytes
  }

  private static func appendBase(
    _ line: Span<UInt8>, _ fields: RecordFields, to bytes: inout [UInt8]
  ) {
    var writer = EventWriter(bytes)
    writer.begin()
    writer.number("activity_id", 99)
    writer.number("category_uid", 0)
    writer.number("class_uid", 0)
    writer.number("type_uid", 99)
    writer.number("severity_id", 1)
    writer.number("time", milliseconds(line.extracting(fields.time.range)))
    metadata(line, fields, &writer)
    writer.text("message", line, fields.event)
    writer.name("unmapped")
    writer.bytes.append(span: line)
    writer.end()
    bytes = writer.bytes
  }

  private static func metadata(
    _ line: Span<UInt8>, _ fields: RecordFields, _ writer: inout EventWriter
  ) {
    writer.object("metadata")
    writer.constant("version", version)
    writer.object("product")
    writer.constant("name", "Sluice")
    writer.constant("vendor_name", "Sluice")
    writer.end()
    writer.name("profiles")
    writer.bytes += Array("[\"security_control\"]".utf8)
    writer.text("correlation_uid", line, fields.id)
    writer.text("tenant_uid", line, fields.environment)
    writer.digits("sequence", line, fields.sequence)
    writer.text("original_time", line, fields.time)
    writer.end()
  }

  private static func endpoints(
    _ line: Span<UInt8>, _ fields: RecordFields, _ writer: inout EventWriter
  ) {
    let client = line.extracting(fields.client.range)
    if let colon = client.lastColon, let first = client.isEmpty ? nil : client[0] {
      let isSixth = first == UInt8(ascii: "[")
      writer.object("src_endpoint")
      writer.text("ip", client.extracting(isSixth ? 1..<colon - 1 : 0..<colon))
      writer.name("port")
      writer.bytes.append(span: client.extracting(colon + 1..<client.count))
      writer.end()
    } else if !client.isEmpty {
      writer.object("src_endpoint")
      writer.text("name", client)
      writer.end()
    }
    writer.object("dst_endpoint")
    writer.text("hostname", line, fields.host)
    writer.text("ip", line, fields.address)
    writer.digits("port", line, fields.port)
    writer.end()
  }

  /// HTTP Activity numbers methods, 99 for others.
  private static func httpActivity(_ method: Span<UInt8>) -> Int {
    let names: [StaticString] = [
      "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "PATCH",
    ]
    for (index, name) in names.enumerated() where method.equals(name) { return index + 2 }
    return 99
  }

  /// Since 1970; 0 for what is no time of ours.
  private static func milliseconds(_ time: Span<UInt8>) -> Int {
    guard time.count == AuditTime.length, let day = Day(parsing: time.extracting(0..<10)) else {
      return 0
    }
    func number(_ range: Range<Int>) -> Int {
      var value = 0
      for index in range { value = value * 10 + Int(time[index] &- 0x30) }
      return value
    }
    let seconds = number(11..<13) * 3600 + number(14..<16) * 60 + number(17..<19)
    return (Int(day.daysSince1970) * 86_400 + seconds) * 1000 + number(20..<23)
  }
}

/// JSON, member by member. Texts of a record are copied as they stand: they are escaped already.
private struct EventWriter {
  var bytes: [UInt8]
  private var needsComma = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func begin() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func end() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  mutating func name(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes += Array("\"\(name)\":".utf8)
    needsComma = true
  }

  mutating func object(_ name: StaticString) {
    self.name(name)
    begin()
  }

  mutating func number(_ name: StaticString, _ value: Int) {
    self.name(name)
    bytes += Array("\(value)".utf8)
  }

  mutating func constant(_ name: StaticString, _ text: String) {
    self.name(name)
    bytes += Array("\"\(text)\"".utf8)
  }

  mutating func text(_ name: StaticString, _ text: Span<UInt8>) {
    self.name(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(span: text)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func text(_ name: StaticString, _ line: Span<UInt8>, _ place: RecordFields.Place) {
    guard !place.isEmpty else { return }
    text(name, line.extracting(place.range))
  }

  /// A number, or what is left of it without its last digits.
  mutating func digits(
    _ name: StaticString, _ line: Span<UInt8>, _ place: RecordFields.Place, droppingLast: Int = 0
  ) {
    guard !place.isEmpty else { return }
    self.name(name)
    let range = place.range
    let end = range.upperBound - droppingLast
    if end > range.lowerBound {
      bytes.append(span: line.extracting(range.lowerBound..<end))
    } else {
      bytes.append(UInt8(ascii: "0"))
    }
  }
}

extension Span<UInt8> {
  /// The index of the last colon with digits alone behind it.
  fileprivate var lastColon: Int? {
    var place = count - 1
    while place > 0 {
      if self[place] == UInt8(ascii: ":") { return place < count - 1 ? place : nil }
      let isDigit = self[place] &- 0x30 < 10
      guard isDigit else { return nil }
      place -= 1
    }
    return nil
  }
}
