internal import Domains
internal import Policy

/// A record as one line of JSON. The order of members is fixed; what is absent is left out.
/// docs/audit-log.md is this file in words.
struct LineFormat: ~Copyable {
  /// No line is longer: every text at its limit and every byte of it an escape of six.
  static let lineLimit = 1280 + ChainLink.tailCount + 6 * (5 * 255 + 256) + RecordLayout.extraLimit
  /// What every line begins with, before its sequence number.
  static let prefix: StaticString = #"{"v":1,"seq":"#

  private var time = TimeText()

  /// Appends the line of `record`, ended by a line feed. `false`, and nothing appended, for an event
  /// that this build does not know.
  mutating func append(
    _ record: borrowing RecordView, sequence: UInt64, codes: borrowing CodeTable,
    to line: inout LineBuffer
  ) -> Bool {
    guard let event = AuditEvent(rawValue: record.byte(RecordLayout.event)) else { return false }
    let environmentLength = Int(record.byte(RecordLayout.environmentLength))
    let listenerLength = Int(record.byte(RecordLayout.listenerLength))
    let methodLength = Int(record.byte(RecordLayout.methodLength))
    let hostLength = Int(record.byte(RecordLayout.hostLength))
    let listLength = Int(record.byte(RecordLayout.listLength))
    let rawLength = Int(record.quarter(RecordLayout.rawLength))
    let flags = record.byte(RecordLayout.flags)
    var place = RecordLayout.texts

    head(event, sequence, record.word(RecordLayout.time), to: &line)
    let id = (record.word(RecordLayout.idHigh), record.word(RecordLayout.idLow))
    if id.0 | id.1 != 0 {
      line.append(#","id":""#)
      line.append(hexadecimal: id.0)
      line.append(hexadecimal: id.1)
      line.append(0x22)
    }
    LineFormat.text(#","environment":"#, record.text(place, environmentLength), to: &line)
    access(flags, to: &line)
    place += environmentLength
    if let client = client(record) { peer(client, #","client":"#, "", to: &line) }
    if flags & RecordLayout.hasVia != 0 {
      let texts = environmentLength + listenerLength + methodLength + hostLength + listLength
      let extra = Int(record.half(RecordLayout.extraLength))
      let via = record.peer(RecordLayout.texts + texts + rawLength + extra)
      if let via { peer(via, #","via":"#, "via_", to: &line) }
    }
    LineFormat.text(#","listener":"#, record.text(place, listenerLength), to: &line)
    place += listenerLength
    LineFormat.text(#","method":"#, record.text(place, methodLength), to: &line)
    place += methodLength
    LineFormat.text(#","host":"#, record.text(place, hostLength), to: &line)
    place += hostLength
    LineFormat.number(#","port":"#, UInt64(record.quarter(RecordLayout.port)), to: &line)
    verdict(record, codes, to: &line)
    if listLength > 0 {
      rule(record.text(place, listLength), record.half(RecordLayout.ruleLine), to: &line)
    }
    place += listLength
    LineFormat.number(#","generation":"#, record.word(RecordLayout.generation), to: &line)
    if let address = record.address(
      family: RecordLayout.addressFamily, high: RecordLayout.addressHigh,
      low: RecordLayout.addressLow)
    {
      line.append(#","address":""#)
      line.append(address)
      line.append(0x22)
    }
    LineFormat.number(
      #","forbidden_addresses":"#, UInt64(record.byte(RecordLayout.forbiddenAddresses)), to: &line)
    if flags & RecordLayout.hasDNS != 0 {
      line.append(#","dns_us":"#)
      line.append(decimal: UInt64(record.half(RecordLayout.dns)))
    }
    if flags & RecordLayout.hasConnect != 0 {
      line.append(#","connect_us":"#)
      line.append(decimal: UInt64(record.half(RecordLayout.connect)))
    }
    if event == .close { end(record, codes, to: &line) }
    LineFormat.number(#","status":"#, UInt64(record.quarter(RecordLayout.status)), to: &line)
    if rawLength > 0 {
      LineFormat.text(#","target_raw":"#, record.text(place, rawLength), to: &line)
      if flags & RecordLayout.isRawTruncated != 0 { line.append(#","target_truncated":true"#) }
    }
    place += rawLength
    let extraLength = Int(record.half(RecordLayout.extraLength))
    if extraLength > 0 {
      line.append(0x2c)
      line.append(record.text(place, extraLength))
    }
    line.append("}\n")
    return true
  }

  /// Appends the line that says how many records of a worker (or, without its number, of the process
  /// itself) were lost here.
  mutating func append(
    dropped: UInt64, worker: Int, sequence: UInt64, microseconds: UInt64, to line: inout LineBuffer
  ) {
    head(.dropped, sequence, microseconds, to: &line)
    line.append(#","dropped":"#)
    line.append(decimal: dropped)
    if (0..<JournalDirectory.nobody).contains(worker) {
      line.append(#","worker":"#)
      line.append(decimal: UInt64(worker))
    }
    line.append("}\n")
  }

  private mutating func head(
    _ event: AuditEvent, _ sequence: UInt64, _ microseconds: UInt64, to line: inout LineBuffer
  ) {
    line.append(LineFormat.prefix)
    line.append(decimal: sequence)
    line.append(#","time":""#)
    time.append(microseconds: microseconds, to: &line)
    line.append(#"","event":""#)
    line.append(event.name)
    line.append(0x22)
  }

  private func verdict(
    _ record: borrowing RecordView, _ codes: borrowing CodeTable, to line: inout LineBuffer
  ) {
    switch AuditVerdict(rawValue: record.byte(RecordLayout.verdict)) ?? .none {
    case .none: break
    case .allow: line.append(#","verdict":"allow""#)
    case .deny: line.append(#","verdict":"deny""#)
    }
    if let reason = codes.reason(record.byte(RecordLayout.reason)) {
      line.append(#","reason":""#)
      line.append(reason.name)
      line.append(0x22)
    }
    if let reason = codes.reason(record.byte(RecordLayout.wouldDeny)) {
      line.append(#","would_deny":""#)
      line.append(reason.name)
      line.append(0x22)
    }
  }

  private func client(_ record: borrowing RecordView) -> AuditPeer? {
    let high = record.word(RecordLayout.clientHigh)
    let low = record.word(RecordLayout.clientLow)
    if record.byte(RecordLayout.clientFamily) == RecordLayout.processFamily {
      return .process(AuditProcess(high: high, low: low))
    }
    let address = record.address(
      family: RecordLayout.clientFamily, high: RecordLayout.clientHigh,
      low: RecordLayout.clientLow)
    guard let address else { return nil }
    return .address(address, port: record.quarter(RecordLayout.clientPort))
  }

  /// Address and port, or `unix` and who that is.
  private func peer(
    _ peer: AuditPeer, _ member: StaticString, _ prefix: StaticString, to line: inout LineBuffer
  ) {
    line.append(member)
    switch peer {
    case .address(let address, let port):
      line.append(0x22)
      line.append(address, port: port)
      line.append(0x22)
    case .process(let process):
      line.append("\"unix\"")
      number(prefix, "uid", process.user, to: &line)
      number(prefix, "gid", process.group, to: &line)
      if process.number != 0 { number(prefix, "pid", process.number, to: &line) }
    }
  }

  private func number(
    _ prefix: StaticString, _ name: StaticString, _ value: UInt32, to line: inout LineBuffer
  ) {
    line.append(",\"")
    line.append(prefix)
    line.append(name)
    line.append("\":")
    line.append(decimal: UInt64(value))
  }

  private func access(_ flags: UInt8, to line: inout LineBuffer) {
    switch (flags >> RecordLayout.accessShift) & 3 {
    case 1: line.append(#","access":"none""#)
    case 2: line.append(#","access":"limited""#)
    case 3: line.append(#","access":"full""#)
    default: break
    }
  }

  /// `list@version:line`, the line only if there is one.
  private func rule(_ list: Span<UInt8>, _ number: UInt32, to line: inout LineBuffer) {
    LineFormat.text(#","rule":"#, list, to: &line)
    guard number != 0 else { return }
    line.truncate(to: line.count - 1)
    line.append(0x3a)
    line.append(decimal: UInt64(number))
    line.append(0x22)
  }

  private func end(
    _ record: borrowing RecordView, _ codes: borrowing CodeTable, to line: inout LineBuffer
  ) {
    line.append(#","bytes_up":"#)
    line.append(decimal: record.word(RecordLayout.bytesUp))
    line.append(#","bytes_down":"#)
    line.append(decimal: record.word(RecordLayout.bytesDown))
    line.append(#","duration_us":"#)
    line.append(decimal: record.word(RecordLayout.duration))
    if let end = codes.end(record.byte(RecordLayout.end)) {
      line.append(#","end":""#)
      line.append(end.name)
      line.append(0x22)
    }
  }

  private static func text(_ member: StaticString, _ text: Span<UInt8>, to line: inout LineBuffer) {
    guard text.count > 0 else { return }
    line.append(member)
    line.append(json: text)
  }

  private static func number(_ member: StaticString, _ value: UInt64, to line: inout LineBuffer) {
    guard value != 0 else { return }
    line.append(member)
    line.append(decimal: value)
  }
}
