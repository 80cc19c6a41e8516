import Domains

/// The report as SARIF 2.1.0 (OASIS standard), which code review sites show in place. One run, one rule
/// for each code, columns in Unicode code points.
extension LintReport {
  /// - Parameter version: of this program.
  package func sarif(version: String) -> String {
    let driver = JSONText.object([
      ("name", JSONText.quoted("sluice allowlist lint")),
      ("version", JSONText.quoted(version)),
      ("rules", JSONText.array(LintCode.allCases.map(Self.rule))),
    ])
    let run = JSONText.object([
      ("tool", JSONText.object([("driver", driver)])),
      ("columnKind", JSONText.quoted("unicodeCodePoints")),
      ("results", "[\n" + findings.map(Self.result).joined(separator: ",\n") + "\n]"),
    ])
    return JSONText.object([
      ("$schema", JSONText.quoted("https://json.schemastore.org/sarif-2.1.0.json")),
      ("version", JSONText.quoted("2.1.0")), ("runs", JSONText.array([run])),
    ])
  }

  private static func rule(_ code: LintCode) -> String {
    JSONText.object([
      ("id", JSONText.quoted(code.rawValue)), ("shortDescription", message(code.summary)),
      (
        "defaultConfiguration",
        JSONText.object([("level", JSONText.quoted(code.severity.rawValue))])
      ),
    ])
  }

  private static func result(_ finding: Finding) -> String {
    let index = LintCode.allCases.firstIndex(of: finding.code) ?? 0
    let file = JSONText.object([("uri", JSONText.quoted(uri(finding.file)))])
    let region = JSONText.object([
      ("startLine", String(finding.position.line)),
      ("startColumn", String(finding.scalarColumns.lowerBound)),
      ("endColumn", String(finding.scalarColumns.upperBound)),
    ])
    var members: [(key: String, value: String)] = [
      ("ruleId", JSONText.quoted(finding.code.rawValue)), ("ruleIndex", String(index)),
      ("level", JSONText.quoted(finding.severity.rawValue)),
      ("message", message("\(finding.problem); \(finding.remedy)")),
      (
        "locations",
        JSONText.array([
          JSONText.object([
            (
              "physicalLocation",
              JSONText.object([("artifactLocation", file), ("region", region)])
            )
          ])
        ])
      ),
    ]
    if let fix = finding.fix {
      members.append(("fixes", JSONText.array([change(fix, finding.position.line, file)])))
    }
    return JSONText.object(members)
  }

  /// A whole line, with its line feed, and what stands in its place.
  private static func change(_ fix: Finding.Fix, _ line: Int, _ file: String) -> String {
    let deleted = JSONText.object([
      ("startLine", String(line)), ("startColumn", "1"), ("endLine", String(line + 1)),
      ("endColumn", "1"),
    ])
    var replacement: [(key: String, value: String)] = [("deletedRegion", deleted)]
    if let text = fix.replacement {
      replacement.append(("insertedContent", message(text + "\n")))
    }
    return JSONText.object([
      ("description", message(fix.summary)),
      (
        "artifactChanges",
        JSONText.array([
          JSONText.object([
            ("artifactLocation", file),
            ("replacements", JSONText.array([JSONText.object(replacement)])),
          ])
        ])
      ),
    ])
  }

  private static func message(_ text: String) -> String {
    JSONText.object([("text", JSONText.quoted(text))])
  }

  /// A path as a URI reference (RFC 3986 §4.2).
  private static func uri(_ path: String) -> String {
    var result = ""
    for byte in path.utf8 {
      let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
      let isPlain = isLetter || byte &- UInt8(ascii: "0") < 10 || "-._~/".utf8.contains(byte)
      if isPlain {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
