internal import Audit
internal import Domains
internal import Policy
internal import Reactor
internal import Wire

/// Everything a worker knows of one client connection, in one record of a trivial type. An idle tunnel
/// is this record, its host name and a timer entry: no buffer, no pipe.
struct Connection: BitwiseCopyable {
  enum State: UInt8 {
    /// The record is not in use.
    case free
    /// Waits for a request head, or for the rest of one.
    case head
    /// Waits for DNS.
    case resolving
    /// Connects to an address that the guard passed.
    case connecting
    /// Waits for the upstream proxy's answer to its CONNECT (`Worker+Handshake.swift`).
    case handshake
    /// Has a tunnel whose first bytes are being judged (`Worker+Hello.swift`).
    case hello
    /// Relays opaque bytes.
    case tunnel
    /// Relays one plain HTTP request and its response.
    case exchange
    /// Has answered and closed its side; throws away what the client still sends.
    case lingering
  }

  // In an order that leaves no room unused: small members stand in the gaps behind those whose length
  // is not a multiple of 8.

  /// Monotonic nanoseconds.
  var started: UInt64 = 0
  var lastActivity: UInt64 = 0
  var phaseStarted: UInt64 = 0
  var requestID = RequestID(high: 0, low: 0)
  /// Of the credential that was found valid last (see ``CredentialCheck``); 0: none was.
  var credentialMark: UInt64 = 0

  /// Client to upstream.
  var up = RelayDirection()
  var hostLength: UInt8 = 0
  var state = State.free
  /// Socket numbers of `upstream` and `racing` in tokens; 1–15 in turn.
  var upstreamSocket: UInt8 = 0
  var racingSocket: UInt8 = 0
  var method = Method.other
  var end = EndCode.internalError
  /// Answers that the address guard dropped, up to 255.
  var forbiddenAddresses: UInt8 = 0

  /// And back.
  var down = RelayDirection()
  /// The number of the listener that took the connection.
  var listener: UInt8 = 0
  /// Number + 1 of the slot of the environment in which the connection counts; 0: it counts in none.
  var environmentSlot: UInt16 = 0
  /// See `Connection+Flags.swift`.
  var flags: UInt32 = 0

  var clientAddress = SocketAddress.none
  var client: Int32 = -1
  var upstreamAddress = SocketAddress.none
  /// The connected upstream, or the newest attempt.
  var upstream: Int32 = -1
  /// The attempt before it, while two race (RFC 8305).
  var racing: Int32 = -1
  var generation: UInt32 = 0
  /// Numbers + 1 of a held head, an exchange record, a dial record; 0: none.
  var heldHead: UInt32 = 0
  var exchange: UInt32 = 0
  var dial: UInt32 = 0
  /// Number + 1 of a hello record; 0: none.
  var hello: UInt32 = 0
  /// Number + 1 of `upstream` in the pool, once it has served a request.
  var pooled: UInt32 = 0
  var dnsMicroseconds: UInt32 = 0
  var connectMicroseconds: UInt32 = 0
  /// The place of the credential behind ``credentialMark`` in the snapshot; -1: none was valid.
  var credential: Int32 = -1

  var decision = Decision.undecided
  /// Where the connection stands (see ``Placement/code``).
  var place = Placement.nowhere.code
  /// The environment of the request under way, as ``Placement/code`` says it, or of none.
  var environment = Placement.nowhere.code
  /// Bytes in the held head, and how far it was searched for its end.
  var heldBytes: UInt16 = 0
  var searched: UInt16 = 0
  var port: UInt16 = 0
  var status: UInt16 = 0

  init() {}

  /// Of a connection that lingers: bytes that were thrown away. The time of the DNS, whose place this
  /// takes, is on record by then.
  var discarded: UInt32 {
    @inline(__always) get { dnsMicroseconds }
    @inline(__always) set { dnsMicroseconds = newValue }
  }
}
