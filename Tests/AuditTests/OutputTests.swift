import CLinux
import Foundation
import Policy
import Testing

@testable import Audit

@Suite("Outputs beside the audit file")
struct OutputTests {
  /// Polls until something holds; a test that waits for another thread waits like this.
  private func eventually(_ what: String, _ condition: () -> Bool) throws {
    for _ in 0..<12_000 {
      if condition() { return }
      usleep(5_000)
    }
    throw NotJSON(line: "not within a minute: \(what)")
  }

  private func fill(_ log: AuditLog, _ hosts: [String]) throws {
    let journal = Pen(log.journal(worker: 0))
    for host in hosts {
      try eventually("room in the ring") {
        defer { journal.flushHint() }
        return journal.add(decision(), host: host)
      }
    }
  }

  /// All that comes on a descriptor until `count` line feeds are there.
  private func lines(_ fd: Int32, count: Int) throws -> [String] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    try eventually("\(count) lines") {
      let got = recv(fd, &piece, piece.count, Int32(MSG_DONTWAIT))
      if got > 0 { bytes += piece[..<got] }
      return bytes.count { $0 == 0x0a } >= count
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("a Unix socket gets the lines of the file, in their order")
  func socket() throws {
    let scratch = Scratch()
    let path = scratch.path + "/out.sock"
    let listener = cl_unix_listen(path)
    #expect(listener >= 0)
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .block,
      outputs: [AuditOutput(.socket(path: path))])
    log.start()
    try fill(log, (0..<50).map { "h\($0)" })
    var fd: Int32 = -1
    try eventually("a connection") {
      fd = cl_unix_accept(listener)
      return fd >= 0
    }
    let got = try lines(fd, count: 50)
    log.stop()
    let file = try String(contentsOfFile: scratch.file, encoding: .utf8).split(separator: "\n")
    #expect(got.prefix(50) == file.prefix(50).map(String.init)[...])
    #expect(log.outputStates.first?.sent == 51, "with the record of the stop")
    for fd in [fd, listener] { _ = cl_close(fd) }
  }

  @Test("an output that nobody reads, or that is not there, holds up neither the file nor the stop")
  func dead() throws {
    let scratch = Scratch()
    let deaf = cl_unix_listen(scratch.path + "/deaf.sock")
    let log = try AuditLog(
      path: scratch.file, workers: 1, onFull: .block,
      outputs: [
        AuditOutput(.socket(path: scratch.path + "/deaf.sock")),
        AuditOutput(.syslog(path: scratch.path + "/none")),
      ])
    log.start()
    let hosts = (0..<20_000).map { "host-\($0)-of-a-name-that-takes-some-room-in-the-queue.test" }
    try fill(log, hosts)
    log.stop()
    #expect(try scratch.lines().hosts == hosts)
    _ = cl_close(deaf)
  }

  @Test("what had no room is counted, and said in its place when the output is back")
  func gap() throws {
    let scratch = Scratch()
    let queue = try #require(OutputQueue(limit: 20))
    for text in ["first\n", "second\n", "too long for it\nand one\n", "x\n"] {
      let bytes = Array(text.utf8)
      queue.push(bytes.span)
    }
    let batch = queue.take()
    #expect(String(decoding: batch.lines, as: UTF8.self) == "first\nsecond\n")
    #expect(batch.lost == 3)
    let bytes = Array("y\n".utf8)
    queue.push(bytes.span)
    #expect(queue.take().lost == 0)
    // The thread makes a record of it.
    let path = scratch.path + "/out.sock"
    let listener = cl_unix_listen(path)
    let output = try #require(OutputThread(AuditOutput(.socket(path: path))) { _ in })
    let many = [UInt8](repeating: UInt8(ascii: "a"), count: AuditOutput.queueBytes) + [0x0a]
    output.queue.push(many.span)
    output.queue.push(bytes.span)
    output.start()
    var fd: Int32 = -1
    try eventually("a connection") {
      fd = cl_unix_accept(listener)
      return fd >= 0
    }
    let note = try #require(try lines(fd, count: 1).first)
    output.stop()
    #expect(note.contains(#""event":"dropped","dropped":2,"output":"unix:"#), "\(note)")
    #expect(output.state.lost == 2)
    for fd in [fd, listener] { _ = cl_close(fd) }
  }

  private func rendered(_ output: AuditOutput, _ line: String) -> String {
    var renderer = MessageRenderer(output)
    var bytes: [UInt8] = []
    let text = Array(line.utf8)
    renderer.append(text.span, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private let denied =
    #"{"v":1,"seq":7,"time":"2026-11-22T10:00:00.123456Z","event":"decision","id":"0a","environment":"vm-7","access":"limited","client":"[::1]:51514","listener":"proxy","method":"CONNECT","host":"a\\b.test","port":443,"verdict":"deny","reason":"not_allowlisted","generation":4,"status":403}"#

  @Test("syslog messages have the form of RFC 5424, journal messages that of its own protocol")
  func messages() throws {
    let syslog = rendered(AuditOutput(.syslog(path: "/x")), denied)
    #expect(
      syslog.wholeMatch(
        of: /<109>1 2026-11-22T10:00:00\.123456Z \S+ sluice \d+ audit - \{.*\}/) != nil, "\(syslog)"
    )
    let journal = rendered(AuditOutput(.journald(path: "/x")), denied)
    let fields = journal.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
    #expect(fields.allSatisfy { $0.count == 2 })
    #expect(fields.contains { $0 == ["SLUICE_VERDICT", "deny"] })
    #expect(fields.last?[0] == "MESSAGE" && fields.last.map { String($0[1]) } == denied)
  }

  private func event(_ line: String) throws -> [String: Any] {
    let text = rendered(AuditOutput(.standardOutput, .ocsf), line)
    #expect(text.hasSuffix("}\n"))
    guard let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { throw NotJSON(line: text) }
    // What every event of OCSF 1.3 has to have.
    for name in ["activity_id", "category_uid", "class_uid", "severity_id", "time", "type_uid"] {
      #expect(value[name] is Int, "\(name) of \(text)")
    }
    let kind = try #require(value["class_uid"] as? Int)
    #expect(value["type_uid"] as? Int == kind * 100 + (value["activity_id"] as? Int ?? -1))
    #expect(value["category_uid"] as? Int == kind / 1000)
    let metadata = try #require(value["metadata"] as? [String: Any])
    #expect(metadata["version"] as? String == "1.3.0")
    #expect((metadata["product"] as? [String: Any])?["vendor_name"] != nil)
    return value
  }

  @Test("OCSF: a refused tunnel")
  func refusedTunnel() throws {
    let value = try event(denied)
    #expect(value["class_uid"] as? Int == 4001)
    #expect(value["activity_id"] as? Int == 5)
    #expect(value["time"] as? Int == 1_795_341_600_123)
    #expect(value["action_id"] as? Int == 2)
    #expect(value["status_detail"] as? String == "not_allowlisted")
    let source = try #require(value["src_endpoint"] as? [String: Any])
    #expect(source["ip"] as? String == "::1" && source["port"] as? Int == 51514)
    let target = try #require(value["dst_endpoint"] as? [String: Any])
    #expect(target["hostname"] as? String == #"a\b.test"# && target["port"] as? Int == 443)
  }

  @Test("OCSF: the end of an exchange, with its traffic, request and response")
  func exchange() throws {
    let value = try event(
      #"{"v":1,"seq":8,"time":"2026-11-22T10:00:00.123456Z","event":"close","id":"0a","environment":"vm-7","client":"unix","uid":0,"gid":0,"method":"GET","host":"a.test","port":80,"address":"192.0.2.1","bytes_up":5,"bytes_down":7,"duration_us":1234567,"end":"complete","status":200}"#
    )
    #expect(value["class_uid"] as? Int == 4002 && value["activity_id"] as? Int == 3)
    #expect(value["duration"] as? Int == 1234)
    let traffic = try #require(value["traffic"] as? [String: Any])
    #expect(traffic["bytes_out"] as? Int == 5 && traffic["bytes_in"] as? Int == 7)
    #expect((value["http_response"] as? [String: Any])?["code"] as? Int == 200)
    let request = try #require(value["http_request"] as? [String: Any])
    #expect(request["http_method"] as? String == "GET")
  }

  @Test("OCSF: anything else is a base event with the record in it")
  func base() throws {
    for line in [#"{"v":1,"event":"stop"}"#, #"{"v":1,"event":"start","lists":[{"label":"a"}]}"#] {
      let value = try event(line)
      #expect(value["class_uid"] as? Int == 0)
      #expect((value["unmapped"] as? [String: Any])?["event"] != nil)
    }
  }

  @Test("places of the configuration, and what is none")
  func targets() {
    for text in ["stdout", "syslog", "journald", "syslog:/a", "journald:/b", "unix:/c"] {
      #expect(AuditOutput.Target(text)?.text == text)
    }
    for text in [
      "", "unix", "unix:", "unix:a", "tcp:/a", "unix:/" + String(repeating: "a", count: 107),
    ] {
      #expect(AuditOutput.Target(text) == nil, "\(text)")
    }
  }

  @Test("a wall clock that is set is noticed, one that is corrected bit by bit is not")
  func clock() {
    var watch = ClockWatch()
    _ = watch.step(wall: 1_000_000_000, monotonic: 5_000_000_000)
    #expect(watch.step(wall: 1_010_005_000, monotonic: 15_000_000_000) == nil)
    #expect(watch.step(wall: 1_020_005_000 - 3_000_000, monotonic: 25_000_000_000) == -3_000_000)
    #expect(watch.step(wall: 1_030_005_000 - 3_000_000, monotonic: 35_000_000_000) == nil)
  }
}
