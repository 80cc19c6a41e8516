internal import Domains

/// A rule on its way into a list.
struct ImportedRule {
  var pattern: Pattern
  /// Never `denyAlways`; ``isHard`` says it.
  var isDeny: Bool
  /// A deny that is written `!!`.
  var isHard = false
  /// Of sources in which some rules overrule others: the lower number wins.
  var tier: UInt8 = 0
  /// Only of allows.
  var ports: PortSet?
  /// Where it stands in the source.
  var source: Int
  var line: Int
  /// Index into ``ImportDraft/sections``.
  var section: Int
  /// Whole lines of comment in front of it.
  var lead: [String] = []
  /// Behind it on its line.
  var comment = ""
}

/// The rules that were read so far, in the order of the source, each once.
struct ImportDraft {
  private struct Key: Hashable {
    let pattern: Pattern
    let isDeny: Bool
    let tier: UInt8
    let ports: PortSet?
  }

  var rules: [ImportedRule] = []
  var sections: [String] = []
  /// The files that rules come from.
  private(set) var sources: [String] = []
  var report: ImportReport
  private var seen: Set<Key> = []
  private var lead: [String] = []

  /// Comments that are kept in front of one rule, and their length.
  private static let leadLimit = 20
  private static let commentLimit = 200

  init(placeLimit: Int) { report = ImportReport(placeLimit: placeLimit) }

  /// The rules that follow come from `file` and stand under a heading of `title`.
  mutating func begin(source file: String, section title: String) {
    lead = []
    if sources.last != file { sources.append(file) }
    let name = ImportedListText.sectionName(title)
    if sections.last != name { sections.append(name) }
  }

  /// A line of comment, which goes in front of the next rule if it says something.
  mutating func addLead(_ comment: ArraySlice<UInt8>) {
    let text = comment.trimmed
    guard text.contains(where: Self.isWordByte) else { return }
    if lead.count == Self.leadLimit { lead.removeFirst() }
    lead.append(PrintableText.line(text, limit: Self.commentLimit))
  }

  /// An empty line: what stood above it was not about the next rule alone, but is kept.
  mutating func add(
    _ pattern: Pattern, isDeny: Bool, tier: UInt8 = 0, ports: PortSet? = nil, line: Int,
    comment: ArraySlice<UInt8>? = nil
  ) throws(ImportError) {
    defer { lead = [] }
    let key = Key(pattern: pattern, isDeny: isDeny, tier: tier, ports: ports)
    guard seen.insert(key).inserted else {
      report.duplicates += 1
      return
    }
    guard rules.count < Allowlist.ruleLimit else {
      throw ImportError(
        sources[sources.count - 1], line: line, "more than \(Allowlist.ruleLimit) rules",
        remedy: "split the file")
    }
    let text = (comment ?? []).trimmed
    rules.append(
      ImportedRule(
        pattern: pattern, isDeny: isDeny, tier: tier, ports: ports, source: sources.count - 1,
        line: line, section: sections.count - 1, lead: lead,
        comment: text.contains(where: Self.isWordByte)
          ? PrintableText.line(text, limit: Self.commentLimit) : ""))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte >= 0x80
  }
}
