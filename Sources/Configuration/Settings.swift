import Domains
package import Policy

/// Everything that an operator can set, typed and valid, with the defaults in force when nothing is
/// said. `docs/limits.md` explains each limit.
package struct Settings: Hashable, Sendable {
  /// What happens to new requests when the audit log cannot be written.
  package enum AuditWhenFull: String, CaseIterable, Sendable {
    /// They are answered 503: nothing passes that is not recorded.
    case block
    /// They pass, and the records that are lost are counted.
    case drop
  }

  package var listen: [Endpoint] = [Settings.defaultListener]
  package var access = AccessLevel.limited
  /// Names of built-in lists or paths, in order.
  package var allowlists = ["default"]
  package var allowAddresses: [AddressRule] = []
  /// Empty: the servers of /etc/resolv.conf.
  package var dns: [Endpoint] = []
  /// `nil`: standard output.
  package var auditPath: String?
  package var auditWhenFull = AuditWhenFull.block
  /// Event loops, one thread each; `nil`: one for each processor.
  package var workers: Int?
  /// The most clients at a time, over all workers.
  package var maxConnections = 16_384
  package var timeouts = Timeouts()

  package init() {}

  package static let workersRange = 1...256
  package static let maxConnectionsRange = 1...1_000_000
  /// The most `--listen`, `--allowlist`, `--allow-address` and `--dns`, each.
  package static let repeatsMax = 64

  private static let defaultListener = Endpoint(IPAddress(v4: 0x7F00_0001), Port(3128) ?? .http)
}

/// How long each thing may take, in milliseconds.
package struct Timeouts: Hashable, Sendable, BitwiseCopyable {
  /// From accepting, or from the end of the last exchange, to the end of the request head.
  package var headMilliseconds = 10_000
  /// Between two pieces of a request body.
  package var bodyMilliseconds = 60_000
  /// All of the answers of a name, with retries.
  package var dnsMilliseconds = 5000
  /// From the first connect to an established connection, over all addresses of a name.
  package var connectMilliseconds = 10_000
  /// From the end of a request to the first byte of its response, and between pieces of it.
  package var upstreamMilliseconds = 300_000
  /// A tunnel in which nothing moves either way.
  package var idleMilliseconds = 3_600_000
  /// A tunnel of which one side has closed and the other moves nothing.
  package var halfCloseMilliseconds = 60_000
  /// A peer that takes nothing of what waits for it.
  package var writeStallMilliseconds = 60_000
  /// From SIGTERM to the end of the process, for tunnels to finish.
  package var drainMilliseconds = 30_000

  package init() {}

  /// What each may be set to: 1 ms to 24 h.
  package static let range = 1...86_400_000
  /// `--drain 0s` means at once.
  package static let drainRange = 0...86_400_000
}
