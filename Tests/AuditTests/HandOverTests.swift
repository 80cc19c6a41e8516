import Audit
import Foundation
import Testing

@Suite("The log goes over to another process")
struct HandOverTests {
  /// A process's side: its log and one journal, gone when it is let go of.
  final class Side {
    let log: AuditLog
    let pen: Pen

    init(_ path: String) throws {
      log = try AuditLog(path: path, workers: 1, onFull: .block, ringBytes: 65536)
      pen = Pen(log.journal(worker: 0))
      log.start()
    }

    func add(_ hosts: [String]) {
      for host in hosts { #expect(pen.add(decision(), host: host)) }
      pen.flushHint()
    }
  }

  @Test("what the old process records afterwards is in the file too, once, with the next numbers")
  func over() throws {
    let scratch = Scratch()
    var old: Side? = try Side(scratch.file)
    old?.add(["a", "b"])
    try old?.log.release()
    let new = try Side(scratch.file)
    new.add(["c"])
    old?.add(["d", "e"])
    try eventually("all five") { try scratch.lines().count == 5 }
    old?.add(["f"])
    old?.log.stop()
    old = nil
    try eventually("the old one's stop") { try scratch.lines().count == 7 }
    try eventually("the old one's rings are gone") {
      try !FileManager.default.contentsOfDirectory(atPath: scratch.journal)
        .contains { $0.hasPrefix("leftover") }
    }
    new.log.stop()
    let lines = try scratch.lines()
    #expect(lines.isGapless && lines.events.filter { $0 == "stop" }.count == 2)
    #expect(lines.hosts.sorted() == ["a", "b", "c", "d", "e", "f"])
    #expect(Array(lines.hosts.prefix(2)) == ["a", "b"])
  }

  @Test("three processes in a row, all of which still record, leave one whole log")
  func chain() throws {
    let scratch = Scratch()
    var sides = [try Side(scratch.file)]
    for round in 1...3 {
      sides[round - 1].add(["\(round)-last"])
      try sides[round - 1].log.release()
      sides.append(try Side(scratch.file))
      for (number, side) in sides.enumerated() { side.add(["\(round)-\(number)"]) }
    }
    try eventually("all records") { try scratch.lines().hosts.count == 3 + 2 + 3 + 4 }
    for side in sides { side.log.stop() }
    sides = []
    try recover(scratch.file)
    let lines = try scratch.lines()
    #expect(lines.isGapless && Set(lines.hosts).count == 12)
    #expect(lines.events.filter { $0 == "stop" }.count == 5)
  }

  @Test("a successor that dies leaves its records to the one before, which writes on")
  func takenBack() throws {
    let scratch = Scratch()
    let old = try Side(scratch.file)
    old.add(["a"])
    try old.log.release()
    var new: Side? = try Side(scratch.file)
    new?.add(["b"])
    try eventually("b") { try scratch.lines().hosts.contains("b") }
    // As if killed: its file is given up, its records stay in its ring.
    try new?.log.release()
    new?.add(["c"])
    new = nil
    old.add(["d"])
    try old.log.takeBack()
    old.add(["e"])
    try eventually("all") { try scratch.lines().hosts.count == 5 }
    old.log.stop()
    let lines = try scratch.lines()
    #expect(lines.isGapless && lines.hosts.sorted() == ["a", "b", "c", "d", "e"])
  }

  @Test("while the file takes nothing it is not given away")
  func failing() throws {
    let scratch = Scratch()
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .block, ringBytes: 65536, stateDirectory: nil,
      disk: PlayedDisk(.init(room: 100)))
    let pen = Pen(log.journal(worker: 0))
    log.start()
    #expect(pen.add(decision(), host: "a"))
    pen.flushHint()
    eventually("a full disk") { !pen.isAccepting }
    #expect(throws: AuditError.self) { try log.release() }
    #expect(log.statistics.isFailing)
    log.stop()
  }
}
