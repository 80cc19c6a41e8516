internal import CLinux
internal import Domains
internal import Policy

/// The place in a ring that a record is being written to. Every store is within it.
@safe struct RecordTarget {
  private let start: UnsafeMutableRawPointer
  private let count: Int
  private var used = RecordLayout.texts

  /// `count` is a multiple of 8 and at least ``RecordLayout/texts``.
  init(start: UnsafeMutableRawPointer, count: Int) {
    precondition(count >= RecordLayout.texts && count % 8 == 0)
    unsafe self.start = start
    self.count = count
    // The filling behind the last text.
    unsafe start.storeBytes(of: 0, toByteOffset: count - 8, as: UInt64.self)
  }

  @inline(__always) func store<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at offset: Int
  ) {
    precondition(offset >= 0 && offset <= RecordLayout.texts - MemoryLayout<Value>.size)
    unsafe start.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// The fixed part, but for the lengths and flags.
  @inline(__always) func store(_ record: AuditRecord) {
    store(record.timeMicroseconds, at: RecordLayout.time)
    store(record.id.high, at: RecordLayout.idHigh)
    store(record.id.low, at: RecordLayout.idLow)
    if let process = record.process {
      let words = process.words
      store(words.high, at: RecordLayout.clientHigh)
      store(words.low, at: RecordLayout.clientLow)
      store(RecordLayout.processFamily, at: RecordLayout.clientFamily)
    } else {
      store(
        record.client, family: RecordLayout.clientFamily, high: RecordLayout.clientHigh,
        low: RecordLayout.clientLow)
    }
    store(
      record.address, family: RecordLayout.addressFamily, high: RecordLayout.addressHigh,
      low: RecordLayout.addressLow)
    store(record.generation, at: RecordLayout.generation)
    store(record.bytesUp, at: RecordLayout.bytesUp)
    store(record.bytesDown, at: RecordLayout.bytesDown)
    store(record.durationMicroseconds, at: RecordLayout.duration)
    store(record.dnsMicroseconds ?? 0, at: RecordLayout.dns)
    store(record.connectMicroseconds ?? 0, at: RecordLayout.connect)
    store(record.ruleLine, at: RecordLayout.ruleLine)
    store(record.clientPort, at: RecordLayout.clientPort)
    store(record.port, at: RecordLayout.port)
    store(record.status, at: RecordLayout.status)
    store(record.workerID, at: RecordLayout.worker)
    store(record.event.rawValue, at: RecordLayout.event)
    store(record.verdict.rawValue, at: RecordLayout.verdict)
    store(record.reason.map { $0.rawValue + 1 } ?? 0, at: RecordLayout.reason)
    store(record.end.map { $0.rawValue + 1 } ?? 0, at: RecordLayout.end)
    store(record.forbiddenAddresses, at: RecordLayout.forbiddenAddresses)
    store(record.wouldDeny.map { $0.rawValue + 1 } ?? 0, at: RecordLayout.wouldDeny)
  }

  @inline(__always) private func store(
    _ address: IPAddress?, family: Int, high: Int, low: Int
  ) {
    store(address?.high ?? 0, at: high)
    store(address?.low ?? 0, at: low)
    store(address?.family.rawValue ?? 0, at: family)
  }

  @inline(__always) func flags(_ record: AuditRecord) -> UInt8 {
    let access: UInt8 =
      switch record.access {
      case nil: 0
      case .some(.none): 1
      case .some(.limited): 2
      case .some(.full): 3
      }
    return (record.dnsMicroseconds == nil ? 0 : RecordLayout.hasDNS)
      | (record.connectMicroseconds == nil ? 0 : RecordLayout.hasConnect)
      | (record.via == nil ? 0 : RecordLayout.hasVia) | (access << RecordLayout.accessShift)
  }

  /// Copies the first `length` bytes of `text` behind what is there.
  @inline(__always) mutating func append(_ text: Span<UInt8>, _ length: Int) {
    precondition(length >= 0 && length <= text.count && length <= count - used)
    let target = unsafe start + used
    unsafe text.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe target.copyMemory(from: first, byteCount: length)
    }
    used += length
  }

  /// Puts the peer that spoke for the client behind what is there.
  mutating func append(_ via: AuditPeer) {
    precondition(RecordLayout.viaLength <= count - used)
    let words: (high: UInt64, low: UInt64)
    let last: UInt64
    switch via {
    case .address(let address, let port):
      words = (address.high, address.low)
      last = UInt64(port) | UInt64(address.family.rawValue) << 16
    case .process(let process):
      words = process.words
      last = UInt64(RecordLayout.processFamily) << 16
    }
    unsafe start.storeBytes(of: words.high, toByteOffset: used, as: UInt64.self)
    unsafe start.storeBytes(of: words.low, toByteOffset: used + 8, as: UInt64.self)
    unsafe start.storeBytes(of: last, toByteOffset: used + 16, as: UInt64.self)
    used += RecordLayout.viaLength
  }

  /// The member `"detail":"…"` behind what is there, for a line of JSON; with a `comma`, for another one
  /// behind it.
  @inline(never) mutating func append(detail: StaticString, comma: Bool) {
    let length = RecordTarget.length(ofDetail: detail)
    guard length > 0 else { return }
    precondition(length <= count - used)
    let name: StaticString = #""detail":""#
    let target = unsafe start + used
    unsafe target.copyMemory(from: name.utf8Start, byteCount: name.utf8CodeUnitCount)
    for index in 0..<detail.utf8CodeUnitCount {
      let byte = unsafe detail.utf8Start[index]
      // Our own words, which need no escapes: tests hold them to that.
      let isPlain = byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c
      unsafe target.storeBytes(
        of: isPlain ? byte : 0x27, toByteOffset: name.utf8CodeUnitCount + index, as: UInt8.self)
    }
    unsafe target.storeBytes(of: 0x22, toByteOffset: length - 1, as: UInt8.self)
    used += length
    guard comma else { return }
    precondition(used < count)
    unsafe start.storeBytes(of: 0x2c, toByteOffset: used, as: UInt8.self)
    used += 1
  }

  /// Bytes of the members that are text: a detail, and others that have `extra` bytes.
  @inline(__always) static func length(ofDetail detail: StaticString, extra: Int) -> Int {
    let length = length(ofDetail: detail)
    return length + extra + (length > 0 && extra > 0 ? 1 : 0)
  }

  /// Bytes that ``append(detail:comma:)`` takes without the comma.
  @inline(__always) static func length(ofDetail detail: StaticString) -> Int {
    detail.utf8CodeUnitCount == 0 ? 0 : detail.utf8CodeUnitCount + 11
  }

  /// Length and check value: the record is complete.
  @inline(__always) func seal(seed: UInt64) {
    store(UInt32(count), at: RecordLayout.length)
    store(unsafe cl_check(start + 8, count - 8, seed), at: RecordLayout.check)
  }
}
