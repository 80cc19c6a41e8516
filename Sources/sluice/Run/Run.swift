import ArgumentParser
import Configuration
import Policy
import Proxy

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start the proxy.",
    discussion: """
      With no flag at all it listens on 127.0.0.1:3128, lets the built-in default list through and \
      nothing else, and records every decision. Every flag is also an environment variable; a flag \
      wins over its variable.

        sluice run
        sluice run --access none
        sluice run --listen 10.0.0.1:3128 --allowlist default --allowlist ./team.allow

      Signals: SIGTERM and SIGINT end it when the open tunnels have ended or --drain has passed; a \
      second one ends it at once. SIGUSR1 opens the audit file anew, for logrotate(8).
      """)

  @Option(
    help: ArgumentHelp(
      "Where to listen; give it again for more.",
      discussion: "SLUICE_LISTEN, separated by commas. Default: 127.0.0.1:3128.",
      valueName: "addr:port"))
  var listen: [String] = []

  @OptionGroup var policy: PolicyOptions

  @Option(
    help: ArgumentHelp(
      "A name server to ask instead of those of /etc/resolv.conf.",
      discussion: "SLUICE_DNS, separated by commas.", valueName: "addr[:port]"))
  var dns: [String] = []

  @Option(
    help: ArgumentHelp(
      "The audit log: a file, or - for standard output.",
      discussion: """
        SLUICE_AUDIT. Default: /var/log/sluice/audit.jsonl for root, otherwise \
        $XDG_STATE_HOME/sluice/audit.jsonl (~/.local/state/sluice/audit.jsonl).
        """, valueName: "file"))
  var audit: String?

  @Option(
    help: ArgumentHelp(
      "Where the audit journal is kept, which survives a kill.",
      discussion: """
        SLUICE_STATE_DIRECTORY. Default: beside the audit file; for -, where the file would be.
        """, valueName: "directory"))
  var stateDirectory: String?

  @Option(
    help: ArgumentHelp(
      "What happens while the audit log cannot be written: block or drop.",
      discussion: """
        block: new requests are answered 503. drop: they pass, and the lost records are counted. \
        SLUICE_AUDIT_ON_FULL. Default: block.
        """, valueName: "choice"))
  var auditOnFull: String?

  @Option(
    help: ArgumentHelp(
      "Threads that serve, 1 to 256.",
      discussion: "SLUICE_WORKERS. Default: one for each processor.",
      valueName: "count"))
  var workers: String?

  @Option(
    help: ArgumentHelp(
      "Client connections at once; one more is answered 503.",
      discussion: "SLUICE_MAX_CONNECTIONS. Default: 8192, or less where ulimit -Hn is lower.",
      valueName: "count"))
  var maxConnections: String?

  @OptionGroup var timeouts: TimeoutOptions

  func run() throws {
    do {
      var settings = Settings()
      try apply(to: &settings)
      var service = Service(settings)
      try service.run()
    } catch {
      throw failure(error)
    }
  }

  private func apply(to settings: inout Settings) throws(ConfigurationError) {
    try policy.apply(to: &settings)
    let listeners = Setting.texts("--listen", listen, "SLUICE_LISTEN", separator: ",")
    if !listeners.isEmpty {
      settings.listen = []
      for text in listeners { settings.listen.append(try Endpoint.listener(text)) }
    }
    for text in Setting.texts("--dns", dns, "SLUICE_DNS", separator: ",") {
      settings.dns.append(try Endpoint.nameServer(text))
    }
    settings.auditPath = Setting.text("--audit", audit, "SLUICE_AUDIT")?.text
    settings.stateDirectory =
      Setting.text(
        "--state-directory", stateDirectory, "SLUICE_STATE_DIRECTORY")?.text
    if let text = Setting.text("--audit-on-full", auditOnFull, "SLUICE_AUDIT_ON_FULL") {
      settings.auditWhenFull = try SettingParser.auditWhenFull(text)
    }
    if let text = Setting.text("--workers", workers, "SLUICE_WORKERS") {
      settings.workers = try SettingParser.count(text, in: Settings.workersRange)
    }
    if let text = Setting.text("--max-connections", maxConnections, "SLUICE_MAX_CONNECTIONS") {
      settings.limits.connections = try SettingParser.count(
        text, in: Settings.maxConnectionsRange)
    }
    try timeouts.apply(to: &settings)
  }
}
