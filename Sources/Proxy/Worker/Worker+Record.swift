internal import Audit
internal import Domains
internal import Policy
internal import Reactor

// Audit records. A decision is on record before anything is done about it.
extension Worker {
  /// Records the connection's decision; no when it cannot be kept, and then nothing may be done.
  /// A request that is tried again on another connection has its record already.
  mutating func recordDecision(_ index: Int, status: UInt16 = 0) -> Bool {
    if connections[index].isDecided { return true }
    var record = newRecord(index, .decision)
    let decision = connections[index].decision
    record.verdict = decision.isAllowed ? .allow : .deny
    record.reason = decision.reason
    record.wouldDeny = decision.wouldDeny
    record.status = status
    record.forbiddenAddresses = connections[index].forbiddenAddresses
    if connections[index].upstreamAddress.port != 0 {
      record.address = connections[index].upstreamAddress.address
    }
    if connections[index].dnsMicroseconds != 0 {
      record.dnsMicroseconds = connections[index].dnsMicroseconds
    }
    shared.count(reason: decision.reason.rawValue)
    connections[index].isDecided = append(index, record)
    return connections[index].isDecided
  }

  /// Records how an allowed request ended.
  mutating func recordClose(_ index: Int, _ end: EndCode) {
    var record = newRecord(index, .close)
    record.end = end
    shared.count(end: end.rawValue)
    if end == .policyChanged { record.reason = connections[index].decision.reason }
    if connections[index].isMetered { _ = meter(index, isLast: true) }
    record.status = connections[index].status
    record.bytesUp = connections[index].up.bytes
    record.bytesDown = connections[index].down.bytes
    record.durationMicroseconds = (now - connections[index].started) / 1000
    if connections[index].upstreamAddress.port != 0 {
      record.address = connections[index].upstreamAddress.address
    }
    if connections[index].connectMicroseconds != 0 {
      record.connectMicroseconds = connections[index].connectMicroseconds
    }
    _ = append(index, record)
    connections[index].isDecided = false
  }

  /// Records a connection that was refused, because there are too many, before it could ask for anything.
  mutating func recordOverload(_ index: Int, _ reason: ReasonCode) {
    var record = AuditRecord(event: .decision, id: ids.next(), timeMicroseconds: wallMicroseconds)
    describeClient(index, &record)
    appendOverload(&record, Placement(code: connections[index].place), reason)
  }

  /// The same of one that was taken in by the reserve. `fd` is still open.
  mutating func recordStray(_ peer: SocketAddress, _ fd: Int32, _ listener: Int) {
    var record = AuditRecord(event: .decision, id: ids.next(), timeMicroseconds: wallMicroseconds)
    let place = describeStray(peer, fd, listener, &record)
    appendOverload(&record, place, .overloaded)
  }

  private mutating func appendOverload(
    _ record: inout AuditRecord, _ place: Placement, _ reason: ReasonCode
  ) {
    let environment = openEnvironment(place)
    record.verdict = .deny
    record.reason = reason
    record.access = access(environment)
    record.status = reason.status
    record.generation = snapshot.generation
    record.workerID = UInt16(truncatingIfNeeded: number)
    shared.count(reason: reason.rawValue)
    let none = Texts.Place(offset: 0, count: 0)
    _ = Proxy.append(
      record, to: &journal, environment: environment, method: none, decision: .undecided,
      snapshot: snapshot, texts: texts, hosts: names, host: none, raws: pools.scratch, raw: none,
      extras: out, extra: none)
  }

  private func newRecord(_ index: Int, _ event: AuditEvent) -> AuditRecord {
    let id = connections[index].requestID
    var record = AuditRecord(
      event: event, id: id, timeMicroseconds: wallMicroseconds)
    describeClient(index, &record)
    record.port = connections[index].port
    record.ruleLine = snapshot.ruleLine(
      of: connections[index].decision, environment: environment(index))
    record.access = access(environment(index))
    record.generation = snapshot.generation
    record.workerID = UInt16(truncatingIfNeeded: number)
    return record
  }

  private mutating func append(_ index: Int, _ record: AuditRecord) -> Bool {
    let count = Int(connections[index].hostLength)
    let raw = recordRaw ?? Texts.Place(offset: 0, count: 0)
    recordRaw = nil
    let detail = recordDetail
    recordDetail = ""
    let method = texts.method(connections[index].method)
    let decision = connections[index].decision
    let extra = composeExtra(index)
    if count <= Self.nameBytes {
      return Proxy.append(
        record, to: &journal, environment: environment(index), method: method, decision: decision,
        snapshot: snapshot, texts: texts, hosts: names,
        host: Texts.Place(offset: index * Self.nameBytes, count: count), raws: pools.scratch,
        raw: raw, detail: detail, extras: out, extra: extra)
    }
    return Proxy.append(
      record, to: &journal, environment: environment(index), method: method, decision: decision,
      snapshot: snapshot, texts: texts, hosts: longNames,
      host: Texts.Place(offset: index * 256, count: count), raws: pools.scratch, raw: raw,
      detail: detail, extras: out, extra: extra)
  }

  /// Members of the record of a request that goes by an upstream proxy, at the end of the output buffer,
  /// where no answer reaches.
  private mutating func composeExtra(_ index: Int) -> Texts.Place {
    guard connections[index].isProxied, environment(index) != PolicySnapshot.noEnvironment,
      snapshot.upstream(of: environment(index)) != 0,
      // What a new configuration refuses may have gone by another proxy than the one that it names.
      connections[index].decision.isAllowed
        || connections[index].decision.reason == .loopDetected
    else { return Texts.Place(offset: 0, count: 0) }
    let start = out.count - 512
    var writer = AnswerWriter(at: start)
    writer.put(snapshot.proxyMember(environment(index)), out)
    if upstreamStatus != 0 {
      writer.put(",\"upstream_status\":", out)
      writer.put(UInt64(upstreamStatus), out)
      upstreamStatus = 0
    }
    return Texts.Place(offset: start, count: writer.count - start)
  }

  private func access(_ environment: Int) -> AccessLevel? {
    environment == PolicySnapshot.noEnvironment ? nil : snapshot.access(of: environment)
  }

  /// Unix time of this turn, in microseconds.
  private var wallMicroseconds: UInt64 { UInt64(Int64(now / 1000) + wallOffset) }
}
