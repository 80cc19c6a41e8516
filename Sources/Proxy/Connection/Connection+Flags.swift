// The truths about a connection, one bit each: as a byte each they would not fit into its four cache lines.
extension Connection {
  @inline(__always) private func flag(_ bit: UInt32) -> Bool { flags & (1 << bit) != 0 }

  @inline(__always) private mutating func setFlag(_ bit: UInt32, _ value: Bool) {
    flags = flags & ~(1 << bit) | (value ? 1 << bit : 0)
  }

  var isConnect: Bool {
    @inline(__always) get { flag(0) }
    @inline(__always) set { setFlag(0, newValue) }
  }
  var isDecided: Bool {
    @inline(__always) get { flag(1) }
    @inline(__always) set { setFlag(1, newValue) }
  }
  /// The target is an IP literal: its text is the host name, and, unless a proxy is between,
  /// `upstreamAddress` the address.
  var isLiteral: Bool {
    @inline(__always) get { flag(2) }
    @inline(__always) set { setFlag(2, newValue) }
  }
  /// The addresses tried are those of one family; the other's had not come yet.
  var isPartialAnswer: Bool {
    @inline(__always) get { flag(3) }
    @inline(__always) set { setFlag(3, newValue) }
  }
  /// The client asks for answers as plain text rather than JSON.
  var prefersPlainText: Bool {
    @inline(__always) get { flag(4) }
    @inline(__always) set { setFlag(4, newValue) }
  }
  /// The held head is the beginning of a request that came behind another.
  var hasPipelined: Bool {
    @inline(__always) get { flag(5) }
    @inline(__always) set { setFlag(5, newValue) }
  }
  /// The next request on this connection must not be read.
  var closesAfterExchange: Bool {
    @inline(__always) get { flag(6) }
    @inline(__always) set { setFlag(6, newValue) }
  }
  /// The request under way presented the credential.
  var hasPresented: Bool {
    @inline(__always) get { flag(7) }
    @inline(__always) set { setFlag(7, newValue) }
  }
  /// What stands here is in the numbers of the snapshot that has this parity (see ``Worker/parity``).
  var parity: Bool {
    @inline(__always) get { flag(8) }
    @inline(__always) set { setFlag(8, newValue) }
  }
  /// The policy in force refuses what is under way; it ends with the grace.
  var isCondemned: Bool {
    @inline(__always) get { flag(9) }
    @inline(__always) set { setFlag(9, newValue) }
  }
  /// Set while the record counts against the limit of connections.
  var isCounted: Bool {
    @inline(__always) get { flag(10) }
    @inline(__always) set { setFlag(10, newValue) }
  }
  /// In the queue of connections to look at again.
  var isQueued: Bool {
    @inline(__always) get { flag(11) }
    @inline(__always) set { setFlag(11, newValue) }
  }
  /// In the queue of those that wait for a remainder buffer.
  var isStarved: Bool {
    @inline(__always) get { flag(12) }
    @inline(__always) set { setFlag(12, newValue) }
  }
  /// The first bytes of the tunnel are to be judged.
  var isGuarded: Bool {
    @inline(__always) get { flag(13) }
    @inline(__always) set { setFlag(13, newValue) }
  }
  /// A CONNECT was answered 407: nothing but another one, with a credential, may follow.
  var awaitsConnect: Bool {
    @inline(__always) get { flag(14) }
    @inline(__always) set { setFlag(14, newValue) }
  }
  /// More is known of the other end than its address; see ``Peer``.
  var hasPeer: Bool {
    @inline(__always) get { flag(15) }
    @inline(__always) set { setFlag(15, newValue) }
  }
  /// Goes by the environment's upstream proxy: `upstreamAddress` is that of the proxy.
  var isProxied: Bool {
    @inline(__always) get { flag(16) }
    @inline(__always) set { setFlag(16, newValue) }
  }
  /// Refused because there are too many: it has no part in any limit but that of those like it.
  var isTurnedAway: Bool {
    @inline(__always) get { flag(18) }
    @inline(__always) set { setFlag(18, newValue) }
  }
  /// The environment of the request has limits.
  var isLimited: Bool {
    @inline(__always) get { flag(19) }
    @inline(__always) set { setFlag(19, newValue) }
  }
  /// The request holds places in counters; see ``LimitState``.
  var holdsSlots: Bool {
    @inline(__always) get { flag(20) }
    @inline(__always) set { setFlag(20, newValue) }
  }
  /// Its bytes count for a quota.
  var isMetered: Bool {
    @inline(__always) get { flag(21) }
    @inline(__always) set { setFlag(21, newValue) }
  }
  /// In the state ``Connection/State/head``, with a whole head that waits for a place in a counter.
  var waitsForSlot: Bool {
    @inline(__always) get { flag(22) }
    @inline(__always) set { setFlag(22, newValue) }
  }
  /// Reads in its turn, by its environment's bandwidth; see `Worker+Pacing.swift`.
  var isPaced: Bool {
    @inline(__always) get { flag(23) }
    @inline(__always) set { setFlag(23, newValue) }
  }
  /// Counts among the connections of its source that have not sent a whole request.
  var isHalfOpen: Bool {
    @inline(__always) get { flag(24) }
    @inline(__always) set { setFlag(24, newValue) }
  }
  /// A policy since the request's start sent it another way than the one it goes.
  var hasLostRoute: Bool {
    @inline(__always) get { flag(17) }
    @inline(__always) set { setFlag(17, newValue) }
  }
}
