import ArgumentParser

/// The tools for people who read audit logs; docs/audit-tools.md shows them at work.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Read, search, count, report and verify audit logs.",
    subcommands: [
      AuditTailCommand.self, AuditGrepCommand.self, AuditStatsCommand.self,
      AuditReportCommand.self, AuditVerifyCommand.self,
    ])
}
