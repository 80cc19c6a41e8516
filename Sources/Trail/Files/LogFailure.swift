/// Why a log cannot be read, or not further: `file:line:column: what; what to do`.
package struct LogFailure: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// What is wrong with the bytes of a file, before its name and place are put in front.
package struct InputProblem: Error {
  package let problem: String
  package let remedy: String

  init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }
}
