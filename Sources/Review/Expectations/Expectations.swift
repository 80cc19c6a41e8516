package import Domains

/// What a list is expected to decide: a file of lines such as `allow github.com:443`, kept beside the
/// list and run in CI, in the format `sluice-expectations 1`.
package struct Expectations: Sendable {
  package struct Expectation: Sendable {
    package let isAllowed: Bool
    /// The port is 443 where none is written.
    package let target: Authority
    /// The name of the reason that must be given; `nil`: any.
    package let reason: String?
    /// 1-based.
    package let line: Int
  }

  /// The file as the caller named it, for messages.
  package let file: String
  /// Lists to decide by, as they are written: built-in names and paths from the file's folder.
  package let lists: [String]
  /// The name of an access level.
  package let access: String?
  package let day: Day?
  package let expectations: [Expectation]

  /// The largest file, in bytes.
  package static let textLimit = 16 << 20
  /// The longest line, in bytes.
  package static let lineLimit = 4096
  /// The most `list:` lines.
  package static let listLimit = 64

  /// The names of the reasons that `reason=` may have.
  package struct Reasons: Sendable {
    package let allow: Set<String>
    package let deny: Set<String>

    package init(allow: Set<String>, deny: Set<String>) {
      self.allow = allow
      self.deny = deny
    }
  }

  /// Reads a file, or says what the first thing is that is wrong with it.
  package static func parse(
    _ text: [UInt8], file: String, reasons: Reasons, accessLevels: [String]
  ) throws(ExpectationError) -> Expectations {
    var parser = ExpectationParser(file: file, reasons: reasons, accessLevels: accessLevels)
    return try parser.parse(text)
  }
}

/// Why a text is no file of expectations: where, what is wrong, what to write instead.
package struct ExpectationError: Error, Hashable, Sendable, CustomStringConvertible {
  package let file: String
  package let position: SourcePosition
  package let problem: String
  package let remedy: String

  /// `FILE:LINE:COLUMN: problem; remedy`
  package var description: String {
    "\(file.printable):\(position.line):\(position.column): \(problem); \(remedy)"
  }
}
