/// A versioned list of rules in the format `sluice-allowlist 1`, which docs/allowlists.md describes.
/// If you hold one, every line of its text was understood: a text is taken whole or not at all.
public struct Allowlist: Sendable {
  /// `name:` of the header.
  public let name: String
  /// `version:` of the header.
  public let version: String
  /// `description:` of the header.
  public let description: String?
  public let sections: [Section]
  /// The file as the caller named it, for messages.
  public let file: String
  /// The SHA-256 of the text in hexadecimal, as given by the caller; empty if unknown.
  public let digest: String
  /// The whole text. Arrays share storage, so that a matcher keeps it at no cost.
  let text: [UInt8]
  /// The bytes of the whole text.
  public var byteCount: Int { text.count }
  /// The labels of the names of all rules, counted once for each rule. Looks at every name.
  public var labelCount: Int {
    let text = text.span
    var count = rows.count
    for row in rows {
      let name = row.name
      for offset in name where text[offset] == UInt8(ascii: ".") { count += 1 }
    }
    return count
  }
  /// The rules, in the order of their lines.
  let rows: [RuleRow]
  /// What the rows have an index into; first ``PortSet/standard`` and ``PortSet/all``.
  let portSets: [PortSet]

  /// In the order of their lines.
  public var rules: RuleList { RuleList(text: text, rows: rows, portSets: portSets) }

  /// The list's name in logs: `default@2026.11.22-1`.
  public var label: String { "\(name)@\(version)" }

  /// The largest text, in bytes.
  public static let textLimit = 256 << 20
  /// The longest line, in bytes, without its line feed.
  public static let lineLimit = 4096
  /// The most lines in one list, which a text of ``textLimit`` bytes cannot exceed: the number of a
  /// line takes 32 bits.
  public static let lineCountLimit = Int(UInt32.max) - 1
  /// The most rules in one list.
  public static let ruleLimit = 1 << 24
  /// The most sections in one list. Each holds strings of its own, as rules do not, so that a text of
  /// headings alone would take many times its size in memory.
  public static let sectionLimit = 1 << 20

  /// Reads a list, or says what the first thing is that is wrong with it.
  public static func parse(
    _ text: [UInt8], file: String, digest: String = ""
  ) throws(AllowlistError) -> Allowlist {
    var parser = AllowlistParser(text: text, file: file, errorLimit: 1)
    parser.parse()
    if let error = parser.errors.first { throw error }
    return parser.list(digest: digest)
  }

  /// Everything that is wrong with a text, up to `limit` complaints, in the order of the lines; empty
  /// exactly when ``parse(_:file:digest:)`` takes it.
  public static func errors(in text: [UInt8], file: String, limit: Int = 100) -> [AllowlistError] {
    var parser = AllowlistParser(text: text, file: file, errorLimit: max(1, limit))
    parser.parse()
    return parser.errors
  }
}
