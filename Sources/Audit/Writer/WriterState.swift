internal import CLinux

/// What the writer must remember over a kill, in one mapped page: the next sequence number, and the
/// batch that is being written.
///
/// Before each write the batch is stored here (the *intent*), after it the ring's tail is moved and
/// the intent cleared. A process that finds an intent looks into the audit file, how many of its lines
/// are there, and goes on behind them: nothing twice, nothing lost.
@safe final class WriterState: @unchecked Sendable {
  static let magic: UInt64 = 0x4554_4154_5343_4c53  // "SLCSTATE"
  static let version: UInt64 = 1
  static let bytes = 4096

  private enum Word: Int {
    case magic = 0
    case version = 1
    case nextSequence = 2
    case nextBirth = 3
    case isValid = 8
    case ring = 9
    case tailBefore = 10
    case tailAfter = 11
    case firstSequence = 12
    case lines = 13
    case announcedAfter = 14
    case device = 15
    case inode = 16
    case offset = 17
    case isStream = 18
    case check = 19
    // Pages of earlier versions have zeros from here on.
    case linkSequence = 20
    case link = 21
    case linkBefore = 25
  }

  /// One batch: `lines` lines of one ring, from `tailBefore` to `tailAfter`, to be written at `offset`
  /// of the file.
  struct Intent: Equatable {
    var ring: UInt64 = 0
    var tailBefore: UInt64 = 0
    var tailAfter: UInt64 = 0
    var firstSequence: UInt64 = 0
    var lines: UInt64 = 0
    /// What the ring's count of announced drops is after the last line.
    var announcedAfter: UInt64 = 0
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var offset: UInt64 = 0
    /// A pipe or the like: what it took cannot be looked up.
    var isStream = false
    /// The link of the line before the first.
    var linkBefore = ChainLink.origin
  }

  private let base: UnsafeMutablePointer<UInt64>

  private init(base: UnsafeMutablePointer<UInt64>) { unsafe self.base = base }

  deinit { unsafe cl_unmap(base, WriterState.bytes) }

  /// Opens the page, or makes it. A page that makes no sense is set aside and said so in `notices`.
  static func open(
    path: String, disk: any Disk, notices: inout [String]
  ) throws(AuditError) -> WriterState {
    let found = try map(path: path, disk: disk)
    switch (found.load(.magic), found.load(.version)) {
    case (magic, version): return found
    case (0, 0): break
    default:
      let aside = path + ".damaged"
      let renamed = disk.rename(path, aside)
      guard renamed == 0 else {
        throw AuditError(path: path, doing: "set the damaged state aside", failed: renamed)
      }
      notices.append(
        "\(path) is not a writer state that this version reads; it is now \(aside), and numbering goes on from the audit file"
      )
      let fresh = try map(path: path, disk: disk)
      fresh.initialize()
      return fresh
    }
    found.initialize()
    return found
  }

  private static func map(path: String, disk: any Disk) throws(AuditError) -> WriterState {
    let fd = disk.openMapped(path)
    guard fd >= 0 else {
      throw AuditError(path: path, doing: "open the writer's state", failed: fd)
    }
    defer { disk.close(fd) }
    let reserved = disk.reserve(fd, bytes)
    guard reserved == 0 else {
      throw AuditError(path: path, doing: "reserve \(bytes) bytes", failed: reserved)
    }
    guard let base = unsafe cl_map_shared(fd, bytes) else {
      throw AuditError(path: path, problem: "cannot map the writer's state", remedy: "free memory")
    }
    return unsafe WriterState(base: base.bindMemory(to: UInt64.self, capacity: bytes / 8))
  }

  private func initialize() {
    store(1, in: .nextSequence)
    store(WriterState.version, in: .version)
    store(WriterState.magic, in: .magic)
  }

  private func load(_ word: Word) -> UInt64 { unsafe cl_load_acquire(base + word.rawValue) }
  private func store(_ value: UInt64, in word: Word) {
    unsafe cl_store_release(base + word.rawValue, value)
  }

  /// The sequence number of the next line.
  var nextSequence: UInt64 {
    get { load(.nextSequence) }
    set { store(newValue, in: .nextSequence) }
  }

  /// The link of the line before the next one, if the page knows it: after a time without a chain it does
  /// not.
  var link: ChainLink? {
    load(.linkSequence) &+ 1 == nextSequence && load(.linkSequence) > 0 ? loadLink(.link) : nil
  }

  /// Notes the link of line `sequence`. A kill in the middle of it is settled as one between the stores
  /// around it.
  func setLink(_ link: ChainLink, sequence: UInt64) {
    store(link, in: .link)
    store(sequence, in: .linkSequence)
  }

  private func loadLink(_ word: Word) -> ChainLink {
    let first = unsafe base(word)
    var words = ChainLink.Words()
    unsafe (words.first, words.second) = (cl_load_acquire(first), cl_load_acquire(first + 1))
    unsafe (words.third, words.fourth) = (cl_load_acquire(first + 2), cl_load_acquire(first + 3))
    return ChainLink(words: words)
  }

  private func store(_ link: ChainLink, in word: Word) {
    let first = unsafe base(word)
    unsafe cl_store_release(first, link.words.first)
    unsafe cl_store_release(first + 1, link.words.second)
    unsafe cl_store_release(first + 2, link.words.third)
    unsafe cl_store_release(first + 3, link.words.fourth)
  }

  private func base(_ word: Word) -> UnsafeMutablePointer<UInt64> { unsafe base + word.rawValue }

  /// A number that grows with each ring that is made.
  func takeBirth() -> UInt64 {
    let birth = load(.nextBirth)
    store(birth + 1, in: .nextBirth)
    return birth
  }

  /// The batch in flight, if there is one.
  var intent: Intent? {
    guard load(.isValid) == 1, load(.check) == check else { return nil }
    return Intent(
      ring: load(.ring), tailBefore: load(.tailBefore), tailAfter: load(.tailAfter),
      firstSequence: load(.firstSequence), lines: load(.lines),
      announcedAfter: load(.announcedAfter), device: load(.device), inode: load(.inode),
      offset: load(.offset), isStream: load(.isStream) != 0, linkBefore: loadLink(.linkBefore))
  }

  func store(_ intent: Intent, reached: () -> Void) {
    store(intent.ring, in: .ring)
    store(intent.tailBefore, in: .tailBefore)
    store(intent.tailAfter, in: .tailAfter)
    store(intent.firstSequence, in: .firstSequence)
    store(intent.lines, in: .lines)
    reached()
    store(intent.announcedAfter, in: .announcedAfter)
    store(intent.device, in: .device)
    store(intent.inode, in: .inode)
    store(intent.offset, in: .offset)
    store(intent.isStream ? 1 : 0, in: .isStream)
    store(intent.linkBefore, in: .linkBefore)
    store(check, in: .check)
    store(1, in: .isValid)
  }

  func clearIntent() { store(0, in: .isValid) }

  private var check: UInt64 {
    let first = Word.ring.rawValue
    return UInt64(unsafe cl_check(base + first, (Word.check.rawValue - first) * 8, 3))
  }
}
