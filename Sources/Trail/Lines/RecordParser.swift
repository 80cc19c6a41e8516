package import Audit
internal import Review

/// Why a line is no record.
package struct RecordProblem: Error {
  /// In bytes from the start of the line.
  package let offset: Int
  package let text: String
}

/// Lines to records: by the scanner of the writer's own form where a line has it, else by a strict
/// parser of JSON.
package struct RecordParser: Sendable {
  package enum Outcome: BitwiseCopyable, Sendable {
    case record(RecordFields)
    /// A record of a version of the format that this program does not know.
    case laterVersion
  }

  private let scanner = RecordScanner()
  /// The members by their names, for the slow way.
  private let members: [[UInt8]] = RecordMember.allCases.map { Array("\($0.name)".utf8) }

  package init() {}

  /// Reads the line of `bytes` that is `line`. Offsets of a problem are within the line.
  @inline(__always)
  package func parse(
    _ bytes: Span<UInt8>, _ line: Range<Int>
  ) throws(RecordProblem) -> Outcome {
    var fields = RecordFields()
    guard scanner.scan(bytes, line, into: &fields), !fields.isWide || isUTF8(bytes, line) else {
      return try parseSlowly(bytes.extracting(line))
    }
    return try outcome(bytes.extracting(line), fields)
  }

  private func outcome(
    _ line: Span<UInt8>, _ fields: RecordFields
  ) throws(RecordProblem) -> Outcome {
    let version = fields.version.range
    if version.count == 1, line[version.lowerBound] == UInt8(ascii: "1") {
      guard !fields.event.isEmpty else { throw RecordProblem(offset: 0, text: "no event") }
      return .record(fields)
    }
    guard let number = line.number(fields.version), number >= 1 else {
      throw RecordProblem(offset: 0, text: "no version `v`")
    }
    return .laterVersion
  }

  private func isUTF8(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
    (try? UTF8Span(validating: bytes.extracting(line))) != nil
  }

  private func parseSlowly(_ line: Span<UInt8>) throws(RecordProblem) -> Outcome {
    let bytes = line.array
    var fields = RecordFields()
    do throws(JSONLine.Problem) {
      var object = try JSONLine(bytes, 0..<bytes.count)
      while let (name, value) = try object.next() {
        guard let member = member(bytes[name]) else { continue }
        switch value {
        case .string(let range, let hasEscapes) where member.isText:
          fields.set(member, RecordFields.Place(range))
          if hasEscapes { fields.hasEscapes = true }
        case .number(let range) where !member.isText:
          fields.set(member, RecordFields.Place(range))
        case .string, .number, .bool, .null, .nested: continue
        }
      }
    } catch {
      throw RecordProblem(offset: error.offset, text: error.text.description)
    }
    fields.isWide = bytes.contains { $0 >= 0x80 }
    return try outcome(line, fields)
  }

  private func member(_ name: ArraySlice<UInt8>) -> RecordMember? {
    members.firstIndex { $0[...] == name }.map { RecordMember.allCases[$0] }
  }
}

extension Span<UInt8> {
  /// A copy.
  var array: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    for index in 0..<count { copy.append(self[index]) }
    return copy
  }

  /// The number at `place`, without sign, point and exponent, of at most 18 digits; `nil` if there is
  /// none such.
  func number(_ place: RecordFields.Place) -> Int? {
    let range = place.range
    guard (1...18).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      let digit = self[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// The text at `place`, its escapes resolved.
  func text(_ place: RecordFields.Place, _ fields: RecordFields) -> String {
    let bytes = extracting(place.range)
    if fields.hasEscapes {
      let copy = bytes.array
      if copy.contains(UInt8(ascii: "\\")) { return JSONLine.unescaped(copy[...]) }
    }
    return String(decoding: bytes.array, as: UTF8.self)
  }
}
