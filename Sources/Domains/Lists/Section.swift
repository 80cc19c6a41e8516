/// A headed part of an allowlist: `[Name] owner=@team review=2027-01-01`.
public struct Section: Sendable {
  public let name: String
  /// The keys and values behind the name, in the order in which they stand.
  public let metadata: [(key: String, value: String)]
  /// 1-based line of the heading.
  public let line: Int
}
