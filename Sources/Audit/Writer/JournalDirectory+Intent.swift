internal import Glibc

/// What to do about a batch that a killed process was writing.
extension JournalDirectory {
  /// Looks how much of the batch is in the file that it was written to, and moves on behind that.
  func settle(
    _ state: WriterState, rings: [Ring], file: AuditFile, _ notices: inout [String]
  ) throws(AuditError) {
    guard let intent = state.intent else { return }
    guard let ring = rings.first(where: { $0.identity == intent.ring }) else {
      // Set aside as damaged, or removed by hand: there is nothing to go on with.
      state.clearIntent()
      return
    }
    // Once the tail has moved, all stores before it are done (see Writer.consume).
    let isMoved = ring.load(.tail) != intent.tailBefore
    if !isMoved {
      let (lines, link) = try linesWritten(intent, file, &notices)
      let isAll = lines == intent.lines
      if isAll { ring.store(intent.announcedAfter, in: .announced) }
      state.nextSequence = intent.firstSequence + lines
      if lines == 0 {
        state.setLink(intent.linkBefore, sequence: intent.firstSequence - 1)
      } else if let link {
        state.setLink(link, sequence: state.nextSequence - 1)
      }
      let tail =
        isAll
        ? intent.tailAfter
        : ring.position(from: intent.tailBefore, after: Int(lines), before: intent.tailAfter)
      ring.store(tail, in: .tail)
    }
    state.clearIntent()
  }

  /// The whole lines of the batch that are in the file; a torn one behind them is cut off.
  private func linesWritten(
    _ intent: WriterState.Intent, _ file: AuditFile, _ notices: inout [String]
  ) throws(AuditError) -> (lines: UInt64, link: ChainLink?) {
    guard !intent.isStream else { return (0, nil) }
    guard let path = try find(intent, file) else {
      notices.append(
        "the file that was written to when the process was killed is gone; up to \(intent.lines) records may be in two files, under the same numbers"
      )
      return (0, nil)
    }
    let tail = AuditTail(path: path, disk: disk)
    return try tail.count(
      from: intent.offset, firstSequence: intent.firstSequence, limit: intent.lines)
  }

  /// The path of the intent's file now: its own name, or one beside it that logrotate gave it.
  private func find(_ intent: WriterState.Intent, _ file: AuditFile) throws(AuditError)
    -> String?
  {
    if try matches(file.path, intent) { return file.path }
    var parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.removeLast()
    let directory = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
    guard let siblings = disk.list(directory) else {
      throw AuditError(
        path: directory, problem: "cannot be listed", remedy: "let this user read the directory")
    }
    for sibling in siblings where sibling.hasPrefix(name) {
      let path = parts.isEmpty ? sibling : directory + sibling
      if try matches(path, intent) { return path }
    }
    return nil
  }

  private func matches(_ path: String, _ intent: WriterState.Intent) throws(AuditError)
    -> Bool
  {
    let fd = disk.openRead(path)
    if fd == -ENOENT { return false }
    guard fd >= 0 else { throw AuditError(path: path, doing: "read it", failed: fd) }
    defer { disk.close(fd) }
    var status = FileStatus()
    let known = disk.status(fd, &status)
    guard known == 0 else { throw AuditError(path: path, doing: "examine it", failed: known) }
    return status.isRegular && status.device == intent.device && status.inode == intent.inode
  }
}
