import Audit
import Domains
import Foundation
import Policy
import Testing

@Suite("The lines of the audit log")
struct LineTests {
  /// Appends with `body`, closes the log, and gives what stands in the file.
  private func written(_ body: (Pen) -> Void) throws -> [[String: Any]] {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    body(journal)
    log.start()
    log.stop()
    return try scratch.lines()
  }

  @Test("a decision has every member of the documented form, in the documented order")
  func decisionForm() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    var record = decision(0xabc)
    record.client = IPAddress(v4: 0x0a00_0702)
    record.clientPort = 51514
    record.port = 443
    record.ruleLine = 31
    record.generation = 4
    record.address = IPAddress(v4: 0x8c52_7003)
    record.dnsMicroseconds = 812
    record.connectMicroseconds = 9120
    record.status = 200
    #expect(
      journal.add(
        record, environment: "vm-7", listener: "proxy", method: "CONNECT", host: "github.com",
        list: "default@2026.11.22-1"))
    log.start()
    log.stop()
    let text = try String(contentsOfFile: scratch.file, encoding: .utf8)
    let first = text.split(separator: "\n")[0]
    #expect(
      first == """
        {"v":1,"seq":1,"time":"2026-11-21T10:00:00.123456Z","event":"decision",\
        "id":"00000000000000070000000000000abc","environment":"vm-7","client":"10.0.7.2:51514",\
        "listener":"proxy","method":"CONNECT","host":"github.com","port":443,"verdict":"allow",\
        "reason":"allowlisted","rule":"default@2026.11.22-1:31","generation":4,\
        "address":"140.82.112.3","dns_us":812,"connect_us":9120,"status":200}
        """)
    #expect(try scratch.lines().count == 2)
  }

  @Test("a process stands where a client does, and who spoke for a client behind it")
  func processAndVia() throws {
    let process = AuditProcess(user: 1000, group: 100, number: 4711)
    let nobody = AuditProcess(user: 0, group: 0, number: 0)
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    var record = decision()
    record.process = process
    _ = journal.add(record, host: "a.example")
    record.process = nobody
    _ = journal.add(record, host: "a.example")
    record.process = nil
    record.client = IPAddress(v4: 0x0a00_0702)
    record.clientPort = 51514
    for via in [
      AuditPeer.address(IPAddress(v4: 0x0a00_0009), port: 7),
      .address(IPAddress(v6High: 0x2001_0db8_0000_0000, low: 5), port: 65535), .process(process),
    ] {
      record.via = via
      // Of any length, so that what is behind it stands anywhere.
      _ = journal.add(record, environment: "x", host: "a.example", raw: [65, 66, 67])
    }
    log.start()
    log.stop()
    let text = try String(contentsOfFile: scratch.file, encoding: .utf8)
    let lines = text.split(separator: "\n").map(String.init)
    for (line, members) in zip(
      lines,
      [
        #""client":"unix","uid":1000,"gid":100,"pid":4711,"host""#,
        #""client":"unix","uid":0,"gid":0,"host""#,
        #""client":"10.0.7.2:51514","via":"10.0.0.9:7","host""#,
        #""client":"10.0.7.2:51514","via":"[2001:db8::5]:65535","host""#,
        #""client":"10.0.7.2:51514","via":"unix","via_uid":1000,"via_gid":100,"via_pid":4711,"host""#,
      ])
    {
      #expect(line.contains(members), "\(line)")
    }
    #expect(try scratch.lines().count == 6)
    #expect(
      try scratch.lines().prefix(5).suffix(3).allSatisfy { $0["target_raw"] as? String == "ABC" })
  }

  @Test(
    "the access level and what would have denied stand in their places, and are left out if none")
  func accessAndReport() throws {
    let lines = try written { journal in
      for access in AccessLevel.allCases {
        var record = decision()
        record.access = access
        record.wouldDeny = access == .full ? nil : .notAllowlisted
        _ = journal.add(record, host: "github.com")
      }
      _ = journal.add(decision(), host: "github.com")
    }
    #expect(lines.prefix(4).map { $0["access"] as? String } == ["none", "limited", "full", nil])
    #expect(
      lines.prefix(4).map { $0["would_deny"] as? String }
        == ["not_allowlisted", "not_allowlisted", nil, nil])
  }

  @Test("what was wrong stands at the end of the line, in one member")
  func detail() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    #expect(journal.add(closing(1), host: "a.test", detail: "a bare CR"))
    #expect(journal.add(closing(2), host: "a.test", raw: [0x22], detail: "says \"no\" \\ \n"))
    #expect(journal.add(closing(3), host: "a.test"))
    log.start()
    log.stop()
    let text = try String(contentsOfFile: scratch.file, encoding: .utf8)
    #expect(text.split(separator: "\n")[0].hasSuffix(#","detail":"a bare CR"}"#))
    let details = try scratch.lines().prefix(3).map { $0["detail"] as? String }
    #expect(details == ["a bare CR", "says 'no' ' '", nil])
  }

  @Test("a close record tells bytes, duration and end, zeros too")
  func closeForm() throws {
    let lines = try written { journal in
      var record = closing()
      record.bytesUp = 0
      record.bytesDown = 1 << 62
      record.durationMicroseconds = 1_230_412
      record.end = .clientEOF
      _ = journal.add(record, host: "github.com")
    }
    #expect(lines.events == ["close", "stop"])
    #expect(lines[0]["bytes_up"] as? Int == 0)
    #expect(lines[0]["bytes_down"] as? Int == 1 << 62)
    #expect(lines[0]["duration_us"] as? Int == 1_230_412)
    #expect(lines[0]["end"] as? String == "client_eof")
    #expect(lines[0]["verdict"] == nil && lines[0]["client"] == nil && lines[0]["dns_us"] == nil)
  }

  @Test("a time of 0 microseconds is told, an unknown one is left out")
  func zeroTime() throws {
    let lines = try written { journal in
      var record = decision()
      record.dnsMicroseconds = 0
      _ = journal.add(record)
    }
    #expect(lines[0]["dns_us"] as? Int == 0)
    #expect(lines[0]["connect_us"] == nil)
  }

  @Test("the start record carries the caller's members, the stop record is the last")
  func startForm() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let record = AuditRecord(
      event: .start, id: RequestID(high: 0, low: 0), timeMicroseconds: noon)
    #expect(log.note(record, members: #""version":"0.1.0","lists":["a@1"]"#))
    let tooLong = String(repeating: "x", count: 40_000)
    #expect(!log.note(record, members: tooLong))
    log.start()
    log.stop()
    #expect(!log.note(record, members: #""late":true"#))
    let lines = try scratch.lines()
    #expect(lines.events == ["start", "dropped", "stop"])
    #expect(lines[0]["lists"] as? [String] == ["a@1"])
    #expect(lines[0]["id"] == nil)
    #expect(lines.isGapless)
  }

  @Test("every reason and every end has its stable name in the line")
  func codes() throws {
    let lines = try written { journal in
      for reason in ReasonCode.allCases {
        var record = decision()
        record.verdict = .deny
        record.reason = reason
        _ = journal.add(record)
      }
      for end in EndCode.allCases {
        var record = closing()
        record.end = end
        _ = journal.add(record)
      }
    }
    #expect(
      lines.compactMap { $0["reason"] as? String } == ReasonCode.allCases.map { "\($0.name)" })
    #expect(lines.compactMap { $0["end"] as? String } == EndCode.allCases.map { "\($0.name)" })
  }

  @Test(
    "whatever the client sent is one JSON string on one line",
    arguments: [
      (#"quote " and \ backslash"#, Array(#"quote " and \ backslash"#.utf8)),
      ("\u{0}\u{1}\u{1f}\u{7f}\r\n\t", Array(0...1) + [0x1f, 0x7f, 13, 10, 9]),
      ("\u{85}\u{9b}", Array("\u{85}\u{9b}".utf8)),
      (
        "\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}",
        Array("\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}".utf8)
      ),
      ("żółw 🐢", Array("żółw 🐢".utf8)),
      ("\u{fffd}\u{fffd}", [0xc0, 0xaf]),
      ("\u{fffd}\u{fffd}\u{fffd}", [0xed, 0xa0, 0x80]),
      ("\u{fffd}\u{fffd}\u{fffd}\u{fffd}", [0xf4, 0x90, 0x80, 0x80]),
      ("a\u{fffd}", [0x61, 0xe2]), ("\u{fffd}\u{fffd}b", [0xe2, 0x82, 0x62]),
      ("\u{fffd}", [0x80]), ("\u{10ffff}", [0xf4, 0x8f, 0xbf, 0xbf]),
      ("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", [0xff, 0xfe, 0xf8, 0xe0, 0x80]),
    ] as [(String, [UInt8])])
  func hostile(_ expected: String, _ bytes: [UInt8]) throws {
    let lines = try written { journal in
      #expect(journal.add(decision(), raw: bytes))
      #expect(journal.add(decision(), everyText: bytes))
    }
    #expect(lines.count == 3)
    // Compared by scalars: String's == holds canonically equivalent texts for the same.
    func same(_ value: Any?) -> Bool {
      (value as? String).map { Array($0.unicodeScalars) == Array(expected.unicodeScalars) } ?? false
    }
    #expect(same(lines[0]["target_raw"]))
    for member in ["environment", "listener", "method", "host", "rule"] {
      #expect(same(lines[1][member]), "\(member)")
    }
  }

  @Test("no raw byte that a terminal acts on stands in the file")
  func terminal() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block)
    let journal = Pen(log.journal(worker: 0))
    _ = journal.add(decision(), raw: Array(0...255))
    _ = journal.add(decision(), raw: Array("\u{9b}2J\u{202e}\u{2066}".utf8))
    log.start()
    log.stop()
    let text = try String(contentsOfFile: scratch.file, encoding: .utf8)
    let bad = text.unicodeScalars.filter { scalar in
      scalar != "\n"
        && (scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar == "\u{202e}"
          || scalar == "\u{2066}")
    }
    #expect(bad.isEmpty)
  }

  @Test("random bytes never break a line")
  func random() throws {
    var seed: UInt64 = 42
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 33
    }
    let lines = try written { journal in
      for _ in 0..<500 {
        let bytes = (0..<Int(next() % 300)).map { _ in UInt8(truncatingIfNeeded: next()) }
        #expect(journal.add(decision(), raw: bytes))
      }
    }
    #expect(lines.count == 501)
    #expect(lines.isGapless)
  }

  @Test("a target of 257 bytes is cut at 256 and the record says so; one of 256 is whole")
  func truncated() throws {
    let lines = try written { journal in
      _ = journal.add(decision(), raw: Array(repeating: 0x22, count: 256))
      _ = journal.add(decision(), raw: Array(repeating: 0x22, count: 257))
      _ = journal.add(decision(), environment: String(repeating: "e", count: 300))
    }
    #expect((lines[0]["target_raw"] as? String)?.utf8.count == 256)
    #expect(lines[0]["target_truncated"] == nil)
    #expect((lines[1]["target_raw"] as? String)?.utf8.count == 256)
    #expect(lines[1]["target_truncated"] as? Bool == true)
    #expect((lines[2]["environment"] as? String)?.utf8.count == 255)
  }

  @Test(
    "an address is told in its canonical text",
    arguments: [
      (0, 1, "[::1]:9"), (0, 0, "[::]:9"), (0x2001_0db8_0000_0000, 1, "[2001:db8::1]:9"),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "[2001:db8:0:1:1:1:1:1]:9"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "[2001:0:0:1::1]:9"),
      (0x0001_0002_0003_0004, 0x0005_0006_0007_0000, "[1:2:3:4:5:6:7:0]:9"),
      (0xfe80_0000_0000_0000, 0, "[fe80::]:9"), (0, 0xffff_7f00_0001, "[::ffff:7f00:1]:9"),
      (0x0000_0000_0000_0000, 0x0001_0000_0000_0001, "[::1:0:0:1]:9"),
    ] as [(UInt64, UInt64, String)])
  func addresses(_ high: UInt64, _ low: UInt64, _ text: String) throws {
    let lines = try written { journal in
      var record = decision()
      record.client = IPAddress(v6High: high, low: low)
      record.clientPort = 9
      _ = journal.add(record)
    }
    #expect(lines[0]["client"] as? String == text)
  }

  @Test(
    "a time is told in UTC with microseconds",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
      (4_107_542_400_000_001, "2100-03-01T00:00:00.000001Z"),
      (UInt64.max, "9999-12-31T23:59:59.999999Z"),
      (1_735_689_599_000_000, "2024-12-31T23:59:59.000000Z"),
    ] as [(UInt64, String)])
  func times(_ microseconds: UInt64, _ text: String) throws {
    let lines = try written { journal in
      let id = RequestID(high: 1, low: 1)
      _ = journal.add(AuditRecord(event: .decision, id: id, timeMicroseconds: microseconds))
    }
    #expect(lines[0]["time"] as? String == text)
  }
}
