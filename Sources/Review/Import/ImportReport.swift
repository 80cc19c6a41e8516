/// What an import did beside writing rules: every entry that was left out, said more narrowly or
/// without meaning for hosts, by kind, with the first places of each.
package struct ImportReport: Sendable {
  /// What became of an entry.
  package enum Fate: String, CaseIterable, Sendable {
    /// It would have to be denied, and no rule can say it: nothing is imported.
    case refused
    /// The list allows less than the source.
    case narrowed
    /// It changes nothing that the list could say.
    case ignored
  }

  package struct Place: Hashable, Sendable {
    package let file: String
    /// 1-based.
    package let line: Int
    /// The entry, fit to be printed.
    package let text: String
  }

  package struct Entry: Sendable {
    package let fate: Fate
    package let remark: ImportRemark
    package internal(set) var count = 0
    /// The first ones.
    package internal(set) var places: [Place] = []
  }

  /// By kind, in the order in which they were first met.
  package internal(set) var entries: [Entry] = []
  /// Rules that were written.
  package internal(set) var rules = 0
  /// Entries that were there before.
  package internal(set) var duplicates = 0
  private let placeLimit: Int

  init(placeLimit: Int) { self.placeLimit = placeLimit }

  /// How many entries had this fate.
  package func count(_ fate: Fate) -> Int {
    entries.reduce(0) { $0 + ($1.fate == fate ? $1.count : 0) }
  }

  mutating func note(
    _ fate: Fate, _ remark: ImportRemark, file: String, line: Int, _ text: some Sequence<UInt8>
  ) {
    var index = 0
    while index < entries.count, entries[index].fate != fate || entries[index].remark != remark {
      index += 1
    }
    if index == entries.count { entries.append(Entry(fate: fate, remark: remark)) }
    entries[index].count += 1
    guard entries[index].places.count < placeLimit else { return }
    entries[index].places.append(Place(file: file, line: line, text: PrintableText.line(text)))
  }
}

extension ImportReport {
  /// For people: a line for each kind, and its first places under it.
  package func text(file: String) -> String {
    var lines = ["\(file): rules: \(rules), duplicates left out: \(duplicates)"]
    for fate in Fate.allCases {
      for entry in entries where entry.fate == fate {
        lines.append("\(fate.rawValue): \(entry.count) × \(entry.remark.text)")
        for place in entry.places { lines.append("  \(place.file):\(place.line): \(place.text)") }
        if entry.count > entry.places.count {
          lines.append("  … and \(entry.count - entry.places.count) more")
        }
      }
    }
    return lines.joined(separator: "\n")
  }

  /// For programs: one JSON object.
  package func json(file: String) -> String {
    let remarks = entries.map { entry in
      JSONText.object([
        ("fate", JSONText.quoted(entry.fate.rawValue)),
        ("code", JSONText.quoted(entry.remark.rawValue)),
        ("meaning", JSONText.quoted(entry.remark.text)), ("count", "\(entry.count)"),
        ("places", JSONText.array(entry.places.map(\.json))),
      ])
    }
    return JSONText.object([
      ("file", JSONText.quoted(file)), ("rules", "\(rules)"), ("duplicates", "\(duplicates)"),
      ("refused", "\(count(.refused))"), ("narrowed", "\(count(.narrowed))"),
      ("ignored", "\(count(.ignored))"), ("remarks", JSONText.array(remarks)),
    ])
  }
}

extension ImportReport.Place {
  fileprivate var json: String {
    JSONText.object([
      ("file", JSONText.quoted(file)), ("line", "\(line)"), ("text", JSONText.quoted(text)),
    ])
  }
}
