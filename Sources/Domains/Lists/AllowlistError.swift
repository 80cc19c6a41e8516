/// A place in a text. Both numbers start at 1; the column counts bytes, not characters.
public struct SourcePosition: Hashable, Sendable, BitwiseCopyable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Why a text is not an allowlist: where, what is wrong, what to write instead.
public struct AllowlistError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let position: SourcePosition
  public let problem: String
  public let remedy: String

  /// `FILE:LINE:COLUMN: problem; remedy`
  public var description: String {
    "\(file):\(position.line):\(position.column): \(problem); \(remedy)"
  }
}
