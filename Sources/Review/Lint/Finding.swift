package import Domains

/// One thing that lint found, with its place.
package struct Finding: Hashable, Sendable {
  /// Whole lines of the text in place of one: what `--fix` and a review site can do.
  package struct Fix: Hashable, Sendable {
    /// For people: "remove the rule".
    package let summary: String
    /// The line in its place; `nil` removes it.
    package let replacement: String?
  }

  package let code: LintCode
  package let severity: LintCode.Severity
  /// Index of the file among those that were linted, and its name.
  package let fileIndex: Int
  package let file: String
  /// In the file as it is.
  package let position: SourcePosition
  /// Behind the last byte.
  package let endColumn: Int
  /// The columns in Unicode code points, as SARIF counts them.
  package let scalarColumns: Range<Int>
  package let problem: String
  package let remedy: String
  package let fix: Fix?

  /// `FILE:LINE:COLUMN: SEVERITY[CODE]: what; remedy`
  package var line: String {
    "\(InternationalName.printable(file)):\(position.line):\(position.column): "
      + "\(severity.rawValue)[\(code.rawValue)]: \(problem); \(remedy)"
  }
}

/// What lint says of all files.
package struct LintReport: Sendable {
  /// By file, line, column and code. Of one code in one file at most ``findingLimit``.
  package let findings: [Finding]
  /// How many there are of each code, told or not.
  package let counts: [LintCode: Int]
  package let severities: [LintCode.Severity: Int]
  /// What was found and is not among ``findings``.
  package let untold: [LintCode: Int]

  /// The most findings of one code in one file that are told one by one.
  package static let findingLimit = 1000

  package func count(_ severity: LintCode.Severity) -> Int { severities[severity, default: 0] }

  /// Whether the command fails: for errors, and if `isStrict` for warnings too.
  package func fails(isStrict: Bool) -> Bool {
    count(.error) > 0 || (isStrict && count(.warning) > 0)
  }

  /// `2 errors, 1 warning, no notes in 3 files`, and what was not told.
  package func summary(files: Int) -> String {
    var text =
      "\(Self.counted(count(.error), "error")), \(Self.counted(count(.warning), "warning")), "
      + "\(Self.counted(count(.note), "note")) in \(Self.counted(files, "file"))"
    for code in LintCode.allCases {
      if let count = untold[code] { text += "; \(count) more of \(code.rawValue) not shown" }
    }
    return text
  }

  private static func counted(_ count: Int, _ noun: String) -> String {
    count == 0 ? "no \(noun)s" : Counted.text(count, noun)
  }
}
