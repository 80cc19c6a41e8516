import Testing

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

/// The records of a log, read in pieces of `piece` bytes.
func entries(
  _ text: String, piece: Int = 7, reader: inout AuditLogReader
) throws -> [AuditEntry] {
  var found: [AuditEntry] = []
  reader.begin(file: "audit.jsonl")
  let bytes = Array(text.utf8)
  for start in stride(from: 0, to: bytes.count, by: piece) {
    try reader.read(Array(bytes[start..<min(start + piece, bytes.count)])) { found.append($0) }
  }
  try reader.finish { found.append($0) }
  return found
}

func entries(_ lines: [String]) throws -> [AuditEntry] {
  var reader = AuditLogReader()
  return try entries(lines.joined(separator: "\n") + "\n", piece: 1 << 16, reader: &reader)
}

func allowlist(_ rules: [String], name: String = "team") throws -> Allowlist {
  let text = "sluice-allowlist 1\nname: \(name)\nversion: 1\n" + rules.map { $0 + "\n" }.joined()
  return try Allowlist.parse(Array(text.utf8), file: "\(name).allow")
}
