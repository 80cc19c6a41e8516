package import Audit
import Domains
package import Policy
package import Proxy

/// Everything that an operator can set, typed and valid, with the defaults in force when nothing is
/// said. `docs/limits.md` explains each limit.
package struct Settings: Sendable {
  /// What happens to new requests when the audit log cannot be written.
  package enum AuditWhenFull: String, CaseIterable, Sendable {
    /// They are answered 503: nothing passes that is not recorded.
    case block
    /// They pass, and the records that are lost are counted.
    case drop
  }

  /// Whether records of the audit log are chained.
  package enum AuditChain: String, CaseIterable, Sendable {
    case none
    /// Each has the SHA-256 of the link before it and its own text.
    case sha256
  }

  /// How operational messages are written.
  package enum LogFormat: String, CaseIterable, Sendable {
    case text, json
  }

  /// Which of them, from the least important on.
  package enum LogLevel: String, CaseIterable, Sendable {
    case debug, info, notice, warning, error
  }

  package var logFormat = LogFormat.text
  package var logLevel = LogLevel.info
  package var listen: [Endpoint] = [Settings.defaultListener]
  /// The names of listening sockets that the service manager passes; their numbers follow those of
  /// ``listen``.
  package var inherited: [String] = []
  /// Unix sockets; their numbers follow those of ``inherited``.
  package var unixListeners: [UnixListenerSettings] = []
  package var access = AccessLevel.limited
  /// `nil`: that of the access level.
  package var serverNameCheck: ServerNameCheck?
  /// Names of built-in lists or paths, in order.
  package var allowlists = ["default"]
  /// The list that access level `none` is made of: a built-in one or a path.
  package var essential = "essential"
  package var allowAddresses: [AddressRule] = []
  /// Empty: the servers of /etc/resolv.conf.
  package var dns: [Endpoint] = []
  /// A file, or `-` for standard output; `nil`: the default place.
  package var auditPath: String?
  /// Where the audit journal is kept; `nil`: beside the audit file.
  package var stateDirectory: String?
  package var auditWhenFull = AuditWhenFull.block
  package var auditChain = AuditChain.none
  /// Where records go beside the file.
  package var auditOutputs: [AuditOutput] = []
  /// Event loops, one thread each; `nil`: one for each processor.
  package var workers: Int?
  /// The name of the one environment that ``access``, ``allowlists`` and ``allowAddresses`` describe.
  package var environmentName = "default"
  /// The environments, if there are others than that one: then those three count for nothing.
  package var environments: [EnvironmentSettings] = []
  /// The name of the environment of clients that nothing else places; `nil`: they are refused. Of
  /// settings without ``environments`` the one there is.
  package var defaultEnvironment: String?
  /// Names of environments in the order of ``listenerPlaces``: to which of them the clients of a listener
  /// belong. `nil`, and one that is not there: the listener says nothing about it.
  package var listenerEnvironments: [String?] = []
  /// In the same order: who begins a connection with a PROXY header.
  package var headerPeers: [[ClientRules.HeaderPeer]] = []
  /// Names, with everything below each, that no environment reaches, whatever its rules, level and
  /// mode are.
  package var floor: [InlineRule] = []
  package var limits = Limits()
  /// From SIGTERM to the end of the process, for tunnels to finish; `0`: at once.
  package var drainMilliseconds = 30_000
  /// How long tunnels and exchanges go on that a new configuration refuses.
  package var graceMilliseconds = 0
  /// Where the administration is reached; empty: at the default place, a Unix socket.
  package var admin: [AdminPlace] = []
  package var adminTokens: [AdminToken] = []
  /// Names by which a browser may reach the administration, beside addresses and `localhost`.
  package var adminNames: [String] = []

  package init() {}

  /// What a time may be set to, in milliseconds: 1 ms to 24 h.
  package static let timeRange = 1...86_400_000
  package static let drainRange = 0...86_400_000
  package static let workersRange = 1...256
  package static let maxConnectionsRange = 1...1_000_000
  /// The most `--listen`, `--allowlist`, `--allow-address` and `--dns`, each.
  package static let repeatsMax = 64
  /// The most rules that an environment has of its own; more belong into a list.
  package static let ownRulesMax = 1000
  /// The most ``environments``.
  package static let environmentsMax = PolicySnapshot.environmentsMax
  /// The most rules over all lists; below ``Matcher/ruleLimit``, so that the essential list fits
  /// beside.
  package static let rulesMax = 10_000_000
  /// The most labels of names over all lists: those of as many rules with four each.
  package static let labelsMax = 4 * rulesMax

  static let defaultListener = Endpoint(IPAddress(v4: 0x7F00_0001), Port(3128) ?? .http)
}
