/// Audit logs as streams of records: takes the bytes of a file piece by piece, holds one line at most,
/// and stops at the first line that is no record. Only the last line of a file may be broken, as a
/// full disk or a kernel crash leaves it; it is counted and left out.
package struct AuditLogReader {
  /// Why a log cannot be read: `file:line:column: what; what to do`.
  package struct Failure: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// The longest line. A record has at most about 12 KiB; later versions may have more.
  package static let lineLimit = 1 << 17

  /// Records of any kind.
  package private(set) var records = 0
  /// Those of a version that is not known.
  package private(set) var laterVersions = 0
  /// Places of last lines that were broken, as they are printed.
  package private(set) var brokenLastLines: [String] = []

  private var file = ""
  private var line = 0
  private var rest: [UInt8] = []
  private var pending: Failure?

  package init() {}

  /// Starts with the next file. Call ``finish()`` in between.
  package mutating func begin(file: String) {
    self.file = file
    line = 0
    rest = []
    pending = nil
  }

  /// Takes more of the file, and gives each record that it completes to `body`.
  package mutating func read(
    _ chunk: [UInt8], _ body: (AuditEntry) -> Void
  ) throws(Failure) {
    var bytes = chunk
    if !rest.isEmpty {
      bytes = rest
      bytes.append(contentsOf: chunk)
    }
    if line == 0, pending == nil, bytes.starts(with: [0x1F, 0x8B]) {
      throw Failure(
        description: "\(file): a compressed file; write `zcat \(file) | … -` to read it")
    }
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      try take(bytes, start..<end, body)
      start = end + 1
    }
    guard bytes.count - start <= Self.lineLimit else { throw tooLong() }
    rest = Array(bytes[start...])
  }

  /// Ends a file: what is left of it is its last line.
  package mutating func finish(_ body: (AuditEntry) -> Void) throws(Failure) {
    if !rest.isEmpty {
      let bytes = rest
      rest = []
      try take(bytes, 0..<bytes.count, body)
    }
    if let failure = pending {
      brokenLastLines.append(failure.description)
      pending = nil
    }
  }

  private mutating func take(
    _ bytes: [UInt8], _ range: Range<Int>, _ body: (AuditEntry) -> Void
  ) throws(Failure) {
    // The broken line before was not the last one.
    if let failure = pending { throw failure }
    line += 1
    guard range.count <= Self.lineLimit else { throw tooLong() }
    do throws(AuditEntry.Problem) {
      let entry = try AuditEntry(bytes, range)
      records += 1
      if case .laterVersion = entry { laterVersions += 1 }
      body(entry)
    } catch {
      pending = Failure(
        description:
          "\(file):\(line):\(error.offset - range.lowerBound + 1): \(error.text); "
          + "give audit logs of sluice, one record a line")
    }
  }

  private func tooLong() -> Failure {
    Failure(
      description:
        "\(file):\(max(1, line)):\(Self.lineLimit + 1): a line of more than \(Self.lineLimit) bytes; "
        + "give audit logs of sluice, one record a line")
  }
}
