internal import CLinux
internal import Glibc

/// Batches: records of one ring, formatted, written, and consumed, so that a kill at any point leaves
/// enough to go on exactly behind the last whole line.
extension Writer {
  /// A formatted batch that is not, or not wholly, written: the lines in ``Writer/buffer`` from
  /// `sent` on.
  struct Pending {
    let ring: Ring
    var tailBefore: UInt64
    let tailAfter: UInt64
    var firstSequence: UInt64
    var lines: Int
    let announcedAfter: UInt64
    var sent = 0
  }

  /// Writes what all rings hold. `false` when the file does not take it.
  func drain() -> Bool {
    guard flush() else { return false }
    // What an earlier process left comes first, the oldest before all.
    var index = 0
    while index < leftovers.count {
      let ring = leftovers[index]
      guard drain(ring) else { return false }
      // In this order: once nobody appends, what is empty stays empty.
      if isAbandoned(ring), ring.isEmpty {
        _ = disk.unlink(ring.path)
        leftovers.remove(at: index)
      } else {
        index += ring.isEmpty || ring.isLive ? 1 : 0
      }
    }
    guard drain(control) else { return false }
    for ring in rings {
      guard drain(ring) else { return false }
    }
    return true
  }

  /// Whether no process appends to a ring any more.
  private func isAbandoned(_ ring: Ring) -> Bool {
    if ring.isLive { ring.isLive = ring.claim(disk) != 0 }
    return !ring.isLive
  }

  /// Writes what the ring held when it was looked at first; later records wait for the next turn, so
  /// that one busy worker does not hold back the others.
  private func drain(_ ring: Ring) -> Bool {
    let head = ring.load(.head)
    while ring.load(.tail) < head || ring.load(.dropped) != ring.load(.announced) {
      batch(ring, to: head)
      guard flush() else { return false }
    }
    return true
  }

  /// Formats the next batch of a ring.
  private func batch(_ ring: Ring, to head: UInt64) {
    precondition(pending == nil)
    buffer.removeAll()
    let tail = ring.load(.tail)
    let first = state.nextSequence
    bufferSequence = first
    var lost = ring.load(.dropped)
    let announced = ring.load(.announced)
    var position = tail
    var lines = 0
    while position < head && buffer.count < Writer.batchBytes {
      let start = buffer.count
      guard let record = ring.record(at: position, before: head),
        format.append(record, sequence: first + UInt64(lines), codes: ring.codes, to: &buffer)
      else {
        // Every record was checked when it was made or found: the memory itself has changed.
        note(error: "\(ring.path) holds a damaged record; what waited in it is lost")
        lost = max(lost, announced) + 1
        ring.store(lost, in: .dropped)
        position = head
        break
      }
      feed.note(record, ring.codes)
      if feed.isFollowed {
        feed.follow(record, ring.codes, line: buffer.line(from: start))
      }
      position += UInt64(record.count)
      lines += 1
    }
    feed.flush()
    // The count comes behind the records between which the gap is.
    var announcedAfter = announced
    if position == head && lost > announced {
      format.append(
        dropped: lost - announced, worker: ring.worker, sequence: first + UInt64(lines),
        microseconds: cl_realtime_us(), to: &buffer)
      lines += 1
      announcedAfter = lost
    }
    pending = Pending(
      ring: ring, tailBefore: tail, tailAfter: position, firstSequence: first, lines: lines,
      announcedAfter: announcedAfter)
  }

  /// Writes the pending batch. `false` when the file does not take it now.
  func flush() -> Bool {
    while pending != nil {
      guard file.isRegular ? writeLines() : writeStream() else { return false }
    }
    return true
  }

  /// One write to a regular file, which may be short; what it took is consumed up to the last whole
  /// line, and the file cut back to there.
  private func writeLines() -> Bool {
    guard var batch = pending, isWhole() else { return false }
    var status = FileStatus()
    let known = disk.status(file.fd, &status)
    guard known == 0 else { return fail(known, "examine the file") }
    state.store(intent(of: batch, status)) { disk.reached(.intentHalfStored) }
    disk.reached(.intentStored)
    let wanted = buffer.count - batch.sent
    let count = buffer.write(batch.sent..<buffer.count, to: file.fd, disk)
    disk.reached(.written)
    if count == wanted {
      consume(batch, lines: batch.lines)
      pending = nil
      return true
    }
    let (lines, whole) = buffer.wholeLines(from: batch.sent, count: max(count, 0))
    if count != whole || count < 0 {
      file.tornAt = status.size + UInt64(whole)
      _ = isWhole()
    }
    shorten(&batch, lines: lines, sent: batch.sent + whole)
    pending = batch
    if lines > 0 { return true }
    // Less than a line fits: as good as nothing, and to be tried again only later.
    return fail(count > 0 ? -ENOSPC : Int32(clamping: count), "write to it")
  }

  /// Cuts off a torn line; `false` when even that fails.
  private func isWhole() -> Bool {
    guard let offset = file.tornAt else { return true }
    var status = FileStatus()
    if disk.status(file.fd, &status) == 0, status.size <= offset {
      file.tornAt = nil
      return true
    }
    let cut = disk.truncate(file.fd, offset)
    guard cut == 0 else { return fail(cut, "cut off a torn line") }
    file.tornAt = nil
    return true
  }

  /// A pipe, a terminal: no looking back, so the bytes go on where they stopped. Waits at most a
  /// moment, so that a reader that stands still never holds back a stop.
  private func writeStream() -> Bool {
    guard var batch = pending else { return true }
    if batch.sent == 0 {
      state.store(intent(of: batch, FileStatus())) { disk.reached(.intentHalfStored) }
      disk.reached(.intentStored)
    }
    guard cl_poll(file.fd, true, -1, Writer.retryMilliseconds.first) > 0 else {
      return fail(-EAGAIN, "write to it")
    }
    let end = min(buffer.count, batch.sent + Writer.streamBytes)
    let count = buffer.write(batch.sent..<end, to: file.fd, disk)
    guard count > 0 else { return fail(Int32(clamping: count), "write to it") }
    batch.sent += count
    pending = batch
    if batch.sent == buffer.count {
      disk.reached(.written)
      consume(batch, lines: batch.lines)
      pending = nil
    }
    return true
  }

  /// The batch without its first `lines`, which are in the file.
  private func shorten(_ batch: inout Pending, lines: Int, sent: Int) {
    batch.tailBefore = consume(batch, lines: lines)
    batch.firstSequence += UInt64(lines)
    batch.lines -= lines
    batch.sent = sent
  }

  /// Makes what is still to be written begin with a line, for another file to take it.
  func alignPending() {
    guard var batch = pending else { return }
    let done = buffer.wholeLines(from: 0, count: batch.sent)
    let before = Int(clamping: batch.firstSequence) - Int(clamping: bufferSequence)
    shorten(&batch, lines: done.lines - before, sent: done.bytes)
    pending = batch.lines > 0 ? batch : nil
  }

  private func intent(of batch: Pending, _ status: FileStatus) -> WriterState.Intent {
    WriterState.Intent(
      ring: batch.ring.identity, tailBefore: batch.tailBefore, tailAfter: batch.tailAfter,
      firstSequence: batch.firstSequence, lines: UInt64(batch.lines),
      announcedAfter: batch.announcedAfter, device: status.device, inode: status.inode,
      offset: status.size, isStream: !file.isRegular)
  }

  /// The first `lines` of the batch are in the file: moves on behind them. Returns the tail.
  ///
  /// The order of the stores is what recovery counts on: as long as the tail stands where the intent
  /// says, the file decides; once it has moved, all before it is done.
  @discardableResult
  private func consume(_ batch: Pending, lines: Int) -> UInt64 {
    let isAll = lines == batch.lines
    if isAll { batch.ring.store(batch.announcedAfter, in: .announced) }
    disk.reached(.announced)
    state.nextSequence = batch.firstSequence + UInt64(lines)
    disk.reached(.sequenced)
    let tail =
      isAll
      ? batch.tailAfter
      : batch.ring.position(from: batch.tailBefore, after: lines, before: batch.tailAfter)
    batch.ring.store(tail, in: .tail)
    disk.reached(.consumed)
    state.clearIntent()
    disk.reached(.settled)
    count(lines: lines)
    return tail
  }

  private func fail(_ code: Int32, _ doing: String) -> Bool {
    note(error: AuditError(path: file.path, doing: doing, failed: code).description)
    return false
  }
}

extension LineBuffer {
  /// The last line, which begins at `start`, without its end.
  fileprivate borrowing func line(from start: Int) -> [UInt8] {
    let line = bytes.extracting(start..<(count - 1))
    return line.indices.map { line[$0] }
  }

  fileprivate borrowing func write(_ range: Range<Int>, to fd: Int32, _ disk: any Disk) -> Int {
    disk.write(fd, bytes.extracting(range))
  }

  /// The lines that end within `count` bytes from `start`, and how many bytes they are.
  fileprivate borrowing func wholeLines(from start: Int, count: Int) -> (lines: Int, bytes: Int) {
    let bytes = self.bytes
    var lines = 0
    var whole = 0
    for index in 0..<count where bytes[start + index] == 0x0a {
      lines += 1
      whole = index + 1
    }
    return (lines, whole)
  }
}
