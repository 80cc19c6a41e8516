internal import CLinux
internal import Domains
internal import Synchronization

/// The thread that turns records into lines: it alone moves the rings' tails and writes to the file.
///
/// Lines of one ring are in the order in which its worker appended them; rings take turns. While
/// nothing comes it sleeps without a timeout; while the file takes nothing it tries again, at first
/// after 20 ms, at last each second.
final class Writer: @unchecked Sendable {
  /// A write is at most about this long.
  static let batchBytes = 256 << 10
  /// After a wake-up, time for a batch to gather.
  static let gatherMilliseconds: Int32 = 5
  static let retryMilliseconds: (first: Int32, last: Int32) = (20, 1000)
  static let stopMilliseconds: UInt64 = 5000
  /// While a process that handed the log over still appends to rings of its own: it wakes nobody here.
  static let successionMilliseconds: Int32 = 50
  /// A pipe that is ready takes this much without blocking (pipe(7), PIPE_BUF).
  static let streamBytes = 4096

  let state: WriterState
  let control: Ring
  let rings: [Ring]
  let directory: JournalDirectory
  let board: Board
  let disk: any Disk
  let feed: AuditFeed
  /// Makes the links, if records are to be chained.
  let chain: ChainHash?
  /// Where lines go once the file has them.
  let outputs: [OutputQueue]
  // Only the thread touches what follows.
  var file: AuditFile
  var leftovers: [Ring]
  var buffer = LineBuffer(capacity: Writer.batchBytes + LineFormat.lineLimit)
  var format = LineFormat()
  var pending: Pending?
  /// The sequence number of the buffer's first line.
  var bufferSequence: UInt64 = 0
  private let shared = Mutex(AuditStatistics())

  init(
    file: AuditFile, state: WriterState, control: Ring, rings: [Ring], leftovers: [Ring],
    directory: JournalDirectory, board: Board, disk: any Disk, feed: AuditFeed, isChained: Bool,
    outputs: [OutputQueue]
  ) {
    self.outputs = outputs
    chain = isChained ? ChainHash() : nil
    self.file = file
    self.state = state
    self.control = control
    self.rings = rings
    self.leftovers = leftovers
    self.directory = directory
    self.board = board
    self.disk = disk
    self.feed = feed
  }

  deinit { if file.fd >= 0 { disk.close(file.fd) } }

  /// The thread's whole life.
  func run() {
    var retry = Writer.retryMilliseconds.first
    while true {
      if board.take(.reopenWanted) { reopen() }
      if !drain() {
        if board.isSet(.stopWanted) { break }
        board.set(.failing, true)
        if board.isSet(.releaseWanted) { return }
        pause(retry)
        retry = min(retry * 2, Writer.retryMilliseconds.last)
        continue
      }
      retry = Writer.retryMilliseconds.first
      board.set(.failing, false)
      if board.isSet(.stopWanted) { break }
      // Nothing is half written: another process may go on from here.
      if board.isSet(.releaseWanted) { return }
      if sleep() { gather() }
    }
    finish()
  }

  /// Gives up file and directory, with their locks. The thread has ended.
  func release() {
    disk.close(file.fd)
    file.fd = -1
    directory.release()
  }

  /// Waits for work without a timeout; `false` if there was some already.
  private func sleep() -> Bool {
    _ = unsafe cl_exchange(board.word(.sleeping), 1)
    // See Journal.flushHint: the flag first, then the heads.
    cl_fence()
    if !isIdle || isInterrupted {
      _ = board.take(.sleeping)
      return !board.isSet(.stopWanted)
    }
    _ = cl_poll(board.wakeFD, false, -1, leftovers.isEmpty ? -1 : Writer.successionMilliseconds)
    _ = board.take(.sleeping)
    cl_eventfd_clear(board.wakeFD)
    return true
  }

  /// Under load a few milliseconds make one write of many; a full ring, reopen and stop end them.
  private func gather() {
    if isInterrupted { return }
    pause(Writer.gatherMilliseconds)
  }

  private func pause(_ milliseconds: Int32) {
    if cl_poll(board.wakeFD, false, -1, milliseconds) > 0 { cl_eventfd_clear(board.wakeFD) }
  }

  private var isIdle: Bool {
    pending == nil && leftovers.allSatisfy { $0.isLive && $0.isEmpty } && control.isEmpty
      && rings.allSatisfy { $0.isEmpty }
  }

  private var isInterrupted: Bool {
    board.isSet(.stopWanted) || board.isSet(.reopenWanted) || board.isSet(.releaseWanted)
  }

  /// The last lines: what is left, then `stop`. Bounded in time: what does not go stays.
  private func finish() {
    let deadline = cl_monotonic_ns() + Writer.stopMilliseconds * 1_000_000
    while !(drain() && isIdle) {
      if cl_monotonic_ns() > deadline { return }
      pause(Writer.retryMilliseconds.first)
    }
    var journal = Journal(ring: control, board: board, onFull: .drop)
    let record = AuditRecord(
      event: .stop, id: RequestID(high: 0, low: 0), timeMicroseconds: cl_realtime_us())
    let nothing: [UInt8] = []
    if journal.append(record, extra: nothing.span) { _ = drain() }
  }

  /// After logrotate: the name stands for a new file. Lines are whole on both sides.
  private func reopen() {
    guard file.path != "-" else { return }
    if let offset = file.tornAt, disk.truncate(file.fd, offset) == 0 { file.tornAt = nil }
    do {
      let fresh = try openAgain()
      guard let fresh else { return }
      alignPending()
      disk.close(file.fd)
      file = fresh
    } catch {
      note(error: error.description)
    }
  }

  /// `nil` when the name still stands for the file that is open.
  private func openAgain() throws(AuditError) -> AuditFile? {
    do {
      return try AuditFile.open(file.path, disk)
    } catch {
      // Our own lock on the same file stands in the way: nothing was moved.
      if error.problem.hasPrefix("another process") && isStillNamed() { return nil }
      throw error
    }
  }

  private func isStillNamed() -> Bool {
    let fd = disk.openRead(file.path)
    guard fd >= 0 else { return false }
    defer { disk.close(fd) }
    var named = FileStatus()
    var ours = FileStatus()
    guard disk.status(fd, &named) == 0, disk.status(file.fd, &ours) == 0 else { return false }
    return named.device == ours.device && named.inode == ours.inode
  }

  func note(error text: String) { shared.withLock { $0.lastErrorText = text } }
  func count(lines: Int, link: ChainLink?, sequence: UInt64) {
    shared.withLock { statistics in
      statistics.written += UInt64(lines)
      if let link {
        statistics.chainHead = AuditStatistics.ChainHead(sequence: sequence, link: link)
      }
    }
  }

  func statistics(rings: [Ring]) -> AuditStatistics {
    var result = shared.withLock { $0 }
    for ring in rings {
      result.dropped += ring.load(.dropped)
      result.refused += ring.load(.refused)
      let tail = ring.load(.tail)
      result.waitingBytes += ring.load(.head) - tail
    }
    result.isFailing = board.isSet(.failing)
    return result
  }
}
