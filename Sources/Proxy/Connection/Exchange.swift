internal import Wire

/// One plain HTTP request and its response, while they are under way. The request's head and what
/// came with it stay in the connection's held head until the exchange ends.
struct Exchange: BitwiseCopyable {
  var head: RequestHead
  /// Progress of the request body; what of the held head has been used.
  var requestBody: BodyProgress
  var heldOffset: Int
  /// The upstream takes no more of the request; it may have answered before (RFC 9112 §9.5).
  var isCutOff = false
  /// The client waits for the upstream's `100 Continue` before it sends its body.
  var awaitsContinue: Bool

  var responseBody = BodyProgress(.none)
  var hasResponseHead = false
  /// Bytes of the response are encoded for the client as chunks.
  var sendsChunked = false
  var interimResponses = 0
  /// Number + 1 of the buffer with an incomplete response head.
  var heldResponse: UInt32 = 0
  var heldResponseBytes = 0

  /// The upstream connection served a request before: if it fails before any response byte, the
  /// request may be sent again on a new one (RFC 9112 §9.3.1: it is idempotent and has no body).
  var isReused = false
  var upstreamPersists = false
  /// Generation of the policy that its upstream was dialled under.
  var dialledUnder: UInt64 = 0

  /// Bytes of the request's body since its deadline was last put off, and bytes that the upstream and the
  /// client have taken of what waited for them since then; see ``Limits/bodyPace``.
  var paced = 0
  var flushedUp = 0
  var flushedDown = 0

  init(head: RequestHead) {
    self.head = head
    requestBody = BodyProgress(head.framing)
    heldOffset = head.length
    awaitsContinue = head.expectsContinue
  }
}
