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
      let lines = try linesWritten(intent, file, &notices)
      let isAll = lines == intent.lines
      if isAll { ring.store(intent.announcedAfter, in: .announced) }
      state.nextSequence = intent.firstSequence + lines
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
  ) throws(AuditError) -> UInt64 {
    guard !intent.isStream else { return 0 }
    guard let path = find(intent, file) else {
      notices.append(
        "the file that was written to when the process was killed is gone; up to \(intent.lines) records may be in two files, under the same numbers"
      )
      return 0
    }
    let tail = AuditTail(path: path, disk: disk)
    return try tail.count(
      from: intent.offset, firstSequence: intent.firstSequence, limit: intent.lines)
  }

  /// The path of the intent's file now: its own name, or one beside it that logrotate gave it.
  private func find(_ intent: WriterState.Intent, _ file: AuditFile) -> String? {
    if matches(file.path, intent) { return file.path }
    var parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.removeLast()
    let directory = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
    for sibling in disk.list(directory) ?? [] where sibling.hasPrefix(name) {
      let path = parts.isEmpty ? sibling : directory + sibling
      if matches(path, intent) { return path }
    }
    return nil
  }

  private func matches(_ path: String, _ intent: WriterState.Intent) -> Bool {
    let fd = disk.openRead(path)
    guard fd >= 0 else { return false }
    defer { disk.close(fd) }
    var status = FileStatus()
    return disk.status(fd, &status) == 0 && status.isRegular && status.device == intent.device
      && status.inode == intent.inode
  }
}
