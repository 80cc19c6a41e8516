import Testing
import Trail

@testable import Domains
@testable import Review

/// A decision record as the audit log has it.
func record(
  _ host: String, _ port: Int, _ verdict: String, _ reason: String,
  time: String = "2026-11-22T10:00:00.123456Z", rule: String = "", environment: String = "vm-7",
  more: String = ""
) -> String {
  #"{"v":1,"seq":1,"time":"\#(time)","event":"decision","id":"00","environment":"\#(environment)","client":"10.0.7.2:51514","method":"CONNECT","host":"\#(host)","port":\#(port),"verdict":"\#(verdict)","reason":"\#(reason)""#
    + (rule.isEmpty ? "" : #","rule":"\#(rule)""#) + more + "}"
}

/// The records of lines.
func entries(_ lines: [String]) throws -> [AuditEntry] {
  var reader = LogReader(.stop)
  reader.begin(file: "audit.jsonl")
  var found: [AuditEntry] = []
  let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
  let used = try reader.take(bytes.span) { line, fields throws(RecordProblem) in
    found.append(try AuditEntry(line, fields))
  }
  #expect(used == bytes.count)
  return found
}

func allowlist(_ rules: [String], name: String = "team") throws -> Allowlist {
  let text = "sluice-allowlist 1\nname: \(name)\nversion: 1\n" + rules.map { $0 + "\n" }.joined()
  return try Allowlist.parse(Array(text.utf8), file: "\(name).allow")
}
