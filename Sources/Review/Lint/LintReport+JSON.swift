import Domains

/// The report for programs: one array of objects, each a finding.
extension LintReport {
  /// JSON (RFC 8259). `fix` is there where a program can put the line right: `replacement` is the
  /// line in its place, `null` removes it.
  package var json: String {
    guard !findings.isEmpty else { return "[]" }
    return "[\n" + findings.map(\.json).joined(separator: ",\n") + "\n]"
  }
}

extension Finding {
  fileprivate var json: String {
    var members: [(key: String, value: String)] = [
      ("code", JSONText.quoted(code.rawValue)), ("severity", JSONText.quoted(severity.rawValue)),
      ("file", JSONText.quoted(file)), ("line", String(position.line)),
      ("column", String(position.column)), ("endColumn", String(endColumn)),
      ("what", JSONText.quoted(problem)), ("remedy", JSONText.quoted(remedy)),
    ]
    if let fix {
      members.append(
        (
          "fix",
          JSONText.object([
            ("what", JSONText.quoted(fix.summary)),
            ("replacement", fix.replacement.map(JSONText.quoted) ?? "null"),
          ])
        ))
    }
    return JSONText.object(members)
  }
}
