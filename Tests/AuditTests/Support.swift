import Audit
import Domains
import Foundation
import Policy
import Testing

/// A directory of its own for a test, gone at its end.
final class Scratch: Sendable {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "sluice-audit-" + UUID().uuidString
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var file: String { path + "/audit.jsonl" }
  var journal: String { file + ".journal" }

  /// The lines of the audit file, each parsed by an independent parser.
  func lines(_ file: String? = nil) throws -> [[String: Any]] { try parse(file ?? self.file) }
}

struct NotJSON: Error { let line: String }

func parse(_ path: String) throws -> [[String: Any]] {
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  guard !data.isEmpty else { return [] }
  #expect(data.last == 0x0a, "the file ends in a whole line")
  return try data.split(separator: 0x0a).map { line in
    guard let value = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
      throw NotJSON(line: String(decoding: line, as: UTF8.self))
    }
    return value
  }
}

extension Array where Element == [String: Any] {
  var events: [String] { map { $0["event"] as? String ?? "?" } }
  var hosts: [String] { compactMap { $0["host"] as? String } }
  var sequence: [Int] { map { $0["seq"] as? Int ?? -1 } }
  /// Sequence numbers from the first on, without a gap, in file order.
  var isGapless: Bool {
    let sequence = self.sequence
    let first = sequence.first ?? 0
    return sequence.enumerated().allSatisfy { $0.element == first + $0.offset }
  }
}

let noon: UInt64 = 1_795_255_200_123_456  // 2026-11-21T10:00:00.123456Z

func decision(_ number: UInt64 = 1) -> AuditRecord {
  var record = AuditRecord(
    event: .decision, id: RequestID(high: 7, low: number), timeMicroseconds: noon)
  record.verdict = .allow
  record.reason = .allowlisted
  return record
}

func closing(_ number: UInt64 = 1) -> AuditRecord {
  AuditRecord(event: .close, id: RequestID(high: 7, low: number), timeMicroseconds: noon)
}

/// A journal that a test can hold: `#expect` copies what it looks at.
final class Pen {
  private var journal: Journal

  init(_ journal: consuming Journal) { self.journal = journal }

  var isAccepting: Bool { journal.isAccepting }
  func flushHint() { journal.flushHint() }

  /// Appends with texts as strings.
  func add(
    _ record: AuditRecord, environment: String = "", listener: String = "", method: String = "",
    host: String = "", list: String = "", raw: [UInt8] = [], detail: StaticString = ""
  ) -> Bool {
    journal.append(
      record, environment: Array(environment.utf8).span, listener: Array(listener.utf8).span,
      method: Array(method.utf8).span, host: Array(host.utf8).span, list: Array(list.utf8).span,
      raw: raw.span, detail: detail)
  }

  /// Appends with the same bytes for every text but the raw target.
  func add(_ record: AuditRecord, everyText bytes: [UInt8]) -> Bool {
    journal.append(
      record, environment: bytes.span, listener: bytes.span, method: bytes.span,
      host: bytes.span, list: bytes.span, raw: [UInt8]().span)
  }
}

/// Polls until `isTrue`, at most ten seconds.
func eventually(_ what: Comment, _ isTrue: () throws -> Bool) rethrows {
  let deadline = Date().addingTimeInterval(10)
  while Date() < deadline {
    if try isTrue() { return }
    usleep(1000)
  }
  Issue.record(what)
}

/// Opens what a process left at `path`, lets it write all of it, and closes.
func recover(_ path: String, disk: any Disk = LinuxDisk(), ringBytes: Int = 16384) throws {
  let log = try AuditLog(
    path: path, workers: 2, onFull: .block, ringBytes: ringBytes, stateDirectory: nil, disk: disk,
    isChained: true)
  log.start()
  log.stop()
}

/// The sequence numbers of lines, in all audit files of a directory, whose link does not follow from
/// the line before.
func brokenLinks(_ directory: String) throws -> [Int] {
  let names = try FileManager.default.contentsOfDirectory(atPath: directory)
  let files = try names.filter { $0.hasPrefix("audit.jsonl") && !$0.hasSuffix(".journal") }
    .map { try String(contentsOfFile: directory + "/" + $0, encoding: .utf8) }
  func sequence(_ line: Substring) -> Int {
    Int(line.dropFirst(#"{"v":1,"seq":"#.count).prefix { $0.isNumber }) ?? 0
  }
  let lines = files.flatMap { $0.split(separator: "\n") }.sorted { sequence($0) < sequence($1) }
  let hash = ChainHash()
  var link = ChainLink.origin
  var broken: [Int] = []
  for line in lines {
    let parts = line.components(separatedBy: #","chain":""#)
    link = hash.link(after: link, Array(parts[0].utf8).span)
    if parts.count != 2 || parts[1] != link.hexadecimal + "\"}" { broken.append(sequence(line)) }
  }
  return broken
}
