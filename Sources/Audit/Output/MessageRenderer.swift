internal import CLinux
internal import Domains
internal import Glibc

/// A line of the audit file as the message that one output takes.
struct MessageRenderer {
  private let output: AuditOutput
  private let scanner = RecordScanner()
  private let hostname: String
  private var event: [UInt8] = []

  init(_ output: AuditOutput) {
    self.output = output
    hostname = Self.machine
  }

  /// Appends the message of a line, which comes without its line feed.
  mutating func append(_ line: Span<UInt8>, to bytes: inout [UInt8]) {
    var fields = RecordFields()
    let isKnown = scanner.scan(line, 0..<line.count, into: &fields)
    let isDenied = isKnown && line.extracting(fields.verdict.range).equals("deny")
    event.removeAll(keepingCapacity: true)
    if output.format == .ocsf {
      OCSFEvent.append(line, isKnown ? fields : nil, to: &event)
    } else {
      event.append(span: line)
    }
    switch output.target {
    case .standardOutput, .socket:
      bytes += event
      bytes.append(0x0a)
    case .syslog:
      // RFC 5424: facility 13 (log audit), severity 5 (notice) or 6 (informational).
      let time = isKnown && !fields.time.isEmpty ? fields.time : nil
      bytes += Array("<\(13 * 8 + (isDenied ? 5 : 6))>1 ".utf8)
      if let time { bytes.append(span: line.extracting(time.range)) } else { bytes.append(0x2d) }
      bytes += Array(" \(hostname) sluice \(getpid()) audit - ".utf8)
      bytes += event
    case .journald:
      // A value without a line feed may stand on its field's line; ours have none.
      bytes += Array("PRIORITY=\(isDenied ? 5 : 6)\nSYSLOG_FACILITY=13\n".utf8)
      bytes += Array("SYSLOG_IDENTIFIER=sluice\n".utf8)
      if isKnown {
        for (name, place) in [
          ("EVENT", fields.event), ("ENVIRONMENT", fields.environment), ("HOST", fields.host),
          ("VERDICT", fields.verdict), ("REASON", fields.reason), ("ID", fields.id),
        ] where !place.isEmpty {
          bytes += Array("SLUICE_\(name)=".utf8)
          bytes.append(span: line.extracting(place.range))
          bytes.append(0x0a)
        }
      }
      bytes += Array("MESSAGE=".utf8)
      bytes += event
      bytes.append(0x0a)
    }
  }

  /// The machine's name as RFC 5424 §6.2.4 takes it; `-` if it is none.
  private static var machine: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "-" }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let isWord = !bytes.isEmpty && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    return isWord ? String(decoding: bytes, as: UTF8.self) : "-"
  }
}

extension [UInt8] {
  mutating func append(span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
