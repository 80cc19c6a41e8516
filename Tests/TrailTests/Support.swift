import CZstd
import Configuration
import Foundation
import Testing
import Trail

@testable import Audit

/// A directory of its own for a test, gone at its end.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "sluice-trail-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// A decision record as the audit log has it.
func record(
  _ host: String, verdict: String = "allow", reason: String = "allowlisted", sequence: Int = 1,
  time: String = "2026-11-22T10:00:00.123456Z", rule: String = "", environment: String = "vm-7",
  client: String = "10.0.7.2:51514", more: String = ""
) -> String {
  #"{"v":1,"seq":\#(sequence),"time":"\#(time)","event":"decision","id":"00","environment":"\#(environment)","client":"\#(client)","method":"CONNECT","host":"\#(host)","port":443,"verdict":"\#(verdict)","reason":"\#(reason)""#
    + (rule.isEmpty ? "" : #","rule":"\#(rule)""#) + more + "}"
}

/// What a reader made of a file.
struct Reading {
  var lines: [String] = []
  var fields: [RecordFields] = []
  var reader = LogReader(.goOn)
  var failure: LogFailure?
}

func read(file: String, _ onBroken: LogReader.OnBroken = .goOn) throws -> Reading {
  var reading = Reading(reader: LogReader(onBroken))
  var input = LogInput(try OpenFile(file), name: "audit.jsonl")
  var lines: [String] = []
  var fields: [RecordFields] = []
  do throws(LogFailure) {
    try reading.reader.read(&input) { line, found in
      lines.append(text(line))
      fields.append(found)
    }
  } catch {
    reading.failure = error
  }
  reading.lines = lines
  reading.fields = fields
  return reading
}

func text(_ bytes: Span<UInt8>) -> String {
  var copy: [UInt8] = []
  for index in 0..<bytes.count { copy.append(bytes[index]) }
  return String(decoding: copy, as: UTF8.self)
}

/// The fields of one line, which must be a record.
func fields(_ line: String) throws -> RecordFields {
  let bytes = Array(line.utf8)
  let outcome = try RecordParser().parse(bytes.span, 0..<bytes.count)
  guard case .record(let fields) = outcome else { throw Unexpected(what: line) }
  return fields
}

struct Unexpected: Error { let what: String }

func gzip(_ bytes: [UInt8], in scratch: Scratch, _ name: String) throws -> String {
  let plain = try scratch.write(name, bytes)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["gzip", "-f", plain]
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
  return plain + ".gz"
}

func zstd(_ bytes: [UInt8]) -> [UInt8] {
  var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
  let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
  precondition(ZSTD_isError(count) == 0)
  return Array(output[..<count])
}

/// A generator whose numbers follow from a seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
