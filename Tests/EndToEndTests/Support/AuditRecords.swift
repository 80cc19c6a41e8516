import Foundation

/// One line of the audit log: its text, its members, and the order they stand in.
struct AuditLine {
  let text: String
  let members: [String: Any]
  let order: [String]

  init(_ text: String) throws {
    self.text = text
    guard
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else { throw TroubleError("not a JSON object: \(text)") }
    members = value
    order = AuditLine.topLevelKeys(text)
  }

  subscript(_ name: String) -> String? { members[name] as? String }
  func number(_ name: String) -> Int? { members[name] as? Int }

  var event: String { self["event"] ?? "" }

  /// The keys of the outer object in the order written, each with its repetitions.
  private static func topLevelKeys(_ text: String) -> [String] {
    var keys: [String] = []
    var depth = 0
    var word: [UInt8] = []
    var isInString = false
    var isEscaped = false
    var candidate: String?
    for byte in text.utf8 {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          candidate = String(decoding: word, as: UTF8.self)
        }
        word.append(byte)
      } else if byte == UInt8(ascii: "\"") {
        isInString = true
        word = []
      } else if byte == UInt8(ascii: ":") {
        if depth == 1, let candidate { keys.append(candidate) }
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
      } else if byte == UInt8(ascii: ",") {
        candidate = nil
      }
    }
    return keys
  }
}

/// All complete lines of an audit file; each must be one JSON object. What stands behind the last line
/// feed is on its way, or waits for space on the disk.
func auditLines(_ path: String) throws -> [AuditLine] {
  var lines = textOfFile(path).split(separator: "\n", omittingEmptySubsequences: false)
  lines.removeLast()
  return try lines.map { try AuditLine(String($0)) }
}

/// Whether the sequence numbers go up by exactly one from line to line.
func isGapless(_ lines: [AuditLine]) -> Bool {
  let numbers = lines.compactMap { $0.number("seq") }
  guard numbers.count == lines.count, let first = numbers.first else { return lines.isEmpty }
  return numbers.elementsEqual(first..<(first + numbers.count))
}
