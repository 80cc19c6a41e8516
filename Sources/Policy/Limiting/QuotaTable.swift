internal import Domains

/// The bytes of the day of environments by name, as they are kept over a restart: one line each, between a
/// line that names the format and one that says how many there are.
package struct QuotaTable: Hashable, Sendable {
  package var rows: [String: QuotaWord] = [:]

  package init() {}

  static let title = "sluice-quota 1"
  /// Bytes of a text; more is no such table.
  package static let textMax = 16 << 20

  /// `nil`: the text is not what ``text`` gives, or not all of it.
  package init?(parsing text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 3, lines[0] == Self.title, lines[lines.count - 1].isEmpty,
      lines[lines.count - 2] == "end \(lines.count - 3)"
    else { return nil }
    for line in lines.dropFirst().dropLast(2) {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 3, let day = Day(String(words[0])),
        let bytes = UInt64(words[1]), bytes <= QuotaWord.bytesMax, "\(bytes)" == words[1],
        Environment.isValidName(String(words[2])),
        rows.updateValue(QuotaWord(bytes: bytes, day: day), forKey: String(words[2])) == nil
      else { return nil }
    }
  }

  package var text: String {
    let lines = rows.sorted { $0.key < $1.key }.map { "\($1.day) \($1.bytes) \($0)\n" }
    return "\(Self.title)\n\(lines.joined())end \(rows.count)\n"
  }

  /// What one process counted, added to what the file says: each keeps what it knew of the file, and adds
  /// what came since. So two processes, of which one takes over from the other, share a file.
  ///
  /// - Parameters:
  ///   - own: the word of this process now.
  ///   - known: what it was when both were the same; `nil`: they never were.
  /// - Returns: what stands in the file from now on; what of it this process does not have yet is `missing`.
  package static func merge(
    own: QuotaWord, known: QuotaWord?, file: QuotaWord?
  ) -> (total: QuotaWord, missing: UInt64) {
    let filed = file ?? QuotaWord(rawValue: 0)
    // A day that is over says nothing.
    if QuotaWord.number(filed.day) > QuotaWord.number(own.day) {
      return (filed, filed.bytes)
    }
    let before = known.map { $0.day == own.day && $0.bytes <= own.bytes ? $0.bytes : 0 } ?? 0
    let base = filed.day == own.day ? filed.bytes : 0
    let total = min(base + (own.bytes - before), QuotaWord.bytesMax)
    // The file was lost or put back: what this process has counted stands.
    guard total > own.bytes else { return (own, 0) }
    return (QuotaWord(bytes: total, day: own.day), total - own.bytes)
  }
}
