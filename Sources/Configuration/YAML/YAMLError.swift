package import Domains

/// Why a text is not taken: where, what is wrong, what to write instead.
package struct YAMLError: Error, Hashable, Sendable {
  package let position: SourcePosition
  package let problem: String
  package let remedy: String

  init(_ position: SourcePosition, _ problem: String, remedy: String) {
    self.position = position
    self.problem = problem
    self.remedy = remedy
  }
}
