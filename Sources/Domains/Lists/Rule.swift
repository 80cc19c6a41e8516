/// One line of an allowlist: which names, allow or deny, on which ports, until when. Made only by
/// ``Allowlist/parse(_:file:digest:)``.
///
/// A rule is a view of the text of its list. ``pattern``, ``metadata`` and ``text`` make strings each
/// time that they are asked for; the rest costs nothing.
public struct Rule: Sendable {
  public enum Verdict: UInt8, Hashable, Sendable, BitwiseCopyable {
    case allow
    /// `!`: the most specific rule wins, and deny at a tie.
    case deny
    /// `!!`: for the name and everything below it, whatever other rules say.
    case denyAlways
  }

  /// The text of the whole list.
  let listText: [UInt8]
  let row: RuleRow

  /// As written; otherwise 80 and 443 for an allow and every port for a deny.
  public let ports: PortSet

  init(listText: [UInt8], row: RuleRow, ports: PortSet) {
    self.listText = listText
    self.row = row
    self.ports = ports
  }

  /// The names that the rule is about. Of a ``Verdict/denyAlways`` it is always
  /// ``Pattern/apexAndBelow(_:)``.
  public var pattern: Pattern {
    let name = Hostname(canonical: listText.span.extracting(row.name))
    return switch row.kind {
    case .exact: .exact(name)
    case .oneLabel: .oneLabel(name)
    case .glob: .glob(label: String(ascii: listText.span.extracting(row.glob)), parent: name)
    case .below: .below(name)
    case .apexAndBelow: .apexAndBelow(name)
    }
  }

  public var verdict: Verdict { row.verdict }

  /// The last day on which an allow holds, to its end (UTC); `nil`: no end.
  public var until: Day? {
    row.until == RuleRow.endless ? nil : Day(daysSince1970: row.until)
  }

  /// `protocol=any`: what a tunnel carries is not looked at, on a TLS port neither.
  public var allowsAnyProtocol: Bool { row.allowsAnyProtocol }

  /// 1-based line in the file.
  public var line: Int { Int(row.line) }

  /// Index into ``Allowlist/sections``; `nil` in front of the first section.
  public var section: Int? { row.section < 0 ? nil : Int(row.section) }

  /// `ticket=`, `owner=`, `reason=`, `review=` in the order in which they stand.
  public var metadata: [(key: String, value: String)] {
    guard row.name.upperBound < row.range.upperBound else { return [] }
    var metadata: [(key: String, value: String)] = []
    var words = AllowlistWords(row.name.upperBound..<row.range.upperBound)
    while case .word(let word) = words.next(in: listText.span) {
      // Ports have no `=`.
      guard let pair = AllowlistPair(splitting: word, of: listText.span) else { continue }
      let key = String(decoding: listText[pair.key], as: UTF8.self)
      if key == "until" || key == "protocol" { continue }
      metadata.append((key, String(decoding: listText[pair.value], as: UTF8.self)))
    }
    return metadata
  }

  /// The rule as it stands in the file, without the comment.
  public var text: String { String(decoding: listText[range], as: UTF8.self) }

  /// Where ``text`` is in the text of the list.
  var range: Range<Int> { row.range }
}

extension Hostname {
  /// A name that the parser of lists took, so that it is canonical and valid.
  init(canonical bytes: Span<UInt8>) {
    self.text = String(ascii: bytes)
  }
}
