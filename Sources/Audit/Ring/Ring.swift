internal import CLinux

/// One worker's ring: a file, mapped shared, in which records wait for the writer. The worker alone
/// moves the head, the writer alone the tail; both only grow, and a position modulo the capacity is a
/// place in the data. The data is mapped twice in a row, so that every record is one piece.
///
/// A record counts from the moment that the head is past it: a kill before that leaves nothing, a
/// kill after it leaves all of it, in pages that are the kernel's.
@safe final class Ring: @unchecked Sendable {
  static let version: UInt64 = 1
  static let magic: UInt64 = 0x474e_4952_4543_4c53  // "SLCERING"
  static let headerBytes = 4096
  static let capacities = 4096...(1 << 30)

  // Words of the header, by index.
  enum Word: Int {
    case magic = 0
    case version = 1
    case capacity = 2
    case identity = 3
    case birth = 4
    case check = 5
    // Each on its own cache line.
    case head = 16
    case tail = 24
    case dropped = 32
    case refused = 40
    case announced = 48
  }
  static let namesOffset = 1024

  let base: UnsafeMutableRawPointer
  let capacity: Int
  /// Random; the writer's intent names the ring by it.
  let identity: UInt64
  /// Older rings have smaller numbers.
  let birth: UInt64
  let worker: Int
  let path: String
  /// What reason and end codes in this ring mean.
  let codes: CodeTable
  /// A process that handed the log over still appends here; see ``claim(_:)``.
  var isLive = false
  private var claimFD: Int32 = -1

  private init(
    base: UnsafeMutableRawPointer, capacity: Int, identity: UInt64, birth: UInt64, worker: Int,
    path: String, codes: CodeTable
  ) {
    unsafe self.base = base
    self.capacity = capacity
    self.identity = identity
    self.birth = birth
    self.worker = worker
    self.path = path
    self.codes = codes
  }

  deinit {
    giveUp()
    unsafe cl_unmap(base, Ring.headerBytes + 2 * capacity)
  }

  /// Nobody appends here any more.
  func giveUp() {
    if claimFD >= 0 { _ = cl_close(claimFD) }
    claimFD = -1
  }

  /// Takes the lock on the ring's file, which the process that appends holds for its life: 0, or
  /// -EWOULDBLOCK while another process appends, or another error.
  func claim(_ disk: any Disk) -> Int32 {
    guard claimFD < 0 else { return 0 }
    let fd = disk.openMapped(path)
    guard fd >= 0 else { return fd }
    let locked = disk.lock(fd)
    if locked == 0 { claimFD = fd } else { disk.close(fd) }
    return locked
  }

  @inline(__always) func word(_ word: Word) -> UnsafeMutablePointer<UInt64> {
    unsafe base.assumingMemoryBound(to: UInt64.self) + word.rawValue
  }
  @inline(__always) func load(_ name: Word) -> UInt64 { unsafe cl_load_acquire(word(name)) }
  @inline(__always) func store(_ value: UInt64, in name: Word) {
    unsafe cl_store_release(word(name), value)
  }

  /// Nothing waits to be written.
  var isEmpty: Bool {
    load(.head) == load(.tail) && load(.dropped) == load(.announced)
  }

  /// A new ring in a new file. The blocks are reserved: a store never meets a full disk.
  static func create(
    path: String, capacity: Int, birth: UInt64, worker: Int, disk: any Disk
  ) throws(AuditError) -> Ring {
    precondition(capacities.contains(capacity) && capacity & (capacity - 1) == 0)
    // Made under another name, so that no half-made ring is ever found under its own.
    let draft = path + ".new"
    _ = disk.unlink(draft)
    let fd = disk.openMapped(draft)
    guard fd >= 0 else { throw AuditError(path: draft, doing: "make the journal", failed: fd) }
    defer { disk.close(fd) }
    let reserved = disk.reserve(fd, headerBytes + capacity)
    guard reserved == 0 else {
      _ = disk.unlink(draft)
      throw AuditError(
        path: path, doing: "reserve \(headerBytes + capacity) bytes for the journal",
        failed: reserved)
    }
    guard let base = unsafe cl_map_ring(fd, headerBytes, capacity) else {
      throw AuditError(path: path, problem: "cannot map the journal", remedy: "free memory")
    }
    var random = SystemRandomNumberGenerator()
    let ring = unsafe Ring(
      base: base, capacity: capacity, identity: random.next() | 1, birth: birth, worker: worker,
      path: path, codes: .current)
    ring.store(magic, in: .magic)
    ring.store(version, in: .version)
    ring.store(UInt64(capacity), in: .capacity)
    ring.store(ring.identity, in: .identity)
    ring.store(birth, in: .birth)
    for (index, byte) in CodeTable.currentText.enumerated() {
      unsafe base.storeBytes(of: byte, toByteOffset: namesOffset + index, as: UInt8.self)
    }
    ring.store(ring.headerCheck, in: .check)
    let renamed = disk.rename(draft, path)
    guard renamed == 0 else {
      throw AuditError(path: path, doing: "make the journal", failed: renamed)
    }
    return ring
  }

  /// The check value of all that never changes in the header.
  private var headerCheck: UInt64 {
    let fixed = unsafe cl_check(base, 5 * 8, 1)
    let names = unsafe cl_check(base + Ring.namesOffset, Ring.headerBytes - Ring.namesOffset, 2)
    return UInt64(fixed) << 32 | UInt64(names)
  }

  /// What stands in a file that should be a ring.
  enum Found {
    case ring(Ring)
    /// Not usable; the words say why.
    case refused(String)
  }

  /// Opens a ring that an earlier process left, and looks at every byte that it will be asked for.
  /// Throws when the system fails: that says nothing against the ring, which stays where it is.
  static func open(path: String, worker: Int, disk: any Disk) throws(AuditError) -> Found {
    let fd = disk.openMapped(path)
    guard fd >= 0 else { throw AuditError(path: path, doing: "open the journal", failed: fd) }
    defer { disk.close(fd) }
    var status = FileStatus()
    let known = disk.status(fd, &status)
    guard known == 0 else { throw AuditError(path: path, doing: "examine it", failed: known) }
    let size = Int(clamping: status.size)
    guard status.isRegular, capacities.contains(size - headerBytes) else {
      return .refused("is \(size) bytes long, which no journal is")
    }
    let capacity = size - headerBytes
    guard capacity & (capacity - 1) == 0 else {
      return .refused("is \(size) bytes long, which no journal is")
    }
    // A sparse copy must not meet a full disk in the middle of a store.
    let reserved = disk.reserve(fd, size)
    guard reserved == 0 else {
      throw AuditError(path: path, doing: "reserve \(size) bytes", failed: reserved)
    }
    guard let base = unsafe cl_map_ring(fd, headerBytes, capacity) else {
      throw AuditError(path: path, problem: "cannot map the journal", remedy: "free memory")
    }
    let words = unsafe base.assumingMemoryBound(to: UInt64.self)
    let names = unsafe UnsafeRawBufferPointer(start: base + namesOffset, count: 4096 - namesOffset)
    let codes = unsafe CodeTable(text: Span(_unsafeElements: names.bindMemory(to: UInt8.self)))
    let ring = unsafe Ring(
      base: base, capacity: capacity, identity: words[Word.identity.rawValue],
      birth: words[Word.birth.rawValue], worker: worker, path: path, codes: codes ?? .current)
    guard ring.load(.magic) == magic else { return .refused("is not a journal") }
    guard ring.load(.version) == version else {
      return .refused(
        "has format \(ring.load(.version)), and this version of Sluice reads \(version)")
    }
    guard ring.load(.capacity) == UInt64(capacity), ring.load(.check) == ring.headerCheck else {
      return .refused("has a damaged header")
    }
    guard codes != nil else { return .refused("has codes that this version of Sluice lacks") }
    return ring.hasWholeRecords ? .ring(ring) : .refused("has a damaged record")
  }

  /// All records between tail and head are as their worker left them.
  private var hasWholeRecords: Bool {
    let head = load(.head)
    var position = load(.tail)
    guard position <= head, head - position <= UInt64(capacity), position % 8 == 0, head % 8 == 0
    else { return false }
    while position < head {
      guard let record = record(at: position, before: head) else { return false }
      position += UInt64(record.count)
    }
    return true
  }

  /// Where the record behind the first `lines` from `start` begins; `end` if there are not as many.
  func position(from start: UInt64, after lines: Int, before end: UInt64) -> UInt64 {
    var position = start
    for _ in 0..<lines {
      guard position < end, let record = record(at: position, before: end) else { return end }
      position += UInt64(record.count)
    }
    return position
  }

  /// The record at `position`, if what stands there is one, whole and ending at or before `head`.
  func record(at position: UInt64, before head: UInt64) -> RecordView? {
    let room = head - position
    guard room >= UInt64(RecordLayout.texts), room <= UInt64(capacity) else { return nil }
    let start =
      unsafe UnsafeRawPointer(base)
      + (Ring.headerBytes + Int(position & UInt64(capacity - 1)))
    let length = unsafe start.load(fromByteOffset: RecordLayout.length, as: UInt32.self)
    guard length >= RecordLayout.texts, length % 8 == 0, UInt64(length) <= room,
      length <= RecordLayout.recordLimit
    else { return nil }
    let check = unsafe start.load(fromByteOffset: RecordLayout.check, as: UInt32.self)
    let sum = unsafe cl_check(start + 8, Int(length) - 8, position ^ identity)
    guard sum == check else { return nil }
    return unsafe RecordView(start: start, count: Int(length))
  }
}
