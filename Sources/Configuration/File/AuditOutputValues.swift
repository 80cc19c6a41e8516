package import Audit

/// A place where records go beside the audit file.
package struct AuditOutputValues: Hashable, Sendable {
  package var target = Placed(AuditOutput.Target.standardOutput)
  package var format = Placed(AuditOutput.Format.sluice)

  package init() {}

  static let schema = Schema(
    "an audit output", standard: AuditOutputValues(),
    [
      SchemaKey(
        "to", \.target, .one(.auditTarget), isRequired: true,
        "Standard output, the system's log, the journal, or a socket that somebody listens on."),
      SchemaKey(
        "format", \.format, .one(.choice("a format")),
        "As in the file, or as events of OCSF 1.3 ([audit-log.md](audit-log.md#ocsf))."),
    ])
}

extension TextKind<AuditOutput.Target> {
  static var auditTarget: TextKind {
    TextKind(
      .text("`stdout`, `syslog`, `syslog:/PATH`, `journald`, `journald:/PATH` or `unix:/PATH`"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard let target = AuditOutput.Target(text.text) else {
          throw text.error(
            "not a place for records",
            remedy: "write stdout, syslog, journald, syslog:/PATH, journald:/PATH or unix:/PATH")
        }
        return target
      }, text: \.text)
  }
}
