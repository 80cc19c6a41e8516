import Audit
import Foundation
import Testing

@Suite("The audit log's files")
struct FilesTests {
  private func open(_ scratch: Scratch, workers: Int = 1) throws -> AuditLog {
    try AuditLog(path: scratch.file, workers: workers, onFull: .block, ringBytes: 4096)
  }

  /// Five records wait in the ring of worker 0.
  private func leave(_ scratch: Scratch) throws {
    let journal = Pen(try open(scratch).journal(worker: 0))
    for number in 0..<5 { #expect(journal.add(decision(), host: "\(number)")) }
  }

  private func text(of error: any Error) -> String { "\(error)" }

  @Test("a rename and a reopen lose nothing, and the numbers go on in the new file")
  func logrotate() throws {
    let scratch = Scratch()
    let log = try open(scratch)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    for turn in 0..<5 {
      for number in 0..<10 { #expect(journal.add(decision(), host: "\(turn)-\(number)")) }
      journal.flushHint()
      eventually("written") { log.statistics.written == (turn + 1) * 10 }
      try FileManager.default.moveItem(atPath: scratch.file, toPath: scratch.file + ".\(turn)")
      log.reopen()
      eventually("reopened") { FileManager.default.fileExists(atPath: scratch.file) }
    }
    log.stop()
    let lines = try (0..<5).flatMap { try scratch.lines(scratch.file + ".\($0)") } + scratch.lines()
    #expect(lines.hosts == (0..<5).flatMap { turn in (0..<10).map { "\(turn)-\($0)" } })
    #expect(lines.isGapless)
    #expect(try scratch.lines(scratch.file + ".3").count == 10)
  }

  @Test("a reopen without a rename changes nothing, and one that fails keeps the old file")
  func reopenInPlace() throws {
    let scratch = Scratch()
    let log = try open(scratch)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    log.reopen()
    #expect(journal.add(decision(), host: "a"))
    journal.flushHint()
    eventually("written") { log.statistics.written == 1 }
    #expect(log.statistics.lastErrorText == nil)
    try FileManager.default.moveItem(atPath: scratch.file, toPath: scratch.file + ".1")
    try FileManager.default.createDirectory(
      atPath: scratch.file, withIntermediateDirectories: false)
    log.reopen()
    eventually("the failure is told") {
      log.statistics.lastErrorText?.contains("Is a directory") == true
    }
    #expect(journal.add(decision(), host: "b"))
    log.stop()
    #expect(try scratch.lines(scratch.file + ".1").hosts == ["a", "b"])
  }

  @Test("numbers go on over a restart, also when the file was rotated away meanwhile")
  func restart() throws {
    let scratch = Scratch()
    try leave(scratch)
    try recover(scratch.file)
    #expect(try scratch.lines().sequence == Array(1...6))
    try FileManager.default.moveItem(atPath: scratch.file, toPath: scratch.file + ".1")
    try recover(scratch.file)
    #expect(try scratch.lines().sequence == [7])
  }

  @Test("numbers go on after the last line when the journal was removed")
  func journalRemoved() throws {
    let scratch = Scratch()
    try leave(scratch)
    try recover(scratch.file)
    try FileManager.default.removeItem(atPath: scratch.journal)
    try recover(scratch.file)
    #expect(try scratch.lines().sequence == Array(1...7))
  }

  @Test(
    "a ring that is garbage, cut short, of another version or changed is set aside, and said so",
    arguments: [
      ("garbage", "is not a journal"), ("cut", "bytes long"), ("empty", "bytes long"),
      ("version", "has format 9"), ("header", "damaged header"), ("record", "damaged record"),
      ("head", "damaged record"),
    ])
  func damaged(_ kind: String, _ reason: String) throws {
    let scratch = Scratch()
    try leave(scratch)
    let path = scratch.journal + "/worker-0.ring"
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    switch kind {
    case "garbage": bytes = (0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    case "cut": bytes.removeLast(100)
    case "empty": bytes = []
    case "version": bytes[8] = 9
    case "header": bytes[24] ^= 1
    case "record": bytes[4096 + 150] ^= 1
    default: bytes[128 + 6] = 0xff
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let log = try open(scratch)
    #expect(log.notices.count == 1)
    #expect(log.notices.first?.contains(reason) == true, "\(log.notices)")
    #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
    let journal = Pen(log.journal(worker: 0))
    #expect(journal.add(decision(), host: "after"))
    log.start()
    log.stop()
    #expect(try scratch.lines().hosts == ["after"])
  }

  @Test("a damaged writer state is set aside, and numbers go on from the file")
  func damagedState() throws {
    let scratch = Scratch()
    try leave(scratch)
    try recover(scratch.file)
    let path = scratch.journal + "/writer.state"
    try Data(repeating: 0xa5, count: 4096).write(to: URL(fileURLWithPath: path))
    let log = try open(scratch)
    #expect(log.notices.first?.contains(".damaged") == true)
    log.start()
    log.stop()
    #expect(try scratch.lines().sequence == Array(1...7))
  }

  @Test("a file that is no audit log is not touched")
  func foreign() throws {
    let scratch = Scratch()
    try "root:x:0:0\n".write(toFile: scratch.file, atomically: true, encoding: .utf8)
    do {
      _ = try open(scratch)
      Issue.record("opened")
    } catch {
      #expect(text(of: error).contains("is not an audit log"))
      #expect(text(of: error).contains("--audit"))
    }
    #expect(try String(contentsOfFile: scratch.file, encoding: .utf8) == "root:x:0:0\n")
  }

  @Test("a torn last line of ours is cut off")
  func torn() throws {
    let scratch = Scratch()
    try leave(scratch)
    try recover(scratch.file)
    try FileManager.default.removeItem(atPath: scratch.journal)
    let handle = try #require(FileHandle(forWritingAtPath: scratch.file))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"v":1,"seq":7,"ti"#.utf8))
    try handle.close()
    try recover(scratch.file)
    #expect(try scratch.lines().sequence == Array(1...7))
  }

  @Test("a second process on one file is told which file and what to do")
  func twoProcesses() throws {
    let scratch = Scratch()
    let first = try open(scratch)
    do {
      _ = try open(scratch)
      Issue.record("opened twice")
    } catch {
      #expect(text(of: error).contains(scratch.file))
      #expect(text(of: error).contains("another process writes this audit log"))
      #expect(text(of: error).contains("its own file with --audit"))
    }
    // The same through another journal directory.
    #expect(throws: AuditError.self) {
      _ = try AuditLog(
        path: scratch.file, workers: 1, onFull: .block, stateDirectory: scratch.path + "/other")
    }
    first.stop()
  }

  @Test("an unusable path is refused with the system's words and a remedy")
  func unusable() throws {
    #expect(throws: AuditError.self) {
      _ = try AuditLog(path: "/nonexistent/audit.jsonl", workers: 1, onFull: .block)
    }
    #expect(throws: AuditError.self) { _ = try AuditLog(path: "-", workers: 1, onFull: .block) }
  }

  @Test("a FIFO gets whole lines as far as its reader reads, and a stop never hangs on it")
  func fifo() throws {
    let scratch = Scratch()
    #expect(mkfifo(scratch.file, 0o600) == 0)
    let reader = Foundation.open(scratch.file, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let log = try open(scratch)
    let journal = Pen(log.journal(worker: 0))
    for number in 0..<10 { #expect(journal.add(decision(), host: "\(number)")) }
    log.start()
    log.stop()
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = read(reader, &bytes, bytes.count)
    let lines = try Data(bytes.prefix(max(count, 0))).split(separator: 0x0a).map {
      try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:]
    }
    #expect(lines.hosts == (0..<10).map { "\($0)" })
    #expect(lines.isGapless && lines.count == 11)
  }

  @Test("a real full file system blocks and recovers", .enabled(if: geteuid() == 0))
  func tmpfs() throws {
    let scratch = Scratch()
    let mount = Process()
    let disk = scratch.path + "/small"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    mount.executableURL = URL(fileURLWithPath: "/bin/mount")
    mount.arguments = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    try mount.run()
    mount.waitUntilExit()
    guard mount.terminationStatus == 0 else {
      print("skipped: no tmpfs can be mounted here")
      return
    }
    defer { umount2(disk, 2) }
    let log = try AuditLog(
      path: disk + "/audit.jsonl", workers: 1, onFull: .block, ringBytes: 1 << 20,
      stateDirectory: scratch.path + "/state")
    let journal = Pen(log.journal(worker: 0))
    log.start()
    try Data(count: 60 << 10).write(to: URL(fileURLWithPath: disk + "/filler"))
    var kept = 0
    while kept < 3000, journal.add(decision(), host: "\(kept)") { kept += 1 }
    journal.flushHint()
    eventually("the disk is full") { !journal.isAccepting }
    try FileManager.default.removeItem(atPath: disk + "/filler")
    let moved = disk + "/audit.jsonl"
    eventually("written as far as there is room") { log.statistics.written > 10 }
    log.stop()
    let lines = try parse(moved)
    #expect(lines.isGapless)
    #expect(lines.hosts == (0..<lines.hosts.count).map { "\($0)" })
  }
}
