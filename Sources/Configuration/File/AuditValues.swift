/// Where and how decisions are recorded.
package struct AuditValues: Hashable, Sendable {
  /// A path or `-`; `nil`: the default place.
  package var file = Placed<String?>(nil)
  /// `nil`: beside the file.
  package var stateDirectory = Placed<String?>(nil)
  package var whenFull = Placed(Settings.AuditWhenFull.block)
  package var chain = Placed(Settings.AuditChain.none)
  package var outputs = Placed<[AuditOutputValues]>([])

  package init() {}

  static let schema = Schema(
    "audit", standard: AuditValues(),
    [
      SchemaKey(
        "file", \.file, .optional(.path), flag: "audit",
        unset: "`/var/log/sluice/audit.jsonl` for root, else "
          + "`$XDG_STATE_HOME/sluice/audit.jsonl`",
        "The audit log; `-` is standard output."),
      SchemaKey(
        "state_directory", \.stateDirectory, .optional(.path), flag: "state-directory",
        unset: "beside the file",
        "Where the audit journal is kept, which survives a kill."),
      SchemaKey(
        "on_full", \.whenFull, .one(.choice("a choice")), flag: "audit-on-full",
        "While the log cannot be written: answer new requests with 503, or let them pass and count "
          + "the lost records."),
      SchemaKey(
        "chain", \.chain, .one(.choice("a choice")),
        "Whether each record has a link to the one before, by which `sluice audit verify` finds what "
          + "was removed or changed: `sha256` or `none`."),
      SchemaKey(
        "outputs", \.outputs,
        .sections(
          AuditOutputValues.schema, max: 8, make: { AuditOutputValues() }, parse: { _ in [] }),
        "Where records go beside the file. What is slow or gone there holds up nothing."),
    ])
}
