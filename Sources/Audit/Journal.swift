internal import CLinux
internal import Domains
internal import Policy

/// A worker's own end of the audit log: it appends records, and nothing else does. No lock, no
/// allocation, no system call but at most one in ``flushHint()``, once a loop turn.
@safe package struct Journal: ~Copyable {
  // Raw places, copied out of the classes that own them, so that nothing is retained on the way.
  private let data: UnsafeMutableRawPointer
  private let headWord: UnsafeMutablePointer<UInt64>
  private let tailWord: UnsafeMutablePointer<UInt64>
  private let failingWord: UnsafeMutablePointer<UInt64>
  private let sleepingWord: UnsafeMutablePointer<UInt64>
  private let mask: UInt64
  private let seed: UInt64
  private let blocks: Bool
  private let wakeFD: Int32
  /// Bytes that may be in use before a decision is refused (under ``OnFull/block``): the last
  /// quarter is for the ends of requests that are already let through.
  private let decisionLimit: UInt64

  private var head: UInt64
  private var seenTail: UInt64
  private var hasNews = false

  // The owners of the memory above.
  private let ring: Ring
  private let board: Board

  init(ring: Ring, board: Board, onFull: OnFull) {
    unsafe data = ring.base + Ring.headerBytes
    unsafe headWord = ring.word(.head)
    unsafe tailWord = ring.word(.tail)
    unsafe failingWord = board.word(.failing)
    unsafe sleepingWord = board.word(.sleeping)
    mask = UInt64(ring.capacity - 1)
    seed = ring.identity
    blocks = onFull == .block
    wakeFD = board.wakeFD
    decisionLimit = UInt64(onFull == .block ? ring.capacity / 4 * 3 : ring.capacity)
    head = ring.load(.head)
    seenTail = ring.load(.tail)
    self.ring = ring
    self.board = board
  }

  /// Whether a new request may be let in. `false` under ``OnFull/block`` while the file takes
  /// nothing or three quarters of the ring wait: refuse with 503 before doing any work. Cheap.
  package var isAccepting: Bool {
    mutating get {
      guard blocks else { return true }
      if unsafe cl_load_relaxed(failingWord) != 0 { return false }
      return hasRoom(RecordLayout.texts + 512, limit: decisionLimit)
    }
  }

  /// Appends one record. Texts longer than 255 bytes are cut (`raw`: 256, and the record says so);
  /// an empty text is left out of the JSON. `detail` says in words of ours what was wrong.
  ///
  /// `false` means that the record is not kept, only under ``OnFull/block``: for a decision, answer
  /// 503 and do nothing else; any other event is counted as dropped. Under ``OnFull/drop`` the answer
  /// is always `true`, and a record that does not fit is counted.
  package mutating func append(
    _ record: AuditRecord, environment: Span<UInt8>, listener: Span<UInt8>, method: Span<UInt8>,
    host: Span<UInt8>, list: Span<UInt8>, raw: Span<UInt8>, detail: StaticString = ""
  ) -> Bool {
    append(
      record, environment: environment, listener: listener, method: method, host: host, list: list,
      raw: raw, detail: detail, extra: raw.extracting(0..<0))
  }

  /// As above, with members of the JSON object that are made already, without a comma in front and
  /// behind; at most 1 KiB.
  package mutating func append(
    _ record: AuditRecord, environment: Span<UInt8>, listener: Span<UInt8>, method: Span<UInt8>,
    host: Span<UInt8>, list: Span<UInt8>, raw: Span<UInt8>, detail: StaticString,
    extra: Span<UInt8>
  ) -> Bool {
    precondition(extra.count <= 1024)
    let isDecision = record.event == .decision
    if unsafe blocks && isDecision && cl_load_relaxed(failingWord) != 0 { return refuse() }
    let environmentCount = min(environment.count, RecordLayout.textLimit)
    let listenerCount = min(listener.count, RecordLayout.textLimit)
    let methodCount = min(method.count, RecordLayout.textLimit)
    let hostCount = min(host.count, RecordLayout.textLimit)
    let listCount = min(list.count, RecordLayout.textLimit)
    let rawCount = min(raw.count, RecordLayout.rawLimit)
    let textCount = RecordTarget.length(ofDetail: detail, extra: extra.count)
    let used =
      RecordLayout.texts + environmentCount + listenerCount + methodCount + hostCount + listCount
      + rawCount + textCount
      + (record.via == nil ? 0 : RecordLayout.viaLength)
    let total = RecordLayout.rounded(used)
    guard hasRoom(total, limit: isDecision ? decisionLimit : mask + 1) else {
      return isDecision && blocks ? refuse() : drop()
    }

    var target = unsafe RecordTarget(start: data + Int(head & mask), count: total)
    target.store(record)
    target.store(UInt32(truncatingIfNeeded: textCount), at: RecordLayout.extraLength)
    target.store(UInt16(rawCount), at: RecordLayout.rawLength)
    var flags = target.flags(record)
    if raw.count > RecordLayout.rawLimit { flags |= RecordLayout.isRawTruncated }
    target.store(flags, at: RecordLayout.flags)
    target.store(UInt8(environmentCount), at: RecordLayout.environmentLength)
    target.store(UInt8(listenerCount), at: RecordLayout.listenerLength)
    target.store(UInt8(methodCount), at: RecordLayout.methodLength)
    target.store(UInt8(hostCount), at: RecordLayout.hostLength)
    target.store(UInt8(listCount), at: RecordLayout.listLength)
    target.append(environment, environmentCount)
    target.append(listener, listenerCount)
    target.append(method, methodCount)
    target.append(host, hostCount)
    target.append(list, listCount)
    if rawCount > 0 { target.append(raw, rawCount) }
    if textCount > 0 {
      target.append(detail: detail, comma: extra.count > 0)
      target.append(extra, extra.count)
    }
    if let via = record.via { target.append(via) }
    target.seal(seed: head ^ seed)

    head &+= UInt64(total)
    unsafe cl_store_release(headWord, head)
    hasNews = true
    return true
  }

  /// Appends a record with preformatted JSON members; only the control ring does that. `false`: it
  /// is too long or does not fit, and is counted as dropped.
  mutating func append(_ record: AuditRecord, extra: Span<UInt8>) -> Bool {
    let total = RecordLayout.rounded(RecordLayout.texts + extra.count)
    guard extra.count <= RecordLayout.extraLimit, hasRoom(total, limit: mask + 1) else {
      _ = drop()
      return false
    }
    var target = unsafe RecordTarget(start: data + Int(head & mask), count: total)
    target.store(record)
    target.store(UInt32(extra.count), at: RecordLayout.extraLength)
    target.store(UInt16(0), at: RecordLayout.rawLength)
    target.store(UInt64(target.flags(record)), at: RecordLayout.flags)
    target.append(extra, extra.count)
    target.seal(seed: head ^ seed)
    head &+= UInt64(total)
    unsafe cl_store_release(headWord, head)
    hasNews = true
    return true
  }

  /// Wakes the writer if it sleeps and there is something new: call it once at the end of a loop
  /// turn. One system call at most, and none while the writer is at work.
  package mutating func flushHint() {
    guard hasNews else { return }
    hasNews = false
    // The writer sets `sleeping` and then looks at the heads; here the head is set and then
    // `sleeping` looked at. With both fences one of the two sees the other.
    cl_fence()
    let isHalfFull = unsafe head &- cl_load_relaxed(tailWord) > (mask &+ 1) / 2
    if unsafe cl_load_relaxed(sleepingWord) != 0, unsafe cl_exchange(sleepingWord, 0) != 0 {
      _ = cl_eventfd_signal(wakeFD)
    } else if isHalfFull {
      // It gathers for some milliseconds: too long now.
      _ = cl_eventfd_signal(wakeFD)
    }
  }

  @inline(__always)
  private mutating func hasRoom(_ count: Int, limit: UInt64) -> Bool {
    if head &- seenTail &+ UInt64(count) <= limit { return true }
    unsafe seenTail = cl_load_acquire(tailWord)
    return head &- seenTail &+ UInt64(count) <= limit
  }

  private func refuse() -> Bool {
    ring.store(ring.load(.refused) &+ 1, in: .refused)
    return false
  }

  private mutating func drop() -> Bool {
    ring.store(ring.load(.dropped) &+ 1, in: .dropped)
    hasNews = true
    return !blocks
  }
}
