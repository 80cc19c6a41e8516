package import Audit

/// Audit logs as streams of records: takes files of any size a piece at a time and holds one line at
/// most, of bounded length.
package struct LogReader: Sendable {
  /// Is given the line of a record and where its members are. What it throws is taken as a line that is
  /// no record.
  package typealias Body = (Span<UInt8>, RecordFields) throws(RecordProblem) -> Void

  /// What to do at a line that is no record.
  package enum OnBroken: Sendable {
    /// Stop there, unless it is the last line of its file, as a full disk or a kernel crash leaves it;
    /// that is left out.
    case stop
    /// Leave it out, count it, and keep the places of the first ones.
    case goOn
  }

  /// The longest line. A record has at most about 12 KiB; later versions may have more.
  package static let lineLimit = 1 << 17
  /// How many places of broken lines are kept.
  package static let placeLimit = 10
  private static let piece = 1 << 20

  /// Records of any kind.
  package private(set) var records = 0
  /// Those of a version that is not known.
  package private(set) var laterVersions = 0
  /// Lines that are no record; with ``OnBroken/stop``, last lines only.
  package private(set) var brokenLines = 0
  /// Where the first of them are, and what is wrong with each.
  package private(set) var brokenPlaces: [String] = []
  /// The number of the line that was read last, from 1 on.
  package private(set) var line = 0

  private let parser = RecordParser()
  private let onBroken: OnBroken
  private var file = ""
  private var pending: LogFailure?
  /// Bytes of a line beyond the limit that have been passed over.
  private var skipped = 0

  package init(_ onBroken: OnBroken) { self.onBroken = onBroken }

  /// Reads a file to its end. `progress` is given the bytes of the file that have been read.
  package mutating func read(
    _ input: inout LogInput, progress: (Int) -> Void = { _ in },
    _ body: Body
  ) throws(LogFailure) {
    begin(file: input.name)
    var buffer = ByteBuffer(capacity: Self.lineLimit + Self.piece)
    while true {
      buffer.compact()
      let count: Int
      do throws(InputProblem) {
        var room = buffer.room
        count = try input.read(into: &room)
      } catch {
        throw LogFailure(
          "\(file):\(line + 1):\(buffer.count + 1): \(error.problem); \(error.remedy)")
      }
      buffer.filled(count)
      if count == 0 { break }
      let used = try take(buffer.bytes, body)
      buffer.use(used)
      progress(input.done)
    }
    try finish(buffer.bytes, body)
  }

  /// Starts with a file.
  package mutating func begin(file: String) {
    self.file = file
    line = 0
    pending = nil
    skipped = 0
  }

  /// Takes the whole lines that `bytes` begins with; says how many bytes they are. What is left is to
  /// be given again with more behind it.
  package mutating func take(
    _ bytes: Span<UInt8>, _ body: Body
  ) throws(LogFailure) -> Int {
    var start = 0
    while let end = bytes.lineEnd(from: start) {
      if skipped > 0 {
        try endSkipped(with: end - start)
      } else {
        try take(bytes, start..<end, body)
      }
      start = end + 1
    }
    guard skipped > 0 || bytes.count - start > Self.lineLimit else { return start }
    if skipped == 0, onBroken == .stop { try refuseLongLine() }
    skipped += bytes.count - start
    return bytes.count
  }

  /// Ends a file: what is left of it is its last line.
  package mutating func finish(
    _ rest: Span<UInt8>, _ body: Body
  ) throws(LogFailure) {
    if skipped > 0 {
      try endSkipped(with: rest.count)
    } else if !rest.isEmpty {
      try take(rest, 0..<rest.count, body)
    }
    if let failure = pending { note(failure) }
    pending = nil
  }

  @inline(__always)
  private mutating func take(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ body: Body
  ) throws(LogFailure) {
    // The broken line before was not the last one.
    if let failure = pending { throw failure }
    line += 1
    guard range.count <= Self.lineLimit else {
      line -= 1
      if onBroken == .stop { try refuseLongLine() }
      return try endSkipped(with: range.count)
    }
    do throws(RecordProblem) {
      switch try parser.parse(bytes, range) {
      case .record(var fields):
        fields.line = line
        records += 1
        try body(bytes.extracting(range), fields)
      case .laterVersion:
        records += 1
        laterVersions += 1
      }
    } catch {
      refuse(error)
    }
  }

  private mutating func refuse(_ problem: RecordProblem) {
    let failure = LogFailure(
      "\(file):\(line):\(problem.offset + 1): \(problem.text); "
        + "give audit logs of sluice, one record a line")
    switch onBroken {
    case .stop: pending = failure
    case .goOn: note(failure)
    }
  }

  private mutating func note(_ failure: LogFailure) {
    brokenLines += 1
    if brokenPlaces.count < Self.placeLimit { brokenPlaces.append(failure.description) }
  }

  /// Starts counting broken lines anew.
  mutating func forgetBroken() {
    brokenLines = 0
    brokenPlaces = []
  }

  /// A line that was too long has ended.
  private mutating func endSkipped(with count: Int) throws(LogFailure) {
    line += 1
    note(
      LogFailure(
        "\(file):\(line):\(Self.lineLimit + 1): a line of \(skipped + count) bytes, of which at most "
          + "\(Self.lineLimit) are read; give audit logs of sluice, one record a line"))
    skipped = 0
  }

  private func refuseLongLine() throws(LogFailure) {
    throw LogFailure(
      "\(file):\(line + 1):\(Self.lineLimit + 1): a line of more than \(Self.lineLimit) bytes; "
        + "give audit logs of sluice, one record a line")
  }
}
