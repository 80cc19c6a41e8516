import Foundation
import Testing

@Suite("audit tail, grep, stats, report and verify, by the real binary")
struct AuditTools {
  private func audit(_ arguments: [String]) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary, "audit"] + arguments, within: 60)
  }

  /// A record as the log has it.
  private func record(_ host: String, _ sequence: Int, verdict: String = "deny") -> String {
    #"{"v":1,"seq":\#(sequence),"time":"2026-11-22T10:00:00.123456Z","event":"decision","id":"00","environment":"vm-7","client":"10.0.7.2:51514","method":"CONNECT","host":"\#(host)","port":443,"verdict":"\#(verdict)","reason":"not_allowlisted"}"#
      + "\n"
  }

  @Test(
    "the log of a real proxy: grep finds a refusal by its request_id, stats counts, verify is content"
  )
  func real() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    for host in ["denied.test", "other.test"] {
      let request = "CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\n\r\n"
      #expect(try sluice.exchange(Array(request.utf8)).status == 403)
    }
    let denied = try #require(try sluice.audit("decision", count: 2).first)
    let log = sluice.auditPath
    let found = try audit(["grep", "--id", denied["id"] ?? "", "--json", log])
    #expect(found.end == .exit(0), "\(found.text)")
    #expect(found.output == denied.text + "\n")
    let none = try audit(["grep", "--verdict", "allow", log])
    #expect(none.end == .exit(1) && none.output.isEmpty, "\(none.text)")
    let stats = try audit(["stats", log])
    #expect(stats.end == .exit(0) && stats.output.contains("1  other.test"), "\(stats.text)")
    let verified = try audit(["verify", log])
    #expect(verified.end == .exit(0) && verified.output.contains("in order"), "\(verified.text)")
  }

  @Test("tail -f shows what comes, each record once, also over a rotation")
  func follow() throws {
    let folder = try TemporaryFolder()
    let log = try folder.write("audit.jsonl", (1...20).map { record("a\($0).test", $0) }.joined())
    let tail = try Child([SluiceProcess.binary, "audit", "tail", "-f", "-n", "3", "--json", log])
    func append(_ path: String, _ text: String) throws {
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    }
    func expected(_ numbers: ClosedRange<Int>) -> String {
      numbers.map { record("a\($0).test", $0) }.joined()
    }
    try eventually("the last three") { tail.standardOutput == expected(18...20) }
    // Half a line, then its rest.
    let next = record("a21.test", 21)
    try append(log, String(next.prefix(60)))
    try append(log, String(next.dropFirst(60)))
    try eventually("one more") { tail.standardOutput == expected(18...21) }
    try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
    try append(log + ".1", expected(22...23))
    try folder.write("audit.jsonl", expected(24...25))
    try eventually("both files") { tail.standardOutput == expected(18...25) }
    try append(log, expected(26...26))
    try eventually("the new file") { tail.standardOutput == expected(18...26) }
  }

  @Test(
    "a line of 20 MB, a broken one and a control character: said with their place, never printed")
  func hostile() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "x", count: 20_000_000)
    let evil = record("e.test", 4).replacingOccurrences(of: "CONNECT", with: "A\u{9b}31m\u{202e}")
    let log = try folder.write(
      "audit.jsonl", record("a.test", 1) + long + "\n\u{1b}]0;x\u{7}\n" + evil)
    for arguments in [["grep"], ["grep", "--json"], ["tail"], ["stats"]] {
      let finished = try audit(arguments + [log])
      if arguments != ["tail"] { #expect(finished.end == .exit(2), "\(finished.text.prefix(500))") }
      #expect(finished.errors.contains("audit.jsonl:2:131073: a line of 20000000 bytes"))
      #expect(finished.errors.contains("audit.jsonl:3:1: "))
      let shown = (finished.output + finished.errors).unicodeScalars
      #expect(
        !shown.contains {
          $0.value < 0x0a || $0.value == 0x1b || $0.value == 0x9b || $0.value == 0x202e
        })
      #expect(finished.output.utf8.count < 4000)
    }
  }

  @Test(
    "a gzip file that is cut short: all before the cut, an error that says how much, exit code 2")
  func cut() throws {
    let folder = try TemporaryFolder()
    let log = try folder.write(
      "audit.jsonl", (1...20_000).map { record("a\($0 % 97).test", $0) }.joined())
    try Child.prepare(["gzip", log])
    let whole = try #require(FileManager.default.contents(atPath: log + ".gz"))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: log + ".gz"))
    let finished = try audit(["grep", "--count", log + ".gz"])
    #expect(finished.end == .exit(2), "\(finished.text)")
    #expect((Int(finished.output.dropLast()) ?? 0) > 1000, "\(finished.text)")
    #expect(finished.errors.contains("gzip data end too early, after"), "\(finished.text)")
  }

  @Test("a page is written once more, never over another kind of file; its state goes on")
  func report() throws {
    let folder = try TemporaryFolder()
    let log = try folder.write("audit.jsonl", record("a.test", 1, verdict: "allow"))
    let arguments = [
      "report", "--html", folder.path("r.html"), "--state", folder.path("seen"), "--list",
      "essential",
      log,
    ]
    #expect(try audit(arguments).end == .exit(0))
    let first = textOfFile(folder.path("r.html"))
    #expect(first.contains("every destination is new"))
    try folder.write("audit.jsonl", record("b.test", 2, verdict: "allow"))
    #expect(try audit(arguments).end == .exit(0))
    #expect(textOfFile(folder.path("r.html")).contains("1 host. Let through"))
    #expect(textOfFile(folder.path("seen")).hasSuffix("2026-11-22 a.test\n2026-11-22 b.test\n"))
    let refused = try audit(["report", "--html", log, log])
    #expect(refused.end == .exit(2), "\(refused.text)")
    #expect(textOfFile(log).contains("b.test"))
  }

  @Test("a chain goes on over a kill, a restart and a rotation; what is taken out of it is found")
  func chain() throws {
    let folder = try TemporaryFolder()
    let log = folder.path("audit.jsonl")
    let configuration = try folder.write("sluice.yaml", "audit: { chain: sha256 }\n")
    func run(_ body: (SluiceProcess) throws -> Void) throws {
      let sluice = try SluiceProcess(
        rules: ["allowed.test"], audit: log, arguments: ["--config", configuration])
      for host in ["a.test", "b.test", "c.test"] {
        let request = "CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\n\r\n"
        #expect(try sluice.exchange(Array(request.utf8)).status == 403)
      }
      try body(sluice)
    }
    try run { sluice in
      kill(sluice.child.pid, SIGKILL)
      let end = try sluice.child.wait()
      #expect(end == .signal(SIGKILL))
    }
    try run { sluice in
      try eventually("six decisions") {
        try auditLines(log).filter { $0.event == "decision" }.count == 6
      }
      try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
      kill(sluice.child.pid, SIGUSR1)
      try eventually("a new file") { FileManager.default.fileExists(atPath: log) }
      kill(sluice.child.pid, SIGTERM)
      let end = try sluice.child.wait()
      #expect(end == .exit(0))
      #expect(sluice.child.standardError.contains("the audit log ends at seq "))
    }
    let whole = try audit(["verify", log + ".1", log])
    #expect(whole.end == .exit(0), "\(whole.text)")
    let head = try #require(whole.output.firstMatch(of: /head ([0-9a-f]{64})/)?.1)
    #expect(try audit(["verify", "--head", String(head), log + ".1", log]).end == .exit(0))
    var lines = textOfFile(log + ".1").split(separator: "\n").map(String.init)
    lines[2] = lines[2].replacingOccurrences(of: ".test", with: ".best")
    try folder.write("audit.jsonl.1", lines.map { $0 + "\n" }.joined())
    let changed = try audit(["verify", log + ".1", log])
    #expect(
      changed.end == .exit(1) && changed.output.contains("audit.jsonl.1:3: "), "\(changed.text)")
    let other = String(repeating: "0", count: 64)
    #expect(try audit(["verify", "--head", other, log]).end == .exit(1))
  }

  @Test(
    "an output gets events of OCSF beside the file, and messages are JSON where that is asked for")
  func outputs() throws {
    let folder = try TemporaryFolder()
    let configuration = try folder.write(
      "sluice.yaml",
      "audit: { outputs: [{ to: stdout, format: ocsf }] }\nlog: { format: json }\n")
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], arguments: ["--config", configuration])
    let request = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n\r\n"
    #expect(try sluice.exchange(Array(request.utf8)).status == 403)
    try eventually("the refusal as an event") {
      sluice.child.standardOutput.contains("\"type_uid\":400105")
    }
    let event = try #require(
      sluice.child.standardOutput.split(separator: "\n").first { $0.contains("400105") })
    let parsed = try AuditLine(String(event))
    #expect(
      (parsed.members["dst_endpoint"] as? [String: Any])?["hostname"] as? String == "denied.test")
    for line in sluice.child.standardError.split(separator: "\n") {
      let message = try AuditLine(String(line))
      #expect(message["level"] != nil && message["message"] != nil, "\(line)")
    }
  }
}
