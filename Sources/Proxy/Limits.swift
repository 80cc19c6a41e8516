/// Every limit of the proxy core, with its default. docs/limits.md lists each by the same name with
/// the reason; a flag of the same name sets those that a user may want to change.
package struct Limits: Hashable, Sendable {
  /// Client connections at once, over all workers.
  package var connections = 8192
  /// Connections beyond `connections` that each worker may answer with 503 at once.
  package var overflowConnections = 64
  /// Bytes of a request or response head.
  package var headBytes = 16384
  /// Heads that each worker holds at most while they are incomplete or wait for an upstream. By
  /// default two for every connection, so that one client's cannot be in the way of another's.
  package var heldHeads = Int.max
  /// Unsent remainders that each worker holds at most: one for each direction with a slow reader.
  /// By default two for every connection, so that clients who do not read never stop the others.
  package var remainders = Int.max
  /// Messages at once, for each worker, whose announced trailer fields go on; those of others are dropped.
  package var trailers = 64
  /// Pipes that each worker keeps for bulk transfers.
  package var pipes = 64
  /// Bytes asked for each pipe.
  package var pipeBytes = 1 << 18
  /// Plain HTTP exchanges at once, for each worker; by default one for every connection.
  package var exchanges = Int.max
  /// Requests with more than one address to try, at once, for each worker; by default one for every
  /// connection.
  package var dials = Int.max
  /// Tunnels whose first bytes are being judged at once, for each worker; by default one for every
  /// connection.
  package var hellos = Int.max
  /// ClientHellos that are longer than a head's buffer, at once, for each worker.
  package var longHellos = 16
  /// Connections of one source, over all workers, that have not sent a whole request; a quarter of
  /// ``connections`` at most, and 16 at least.
  package var halfOpenPerSource = 512
  /// Connections accepted in one loop turn.
  package var acceptsPerTurn = 64
  /// Without accepting, after the kernel had no memory for a connection.
  package var acceptPause: UInt64 = 50 * millisecond
  /// Interim (1xx) responses before the final one.
  package var interimResponses = 16
  /// Invalid credentials from one address within ``credentialFailureWindow``, for each worker; then
  /// 429 to every credential from there for as long again.
  package var credentialFailures = 20
  /// The path of a control group; a process in one with a longer path is let in by nothing.
  package var cgroupBytes = 512
  /// Addresses whose failures each worker remembers.
  package var failureSources = 1024
  /// Clients and destinations whose words of limits are kept at once, and as many that hold something;
  /// those beyond share words of their environment.
  package var limiterKeys = 1 << 17
  /// Until a request that waits for its turn (`queue`) looks again whether there is a place.
  package var queueLook: UInt64 = 20 * millisecond
  /// Idle connections to upstreams that each worker keeps for the next request, in all and to one
  /// authority of one environment.
  package var idleUpstreams = 512
  package var idleUpstreamsPerHost = 128
  /// An upstream connection without a request.
  package var idleUpstreamTimeout: UInt64 = 30 * second
  /// From its dialling on, an upstream connection is given no further request. As long as an answer of
  /// the DNS is kept at most: reuse never follows an address for longer than a lookup would.
  package var upstreamAge: UInt64 = 300 * second
  /// Connections that are decided again in one loop turn after a change of policy, and of those that
  /// are refused then, how many are closed in one.
  package var settledPerTurn = 256
  package var closesPerTurn = 16
  /// Once deciding again has taken so long in a turn, the rest waits for the next.
  package var decidingTime: UInt64 = 250_000
  /// In a turn that is older than this, no second one is closed.
  package var closingTime: UInt64 = 250_000
  /// Bytes of a request body that are read and thrown away after a refusal.
  package var lingerBytes = 256 * 1024

  /// From the first byte of a head to its last; not renewed by a drip.
  package var headTimeout: UInt64 = 10 * second
  /// A client connection with no request on it.
  package var keepAliveTimeout: UInt64 = 60 * second
  /// All connection attempts of one request together.
  package var connectTimeout: UInt64 = 10 * second
  /// Until the next address is tried beside the one under way (RFC 8305 §5).
  package var attemptDelay: UInt64 = 250 * millisecond
  /// From the CONNECT sent to an upstream proxy to its answer; not renewed by a drip.
  package var upstreamProxyTimeout: UInt64 = 30 * second
  /// From the 200 to the last byte of the ClientHello, and from a HelloRetryRequest to that of the
  /// second; not renewed by a drip.
  package var helloTimeout: UInt64 = 10 * second
  /// A tunnel, from its request on, whatever moves in it; 0: as long as it likes.
  package var tunnelLifetime: UInt64 = 0
  /// A tunnel with no byte either way.
  package var idleTimeout: UInt64 = 600 * second
  /// A tunnel with one direction ended and no byte the other way.
  package var halfCloseTimeout: UInt64 = 120 * second
  /// A peer that takes none of the bytes that wait for it.
  package var writeTimeout: UInt64 = 60 * second
  /// From the request sent to the response's head.
  package var responseTimeout: UInt64 = 120 * second
  /// A body with no byte moved.
  package var bodyTimeout: UInt64 = 60 * second
  /// Bytes that a client must send of a request's body, or a slow peer take of what waits for it, to put
  /// off ``bodyTimeout`` or ``writeTimeout``: a byte now and then does not.
  package var bodyPace = 4096
  /// A refused client that does not close.
  package var lingerTimeout: UInt64 = 2 * second
  /// After another process took over, a client connection with no request on it.
  package var handOverIdleTimeout: UInt64 = 5 * second

  /// While connections run out: until the environment with the most of them is looked for again, until
  /// more idle ones are closed, and how long one has to be idle for that.
  package var reliefLook: UInt64 = 100 * millisecond
  package var reliefStep: UInt64 = 10 * millisecond
  package var reliefIdle: UInt64 = 1 * second

  package var credentialFailureWindow: UInt64 = 60 * second

  package static let millisecond: UInt64 = 1_000_000
  package static let second: UInt64 = 1_000_000_000

  package init() {}
}
