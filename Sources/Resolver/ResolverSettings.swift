package import Reactor

/// What a ``Resolver`` is sized by and whom it asks. Every limit of name resolution is here.
package struct ResolverSettings: Sendable {
  /// Name servers, in the order they are asked; none: those of `resolvConf`. At most 8 are used.
  package var servers: [SocketAddress] = []
  /// Where name servers come from when `servers` is empty (resolv.conf(5)). Its search domains and
  /// options are not used: every name asked for here is absolute.
  package var resolvConf = "/etc/resolv.conf"
  /// hosts(5), consulted before any server; `nil`: none.
  package var hostsFile: String? = "/etc/hosts"
  /// Names remembered, found or not. More than `pendingCapacity`.
  package var cacheCapacity = 4096
  /// Names being asked for at once.
  package var pendingCapacity = 1024
  /// Connections waiting for a name at once, over all names.
  package var waiterCapacity = 8192
  /// How long one server has to answer one query the first time it is asked.
  package var queryTimeoutMilliseconds = 2000
  /// How often each server is asked.
  package var tries = 2
  /// How long a lookup takes at most, over all servers and tries.
  package var totalTimeoutMilliseconds = 5000
  /// How long an answer with addresses of one family waits for the other (RFC 8305 §3).
  package var resolutionDelayMilliseconds = 50
  /// Key of the cache's hash: random in production, so that nobody outside can aim at one bucket.
  package var seed: (UInt64, UInt64) = (0, 0)

  package init() {}

  /// Bounds on how long a positive answer is kept, whatever its TTL says.
  static let secondsKept: ClosedRange<UInt64> = 1...300
  /// How long an answer from the hosts file is kept, and how often that file is looked at.
  static let hostsSecondsKept: UInt64 = 5
  /// How often retransmission is looked at while a query is out.
  static let tickNanoseconds: UInt64 = 100_000_000
}
