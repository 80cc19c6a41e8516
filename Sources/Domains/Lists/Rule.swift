/// One line of an allowlist: which names, allow or deny, on which ports, until when. Made only by
/// ``Allowlist/parse(_:file:digest:)``.
public struct Rule: Sendable {
  public enum Verdict: UInt8, Hashable, Sendable, BitwiseCopyable {
    case allow
    /// `!`: the most specific rule wins, and deny at a tie.
    case deny
    /// `!!`: for the name and everything below it, whatever other rules say.
    case denyAlways
  }

  /// The names that the rule is about. Of a ``Verdict/denyAlways`` it is always
  /// ``Pattern/apexAndBelow(_:)``.
  public let pattern: Pattern
  public let verdict: Verdict
  /// As written; otherwise 80 and 443 for an allow and every port for a deny.
  public let ports: PortSet
  /// The last day on which an allow holds, to its end (UTC); `nil`: no end.
  public let until: Day?
  /// 1-based line in the file.
  public let line: Int
  /// Index into ``Allowlist/sections``; `nil` in front of the first section.
  public let section: Int?
  /// `ticket=`, `owner=`, `reason=`, `review=` in the order in which they stand.
  public let metadata: [(key: String, value: String)]
  /// The rule as it stands in the file, without the comment.
  public let text: String
  /// Where ``text`` is in the text of the list.
  let range: Range<Int>
}

/// A headed part of an allowlist: `[Name] owner=@team review=2027-01-01`.
public struct Section: Sendable {
  public let name: String
  /// The keys and values behind the name, in the order in which they stand.
  public let metadata: [(key: String, value: String)]
  /// 1-based line of the heading.
  public let line: Int
}
