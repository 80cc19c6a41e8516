package import Configuration

/// The bytes of an audit log, whatever it was compressed with: gzip and zstd are known by what the file
/// begins with, not by its name.
package struct LogInput: ~Copyable {
  /// How messages call the file.
  package let name: String
  /// In bytes, as it lies there; 0 if that is not known.
  package var size: Int { file.size }
  /// How many of them have been read.
  package private(set) var done = 0
  /// Bytes of text that came of them.
  package private(set) var textBytes = 0

  private let file: OpenFile
  private var raw = ByteBuffer(capacity: LogInput.piece)
  private var form = Form.unknown
  private var isAtEnd = false

  private static let piece = 1 << 18
  /// What the longest of the marks that are looked for takes.
  private static let markLength = 6

  private enum Form {
    case unknown
    case plain
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)
  }

  package init(_ file: consuming OpenFile, name: String) {
    self.file = file
    self.name = name
  }

  /// Whether what the file begins with says that it is compressed.
  package mutating func isCompressed() throws(InputProblem) -> Bool {
    try findForm()
    if case .plain = form { return false }
    return true
  }

  private mutating func findForm() throws(InputProblem) {
    guard case .unknown = form else { return }
    while raw.count < Self.markLength, !isAtEnd { try fill() }
    form = try Self.form(of: raw.bytes)
  }

  /// Puts the next bytes of text into `target`, and says how many; 0 at the end.
  mutating func read(into target: inout MutableSpan<UInt8>) throws(InputProblem) -> Int {
    precondition(!target.isEmpty)
    let count = try next(into: &target)
    textBytes += count
    return count
  }

  private mutating func next(into target: inout MutableSpan<UInt8>) throws(InputProblem) -> Int {
    switch form {
    case .unknown:
      try findForm()
      return try next(into: &target)
    case .plain:
      if raw.isEmpty {
        let count = try Self.read(file, into: &target)
        done += count
        return count
      }
      let count = min(raw.count, target.count)
      Self.copy(raw, count, to: &target)
      raw.use(count)
      return count
    case .gzip(let decoder):
      while true {
        if raw.isEmpty, !isAtEnd { try fill() }
        if raw.isEmpty, decoder.isAtBoundary { return 0 }
        let step = try decoder.decode(raw.bytes, into: &target)
        raw.use(step.consumed)
        if step.produced > 0 { return step.produced }
        if isAtEnd, raw.isEmpty, !decoder.isAtBoundary { throw tooShort("gzip") }
        if step.consumed == 0, !raw.isEmpty { throw Self.stuck("gzip") }
      }
    case .zstd(let decoder):
      while true {
        if raw.isEmpty, !isAtEnd { try fill() }
        if raw.isEmpty, decoder.isAtBoundary { return 0 }
        let step = try decoder.decode(raw.bytes, into: &target)
        raw.use(step.consumed)
        if step.produced > 0 { return step.produced }
        if isAtEnd, raw.isEmpty, !decoder.isAtBoundary { throw tooShort("zstd") }
        if step.consumed == 0, !raw.isEmpty { throw Self.stuck("zstd") }
      }
    }
  }

  private static func copy(
    _ buffer: borrowing ByteBuffer, _ count: Int, to target: inout MutableSpan<UInt8>
  ) {
    let bytes = buffer.bytes
    for index in 0..<count { target[index] = bytes[index] }
  }

  private static func read(
    _ file: borrowing OpenFile, into target: inout MutableSpan<UInt8>
  ) throws(InputProblem) -> Int {
    do throws(OpenFile.Failure) { return try file.read(into: &target) } catch {
      throw InputProblem("\(error)", remedy: "check the file and its disk")
    }
  }

  private static func fill(
    _ buffer: inout ByteBuffer, from file: borrowing OpenFile
  ) throws(InputProblem) -> Int {
    var room = buffer.room
    let count = try read(file, into: &room)
    buffer.filled(count)
    return count
  }

  private mutating func fill() throws(InputProblem) {
    raw.compact()
    let count = try Self.fill(&raw, from: file)
    done += count
    isAtEnd = count == 0
  }

  private static func form(of start: Span<UInt8>) throws(InputProblem) -> Form {
    func begins(_ mark: [UInt8]) -> Bool {
      guard start.count >= mark.count else { return false }
      for (index, byte) in mark.enumerated() where start[index] != byte { return false }
      return true
    }
    if begins([0x1f, 0x8b]) { return .gzip(GzipDecoder()) }
    if begins([0x28, 0xb5, 0x2f, 0xfd]) { return .zstd(ZstdDecoder()) }
    let others: [(mark: [UInt8], name: String, tool: String)] = [
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz", "xzcat"),
      ([0x42, 0x5a, 0x68], "bzip2", "bzcat"),
    ]
    for (mark, name, tool) in others where begins(mark) {
      throw InputProblem(
        "compressed with \(name), which is not read", remedy: "write `\(tool) FILE | sluice … -`")
    }
    return .plain
  }

  private func tooShort(_ format: String) -> InputProblem {
    InputProblem(
      "the \(format) data end too early, after \(textBytes) bytes of text; what is before was read",
      remedy: "copy the file again, or take it from a backup")
  }

  private static func stuck(_ format: String) -> InputProblem {
    InputProblem(
      "the \(format) data are damaged", remedy: "copy the file again, or take it from a backup")
  }
}
