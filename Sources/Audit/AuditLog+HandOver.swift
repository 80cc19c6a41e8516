internal import CLinux
internal import Domains
internal import Synchronization

// Another process goes on with the file while this one still ends what it has under way. From the
// release on this process appends to its rings and nothing more; the rings are files that both have
// mapped, and the other process's writer takes the records out of them as its own thread would. It
// knows by their locks when this process is gone.
extension AuditLog {
  /// Lets another process have the audit file and the journal's directory. The line that was being
  /// written is whole then, and what waits in the rings is the other's to write.
  ///
  /// Throws, and nothing has changed, while the file takes nothing: its successor could not write either.
  package func release() throws(AuditError) {
    let thread: UInt64? = control.withLock { control in
      guard !control.isStopped, !control.isReleased else { return nil }
      defer { control.thread = nil }
      return control.thread
    }
    guard let thread else {
      throw AuditError(path: path, problem: "is not being written", remedy: "start again")
    }
    board.set(.releaseWanted, true)
    board.wake()
    cl_thread_join(thread)
    board.set(.releaseWanted, false)
    guard !board.isSet(.failing) else {
      control.withLock { $0.thread = startThread() }
      throw AuditError(
        path: path, problem: "takes nothing at the moment",
        remedy: "free space for it, then try again")
    }
    writer.withLock { $0.release() }
    control.withLock { $0.isReleased = true }
  }

  /// Writes again, after the other process has gone without taking over.
  package func takeBack() throws(AuditError) {
    let directory = try JournalDirectory(path: path, stateDirectory: stateDirectory, disk: disk)
    let own = Set(([controlRing] + rings).map(\.identity))
    let found = try directory.resume(path: path, own: own)
    writer.withLock { writer in
      writer = Writer(
        file: found.file, state: found.state, control: controlRing, rings: rings,
        leftovers: found.leftovers, directory: directory, board: board, disk: disk, feed: feed)
    }
    control.withLock { control in
      control.isReleased = false
      control.thread = startThread()
    }
  }

  /// Records `stop` for the process that writes now.
  func noteStop() {
    control.withLock { control in
      guard control.isReleased else { return }
      control.isReleased = false
      let record = AuditRecord(
        event: .stop, id: RequestID(high: 0, low: 0), timeMicroseconds: cl_realtime_us())
      let nothing: [UInt8] = []
      _ = control.journal.append(record, extra: nothing.span)
    }
  }
}
