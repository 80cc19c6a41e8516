internal import CLinux
internal import Synchronization

/// The audit log of a process: its file, its workers' journals, and the thread that turns what they
/// append into lines.
///
/// What was appended survives the death of the process: it is in the ring's file, and the next process
/// on the same audit file writes it, once, before its own. Not promised: anything over a power loss.
package final class AuditLog: Sendable {
  /// Where the lines go; "-" for standard output.
  package let path: String
  /// What recovery found worth telling an operator, for the operational log.
  package let notices: [String]

  let board: Board
  let writer: Mutex<Writer>
  let controlRing: Ring
  let rings: [Ring]
  package let stateDirectory: String?
  let disk: any Disk
  private let onFull: OnFull
  let control: Mutex<Control>
  private let taken: Mutex<Set<Int>>

  /// The log's own journal, for `start` and `stop`, and the thread.
  struct Control: ~Copyable {
    var journal: Journal
    var thread: UInt64?
    var isStopped = false
    /// Another process writes the file; the journals wait for it to take their records.
    var isReleased = false
  }

  /// The ring of the process's own records.
  static let controlBytes = 256 << 10

  /// Opens the audit file (made if absent, mode 0640), takes its lock, and finds what an earlier
  /// process left. Nothing is written before ``start()``.
  ///
  /// - Parameters:
  ///   - path: The audit file, or "-" for standard output.
  ///   - workers: How many journals there are, 1 to 1024.
  ///   - ringBytes: What each worker's ring holds, rounded up to a power of two; 4 KiB to 1 GiB.
  ///   - stateDirectory: Where the journal's directory is made; beside the audit file if `nil`. Needed
  ///     for "-".
  package convenience init(
    path: String, workers: Int, onFull: OnFull, ringBytes: Int = 1 << 20,
    stateDirectory: String? = nil
  ) throws(AuditError) {
    try self.init(
      path: path, workers: workers, onFull: onFull, ringBytes: ringBytes,
      stateDirectory: stateDirectory, disk: LinuxDisk())
  }

  /// The same on a given file system.
  package init(
    path: String, workers: Int, onFull: OnFull, ringBytes: Int, stateDirectory: String?,
    disk: any Disk
  ) throws(AuditError) {
    precondition((1...1024).contains(workers) && Ring.capacities.contains(ringBytes))
    let capacity = 1 << (Int.bitWidth - (ringBytes - 1).leadingZeroBitCount)
    guard let board = Board() else {
      throw AuditError(path: path, problem: "cannot make an eventfd", remedy: "raise ulimit -n")
    }
    let directory = try JournalDirectory(path: path, stateDirectory: stateDirectory, disk: disk)
    let found = try directory.recover(path: path, workers: workers, capacity: capacity)
    self.path = path
    self.board = board
    self.onFull = onFull
    rings = found.rings
    notices = found.notices
    controlRing = found.control
    self.stateDirectory = stateDirectory
    self.disk = disk
    writer = Mutex(
      Writer(
        file: found.file, state: found.state, control: found.control, rings: found.rings,
        leftovers: found.leftovers, directory: directory, board: board, disk: disk))
    control = Mutex(
      Control(journal: Journal(ring: found.control, board: board, onFull: .drop)))
    taken = Mutex([])
  }

  deinit { stop() }

  /// The journal of worker `worker`, which alone may use it. Traps when it is asked for twice.
  package func journal(worker: Int) -> Journal {
    precondition(rings.indices.contains(worker))
    taken.withLock { precondition($0.insert(worker).inserted) }
    return Journal(ring: rings[worker], board: board, onFull: onFull)
  }

  /// Starts the writer's thread. What an earlier process left is written first.
  package func start() {
    control.withLock { control in
      guard control.thread == nil, !control.isStopped else { return }
      control.thread = startThread()
    }
  }

  func startThread() -> UInt64 {
    let context = unsafe Unmanaged.passUnretained(writer.withLock { $0 }).toOpaque()
    var thread: UInt64 = 0
    let result = unsafe cl_thread_start(runWriter, context, &thread)
    precondition(result == 0, "no thread for the audit log: \(describe(errno: result))")
    return thread
  }

  /// Records what the process itself did, with members that the caller has formatted: JSON text without
  /// the braces, for example `"version":"0.1.0","lists":["default@2026.11.22-1"]`, at most 32 KiB. It is
  /// not checked. `false` when it is longer, does not fit, or comes after ``stop()``.
  @discardableResult
  package func note(_ record: AuditRecord, members: String) -> Bool {
    control.withLock { control in
      // From then on the writer itself appends, and nobody else may.
      guard !control.isStopped else { return false }
      var utf8 = members
      let isKept = utf8.withUTF8 { bytes in
        unsafe control.journal.append(record, extra: Span(_unsafeElements: bytes))
      }
      control.journal.flushHint()
      return isKept
    }
  }

  /// Opens the audit file by its name again, after logrotate has moved it. If that fails, the old file
  /// stays in use and ``statistics`` says why.
  package func reopen() {
    board.set(.reopenWanted, true)
    board.wake()
  }

  /// Writes all that was appended, records `stop`, and ends the thread. Workers append no more. What
  /// cannot be written within five seconds stays in the journal for the next process.
  package func stop() {
    let thread: UInt64? = control.withLock { control in
      guard !control.isStopped else { return nil }
      control.isStopped = true
      return control.thread
    }
    guard let thread else { return noteStop() }
    board.set(.stopWanted, true)
    board.wake()
    cl_thread_join(thread)
    for ring in [controlRing] + rings { ring.giveUp() }
  }

  /// Counters for metrics; any thread, at any time.
  package var statistics: AuditStatistics { writer.withLock { $0 }.statistics(rings: rings) }
}

/// What the audit log has done since the start of the process.
package struct AuditStatistics: Sendable {
  /// Lines written.
  package var written: UInt64 = 0
  /// Records lost because the ring was full, over the life of the journal's files.
  package var dropped: UInt64 = 0
  /// Decisions that were refused because their record could not be kept.
  package var refused: UInt64 = 0
  /// Bytes of records that wait in the rings.
  package var waitingBytes: UInt64 = 0
  /// The file takes nothing at the moment.
  package var isFailing = false
  /// The last error's words; `nil` if there was none.
  package var lastErrorText: String?
}

private func runWriter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe cl_name_thread("sluice-audit")
  unsafe Unmanaged<Writer>.fromOpaque(context).takeUnretainedValue().run()
  return nil
}
