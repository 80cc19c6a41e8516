package import Domains

/// Something in a list's text that a tool cannot work with: where, what is wrong, what to write.
package struct ListProblem: Hashable, Sendable {
  package let position: SourcePosition
  package let problem: String
  package let remedy: String

  /// `FILE:LINE:COLUMN: problem; remedy`, with nothing in it that a terminal would obey.
  package func description(in file: String) -> String {
    "\(InternationalName.printable(file)):\(position.line):\(position.column): "
      + InternationalName.printable("\(problem); \(remedy)")
  }
}
