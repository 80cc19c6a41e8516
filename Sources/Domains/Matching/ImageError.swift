/// Why bytes are not an image that a ``Matcher`` can be made of.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  public let problem: String
  public let remedy: String

  init(_ problem: String, remedy: String = "compile it again: sluice allowlist compile") {
    self.problem = problem
    self.remedy = remedy
  }

  /// `problem; remedy`
  public var description: String { "\(problem); \(remedy)" }
}
