import Audit
import Foundation
import Synchronization
import Testing

@Suite("A killed process", .serialized)
struct CrashTests {
  @Test("kill -9 at any moment loses no appended record, doubles none, tears none")
  func kill() throws {
    let scratch = Scratch()
    var generator = SystemRandomNumberGenerator()
    var acknowledged: [String: Int] = [:]
    for round in 0..<30 {
      let isRotating = round % 3 == 2
      let acks = try killedProbe(
        scratch, run: "r\(round)", isRotating: isRotating,
        microseconds: UInt32.random(in: 0...20_000, using: &generator))
      acknowledged.merge(acks) { $1 }
      // Every other time the next probe itself recovers, and may be killed at that.
      if round % 2 == 1 { try recover(scratch.file) }
    }
    try recover(scratch.file)
    let lines = try allFiles(scratch)
    #expect(lines.isGapless && lines.sequence.first == 1)
    #expect(try brokenLinks(scratch.path) == [])
    var written: [String: Int] = [:]
    for host in lines.hosts {
      let cut = try #require(host.lastIndex(of: "-"))
      let stream = String(host[..<cut])
      let number = try #require(Int(host[host.index(after: cut)...]))
      #expect(number == written[stream, default: -1] + 1, "\(host) comes in its turn, once")
      written[stream] = number
    }
    // Beside the file and its journal: at least one that was moved away by its time.
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).count > 2)
    #expect(acknowledged.count > 30)
    for (stream, last) in acknowledged {
      #expect(written[stream, default: -1] >= last, "\(stream)-\(last) was acknowledged")
    }
  }

  /// Runs the probe, kills it, and gives the last acknowledged number of each of its workers.
  private func killedProbe(
    _ scratch: Scratch, run: String, isRotating: Bool, microseconds: UInt32
  ) throws -> [String: Int] {
    let probe = Process()
    let directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var candidates = [directory.deletingLastPathComponent(), Bundle.main.bundleURL]
    candidates.append(URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent())
    let found = candidates.map { $0.appendingPathComponent("AuditCrashProbe") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    probe.executableURL = try #require(found as URL?, "the probe is built beside the tests")
    probe.arguments = [scratch.file, run] + (isRotating ? ["rotate"] : [])
    let pipe = Pipe()
    probe.standardOutput = pipe
    try probe.run()
    try pipe.fileHandleForWriting.close()
    let handle = pipe.fileHandleForReading
    // The first acknowledgement shows that it is at work.
    var output = handle.availableData
    let deadline = DispatchTime.now() + .microseconds(Int(microseconds))
    let identifier = probe.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: deadline) { Foundation.kill(identifier, SIGKILL) }
    output += handle.readDataToEndOfFile()
    probe.waitUntilExit()
    #expect(
      probe.terminationReason == .uncaughtSignal,
      "\(String(decoding: output, as: UTF8.self).suffix(200))")
    var last: [String: Int] = [:]
    for line in output.split(separator: 0x0a) {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      if words.count == 2, let number = Int(words[1]) { last["\(run)-\(words[0])"] = number }
    }
    return last
  }

  /// All lines of the audit file and of the files that it was moved to, by sequence number of files.
  private func allFiles(_ scratch: Scratch) throws -> [[String: Any]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    let files = try names.filter { $0.hasPrefix("audit.jsonl") && !$0.hasSuffix(".journal") }
      .map { try parse(scratch.path + "/" + $0) }.filter { !$0.isEmpty }
    return files.sorted { $0.sequence[0] < $1.sequence[0] }.flatMap { $0 }
  }

  @Test(
    "stopped between any two steps of the writer, the next process goes on exactly behind the last whole line",
    arguments: [Int.max, 700])
  func everyStep(writeLimit: Int) throws {
    let scratch = Scratch()
    let images = Mutex<[String]>([])
    let place = Scratch()
    let disk = PlayedDisk(.init(writeLimit: writeLimit))
    let log = try AuditLog(
      path: scratch.file, workers: 2, onFull: .drop, ringBytes: 4096, stateDirectory: nil,
      disk: disk, isChained: true)
    for worker in 0..<2 {
      let journal = Pen(log.journal(worker: worker))
      // The second worker's ring overflows, so that a count of drops is in play too.
      for number in 0..<(worker == 0 ? 12 : 40) {
        _ = journal.add(decision(), host: "\(worker)-\(number)")
      }
    }
    let source = scratch.path
    let target = place.path
    disk.set { play in
      play.observe = {
        images.withLock { images in
          let image = "\(target)/\(images.count)"
          try! FileManager.default.copyItem(atPath: source, toPath: image)
          images.append(image)
        }
      }
    }
    log.start()
    log.stop()
    disk.set { $0.observe = nil }
    let lost = Int(log.statistics.dropped)
    let all = images.withLock { $0 }
    #expect(all.count > 20)
    for image in all {
      try recover(image + "/audit.jsonl", disk: PlayedDisk(), ringBytes: 4096)
      let lines = try parse(image + "/audit.jsonl")
      #expect(lines.hosts.filter { $0.hasPrefix("0-") } == (0..<12).map { "0-\($0)" }, "\(image)")
      #expect(lines.hosts.filter { $0.hasPrefix("1-") } == (0..<(40 - lost)).map { "1-\($0)" })
      #expect(lines.compactMap { $0["dropped"] as? Int } == [lost])
      #expect(lines.isGapless && lines.sequence.first == 1)
      #expect(try brokenLinks(image) == [])
      try FileManager.default.removeItem(atPath: image)
    }
  }

  @Test("when any one call fails, nothing is lost or doubled", arguments: [EIO, ENOSPC])
  func everyCall(code: Int32) throws {
    var number = 1
    while true {
      let scratch = Scratch()
      // An earlier run left records, in a ring of another size too.
      try leave(scratch, ringBytes: 8192, prefix: "old")
      let disk = PlayedDisk(.init(failing: number, code: code, writeLimit: 600))
      var expected = (0..<12).map { "old-\($0)" }
      do {
        let log = try AuditLog(
          path: scratch.file, workers: 1, onFull: .block, ringBytes: 4096, stateDirectory: nil,
          disk: disk, isChained: true)
        let journal = Pen(log.journal(worker: 0))
        for number in 0..<12 {
          if journal.add(decision(), host: "new-\(number)") { expected.append("new-\(number)") }
        }
        log.start()
        log.stop()
      } catch {
        #expect(!error.remedy.isEmpty)
      }
      let wasPlayed = disk.calls >= number
      disk.set { $0.failing = nil }
      try recover(scratch.file, disk: disk, ringBytes: 4096)
      let lines = try scratch.lines()
      #expect(lines.hosts.sorted() == expected.sorted(), "call \(number) failed")
      #expect(lines.isGapless && lines.sequence.first == 1, "call \(number) failed")
      #expect(try brokenLinks(scratch.path) == [], "call \(number) failed")
      if !wasPlayed { break }
      number += 1
    }
    #expect(number > 30)
  }

  /// A process appended twelve records and was killed before its writer began.
  private func leave(_ scratch: Scratch, ringBytes: Int, prefix: String) throws {
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .block, ringBytes: ringBytes, stateDirectory: nil,
      disk: PlayedDisk(), isChained: true)
    let journal = Pen(log.journal(worker: 0))
    for number in 0..<12 { #expect(journal.add(decision(), host: "\(prefix)-\(number)")) }
  }

  @Test("rings of workers that are no more, and of another size, are written first and removed")
  func leftovers() throws {
    let scratch = Scratch()
    do {
      let log = try AuditLog(path: scratch.file, workers: 4, onFull: .block, ringBytes: 8192)
      for worker in 0..<4 {
        let journal = Pen(log.journal(worker: worker))
        for number in 0..<5 { #expect(journal.add(decision(), host: "\(worker)-\(number)")) }
      }
    }
    let log = try AuditLog(path: scratch.file, workers: 2, onFull: .block, ringBytes: 4096)
    let journal = Pen(log.journal(worker: 0))
    #expect(journal.add(decision(), host: "new"))
    log.start()
    log.stop()
    let lines = try scratch.lines()
    #expect(lines.hosts == (0..<4).flatMap { w in (0..<5).map { "\(w)-\($0)" } } + ["new"])
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.journal)
    #expect(
      names.sorted() == ["control.ring", "worker-0.ring", "worker-1.ring", "writer.state"])
  }
}
