internal import Policy

/// What is to be given back, or still to be counted, for a request whose environment has limits. One for each
/// connection; the memory of the others is never touched.
struct LimitState: BitwiseCopyable {
  var held = HeldSlots()
  /// Bytes of the request that count for the quota already.
  var metered: UInt64 = 0
  /// When they were counted; monotonic nanoseconds.
  var meteredAt: UInt64 = 0
  /// Until when the request may wait for a place; monotonic nanoseconds.
  var waitEnd: UInt64 = 0
}
