/// The end of an audit file, read back at start: how far its lines are ours, and whole.
struct AuditTail {
  let path: String
  let disk: any Disk

  /// How many lines from `offset` on are whole and numbered `firstSequence`, `firstSequence + 1` …,
  /// at most `limit`, and the link of the last of them. A line without its end behind them is cut off.
  func count(
    from offset: UInt64, firstSequence: UInt64, limit: UInt64
  ) throws(AuditError) -> (lines: UInt64, link: ChainLink?) {
    let bytes = try read(from: offset, limit: Writer.batchBytes + 2 * LineFormat.lineLimit)
    var lines: UInt64 = 0
    var start = 0
    var link: ChainLink?
    while lines < limit, let end = bytes[start...].firstIndex(of: 0x0a) {
      guard AuditTail.sequence(bytes[start...end]) == firstSequence + lines else {
        return (lines, link)
      }
      link = AuditTail.link(bytes[start..<end])
      lines += 1
      start = end + 1
    }
    if start < bytes.count && !bytes[start...].contains(0x0a) {
      try cut(at: offset + UInt64(start))
    }
    return (lines, link)
  }

  /// The sequence number and the link of the last line, 0 for an empty file. A torn line of ours is cut
  /// off. Any other content is somebody else's file, and is not touched.
  func settle(
    _ name: String, _ notices: inout [String]
  ) throws(AuditError) -> (sequence: UInt64, link: ChainLink?) {
    let size = try fileSize()
    guard size > 0 else { return (0, nil) }
    let window = UInt64(2 * LineFormat.lineLimit)
    let offset = size > window ? size - window : 0
    var bytes = try read(from: offset, limit: Int(window))
    if bytes.last != 0x0a {
      let start = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
      guard start > 0 || offset == 0, AuditTail.isOurs(bytes[start...]) else { throw foreign }
      try cut(at: offset + UInt64(start))
      notices.append("\(path) ended in a torn line of \(bytes.count - start) bytes, now cut off")
      bytes.removeLast(bytes.count - start)
    }
    guard !bytes.isEmpty else { return (0, nil) }
    let start = bytes.dropLast().lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    guard let last = AuditTail.sequence(bytes[start...]) else { throw foreign }
    return (last, AuditTail.link(bytes[start...].dropLast()))
  }

  /// The link of a line without its line feed, if it has one.
  private static func link(_ line: ArraySlice<UInt8>) -> ChainLink? {
    let tail = Array(line.suffix(ChainLink.tailCount))
    let name = ChainLink.memberStart.utf8CodeUnitCount
    guard tail.count == ChainLink.tailCount,
      tail.span.extracting(0..<name).equals(ChainLink.memberStart)
    else { return nil }
    return ChainLink(hexadecimal: tail.span.extracting(name..<name + ChainLink.digitCount))
  }

  private var foreign: AuditError {
    AuditError(
      path: path, problem: "does not end in an audit record, so it is not an audit log",
      remedy: "move it away, or give another file with --audit")
  }

  /// The number in `{"v":1,"seq":N,…`.
  static func sequence(_ line: ArraySlice<UInt8>) -> UInt64? {
    let prefix = Array("\(LineFormat.prefix)".utf8)
    guard line.starts(with: prefix) else { return nil }
    let digits = line.dropFirst(prefix.count).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// A torn line begins as ours do, as far as it goes.
  private static func isOurs(_ line: ArraySlice<UInt8>) -> Bool {
    let prefix = Array("\(LineFormat.prefix)".utf8)
    return line.starts(with: prefix) || prefix.starts(with: line)
  }

  private func fileSize() throws(AuditError) -> UInt64 {
    let fd = try open()
    defer { disk.close(fd) }
    var status = FileStatus()
    let known = disk.status(fd, &status)
    guard known == 0 else { throw AuditError(path: path, doing: "examine it", failed: known) }
    return status.size
  }

  private func open() throws(AuditError) -> Int32 {
    let fd = disk.openRead(path)
    guard fd >= 0 else { throw AuditError(path: path, doing: "read it", failed: fd) }
    return fd
  }

  private func cut(at offset: UInt64) throws(AuditError) {
    let fd = disk.openAppend(path)
    guard fd >= 0 else { throw AuditError(path: path, doing: "cut off a torn line", failed: fd) }
    defer { disk.close(fd) }
    let result = disk.truncate(fd, offset)
    guard result == 0 else {
      throw AuditError(path: path, doing: "cut off a torn line", failed: result)
    }
  }

  private func read(from offset: UInt64, limit: Int) throws(AuditError) -> [UInt8] {
    let fd = try open()
    defer { disk.close(fd) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      var span = bytes.mutableSpan
      var rest = span._mutatingExtracting(filled..<limit)
      let count = disk.read(fd, into: &rest, at: offset + UInt64(filled))
      guard count >= 0 else {
        throw AuditError(path: path, doing: "read it", failed: Int32(clamping: count))
      }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(limit - filled)
    return bytes
  }
}
