import Audit
import Foundation
import Testing

@Suite("The journal")
struct JournalTests {
  @Test("a ring that wraps many times keeps every record, in order")
  func wraps() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block, ringBytes: 4096)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    for number in 0..<2000 {
      // Records of all lengths, so that they meet the ring's end at every offset.
      let raw = [UInt8](repeating: 0x61, count: number % 200)
      eventually("room in the ring") {
        let isKept = journal.add(decision(), host: "h\(number)", raw: raw)
        journal.flushHint()
        return isKept
      }
    }
    log.stop()
    let lines = try scratch.lines()
    #expect(lines.hosts == (0..<2000).map { "h\($0)" })
    #expect(lines.isGapless && lines.sequence.first == 1)
    #expect(log.statistics.written == 2001)
    #expect(log.statistics.waitingBytes == 0)
  }

  @Test("workers write to one file, each in its own order")
  func workers() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 3, onFull: .block, ringBytes: 65536)
    log.start()
    DispatchQueue.concurrentPerform(iterations: 3) { worker in
      let journal = Pen(log.journal(worker: worker))
      for number in 0..<500 {
        eventually("room") {
          let isKept = journal.add(decision(), host: "\(worker)-\(number)")
          journal.flushHint()
          return isKept
        }
      }
    }
    log.stop()
    let lines = try scratch.lines()
    for worker in 0..<3 {
      #expect(
        lines.hosts.filter { $0.hasPrefix("\(worker)-") } == (0..<500).map { "\(worker)-\($0)" })
    }
    #expect(lines.isGapless)
  }

  @Test("the writer wakes for a record without a stop, and sleeps again")
  func wakes() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    for number in 1...20 {
      #expect(journal.add(decision()))
      journal.flushHint()
      eventually("the line is written") { log.statistics.written == number }
    }
    log.stop()
  }

  @Test("under block, decisions stop at three quarters and ends still fit")
  func headRoom() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block, ringBytes: 8192)
    let journal = Pen(log.journal(worker: 0))
    var decisions = 0
    while journal.add(decision()) { decisions += 1 }
    #expect(decisions == 8192 / 4 * 3 / 136)
    #expect(!journal.isAccepting)
    #expect(!journal.add(decision()))
    var ends = 0
    while journal.add(closing()) { ends += 1 }
    #expect(decisions + ends == 8192 / 136)
    #expect(log.statistics.refused == 2)
    #expect(log.statistics.dropped == 1)
    log.start()
    journal.flushHint()
    eventually("accepting again") { journal.isAccepting }
    #expect(journal.add(decision()))
    log.stop()
    let lines = try scratch.lines()
    #expect(lines.isGapless)
    #expect(lines.events.filter { $0 == "decision" }.count == decisions + 1)
    #expect(lines.events.filter { $0 == "close" }.count == ends)
    #expect(
      lines.filter { $0["event"] as? String == "dropped" }.map { $0["dropped"] as? Int } == [1])
  }

  @Test("under drop, a full ring loses records, and the log says how many and where")
  func drop() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .drop, ringBytes: 4096)
    let journal = Pen(log.journal(worker: 0))
    for number in 0..<100 { #expect(journal.add(decision(), host: "\(number)")) }
    #expect(journal.isAccepting)
    let kept = 4096 / 144
    #expect(log.statistics.dropped == UInt64(100 - kept))
    log.start()
    eventually("drained") { log.statistics.written >= kept + 1 }
    #expect(journal.add(decision(), host: "after"))
    log.stop()
    let lines = try scratch.lines()
    #expect(lines.hosts == (0..<kept).map { "\($0)" } + ["after"])
    #expect(lines.events[kept] == "dropped")
    #expect(lines[kept]["dropped"] as? Int == 100 - kept)
    #expect(lines[kept]["worker"] as? Int == 0)
    #expect(lines.isGapless)
  }

  @Test("a full disk blocks, and recovers by itself with nothing lost")
  func fullDisk() throws {
    let scratch = Scratch()
    let disk = PlayedDisk(.init(room: 1000))
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .block, ringBytes: 65536, stateDirectory: nil,
      disk: disk)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    for number in 0..<20 { #expect(journal.add(decision(), host: "\(number)")) }
    journal.flushHint()
    eventually("the disk is full") { !journal.isAccepting }
    #expect(!journal.add(decision(), host: "refused"))
    #expect(journal.add(closing(), host: "end"))
    #expect(log.statistics.isFailing)
    #expect(log.statistics.lastErrorText?.contains("No space left on device") == true)
    // No torn line stands in the file meanwhile.
    let before = try scratch.lines()
    #expect(before.count > 0 && before.count < 20)
    disk.set { $0.room = .max }
    eventually("accepting again") { journal.isAccepting }
    #expect(journal.add(decision(), host: "last"))
    log.stop()
    let lines = try scratch.lines()
    #expect(lines.hosts == (0..<20).map { "\($0)" } + ["end", "last"])
    #expect(lines.isGapless)
    #expect(log.statistics.dropped == 0)
  }

  @Test("a full disk under drop serves on and tells the count when there is space")
  func fullDiskDrop() throws {
    let scratch = Scratch()
    let disk = PlayedDisk(.init(room: 100))
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .drop, ringBytes: 4096, stateDirectory: nil,
      disk: disk)
    let journal = Pen(log.journal(worker: 0))
    log.start()
    for _ in 0..<100 {
      #expect(journal.isAccepting)
      #expect(journal.add(decision()))
      journal.flushHint()
    }
    disk.set { $0.room = .max }
    log.stop()
    let lines = try scratch.lines()
    let kept = lines.events.filter { $0 == "decision" }.count
    let lost = lines.compactMap { $0["dropped"] as? Int }.reduce(0, +)
    #expect(kept + lost == 100 && lost > 0)
    #expect(lines.isGapless)
  }

  @Test("what a stop cannot write is there at the next start")
  func stopOnFullDisk() throws {
    let scratch = Scratch()
    let disk = PlayedDisk(.init(room: 300))
    do {
      let log = try AuditLog(
        path: scratch.file, workers: 1, onFull: .block, ringBytes: 4096, stateDirectory: nil,
        disk: disk)
      let journal = Pen(log.journal(worker: 0))
      for number in 0..<10 { #expect(journal.add(decision(), host: "\(number)")) }
      log.start()
      log.stop()
      #expect(try scratch.lines().count < 10)
    }
    disk.set { $0.room = .max }
    try recover(scratch.file, disk: disk)
    let lines = try scratch.lines()
    #expect(lines.hosts == (0..<10).map { "\($0)" })
    #expect(lines.isGapless)
  }
}
