import ArgumentParser
import Configuration

/// Every flag of `sluice run`; `sluice config show` takes them too.
struct RunOptions: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOption

  @Option(
    help: ArgumentHelp(
      "Where to listen; give it again for more.",
      discussion: """
        unix:/PATH is a Unix socket, systemd:NAME a socket that systemd opened (FileDescriptorName= of \
        its unit). SLUICE_LISTEN, separated by commas. Default: 127.0.0.1:3128.
        """, valueName: "addr:port"))
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

  @Option(
    help: ArgumentHelp(
      "Where the administration is reached: a Unix socket, an address, or none; give it again for more.",
      discussion: """
        On an address, all but /metrics, /healthz and /readyz needs a token of admin_tokens. \
        SLUICE_ADMIN, separated by commas. Default: /run/sluice/admin.sock for root, otherwise \
        $XDG_RUNTIME_DIR/sluice/admin.sock.
        """, valueName: "path|addr:port"))
  var admin: [String] = []

  @OptionGroup var timeouts: TimeoutOptions

  /// `file` wins over `--config`.
  func load(file: String? = nil) throws -> LoadedConfiguration {
    try LoadedConfiguration(
      path: file ?? configuration.config, given, name: policy.name)
  }

  private var given: GivenFlags {
    var flags = policy.given
    flags.add("listen", listen)
    flags.add("dns", dns)
    flags.add("audit", audit)
    flags.add("admin", admin)
    flags.add("state-directory", stateDirectory)
    flags.add("audit-on-full", auditOnFull)
    flags.add("workers", workers)
    flags.add("max-connections", maxConnections)
    flags.add(timeouts.given)
    return flags
  }
}
