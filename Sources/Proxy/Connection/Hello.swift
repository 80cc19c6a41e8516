internal import Wire

/// A tunnel whose first bytes are being judged. What the client sends is held until its hello has
/// named the server that it asked for; then the tunnel becomes an ordinary one and the record is given
/// back.
struct Hello: BitwiseCopyable {
  enum Phase: UInt8, BitwiseCopyable {
    /// Waits for the first hello, or for the rest of it.
    case first
    /// Waits for the server to tell whether a second one will come (RFC 8446 §4.1.4).
    case answer
    /// Waits for the second.
    case second
  }

  var phase = Phase.first
  /// A hello was judged, and the upstream has not taken all of it yet.
  var isSending = false
  /// Reads the client's hello; after the first, says what it held.
  var reader = ClientHelloReader()
  var server = ServerHelloReader()
  /// Number + 1 of a long buffer; 0: what is held, if anything, is in the connection's held head.
  var longBuffer: UInt32 = 0
  /// Bytes held; those of them that the upstream has; those that were judged and may go to it.
  var held = 0
  var sent = 0
  var judged = 0

  init() {}
}
