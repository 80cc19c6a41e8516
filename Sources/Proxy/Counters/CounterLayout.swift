/// Where a worker's counters are in its block: a page for the worker, then a row of 512 bytes for requests
/// in no environment, then one for each slot of an environment (see `PolicySnapshot.slot(of:)`). In words
/// of 8 bytes.
enum CounterLayout {
  /// Of each code's number below it. One more makes a row longer, and needs a look at the memory.
  static let reasonsMax = 60
  static let endsMax = 64

  // The page of the worker.
  static let used = 0
  static let capacities = 7
  static let tunnelCount = 15
  static let singles = 16
  static let reasons = 32
  static let ends = 96
  static let histograms = 160
  static let histogramWords = Histogram.buckets + 1
  static let pageWords = 512

  // A row.
  static let rowWords = 64
  static let bytesUp = 60
  static let bytesDown = 61
  static let tunnels = 62
}

/// A table of fixed size that a worker has.
package enum WorkerTable: Int, CaseIterable, Sendable {
  case connections
  case exchanges
  case dials
  /// Buffers with heads that are held.
  case heads
  /// Buffers with what a slow peer has not taken.
  case remainders
  /// Connections to upstreams that wait for a request.
  case idleUpstreams
  /// Names whose answer is kept, or asked for.
  case names
}

/// What a worker counts beside decisions and ends.
package enum WorkerCount: Int, CaseIterable, Sendable {
  /// Connections of clients that were accepted.
  case accepted
  /// Names whose answer was known.
  case namesKnown
  /// Names that had to be asked for, or were being asked for.
  case namesAsked
  /// Names that nobody could be asked for, because too many are.
  case namesRefused
  /// Requests that got an upstream connection which others had used.
  case upstreamsReused
  /// Turns of the loop whose time was taken.
  case turnsTimed
  /// The longest turn, in nanoseconds.
  case turnNanosecondsMax
}

/// What a worker takes the time of.
package enum WorkerTime: Int, CaseIterable, Sendable {
  /// One turn of the loop.
  case turn
  /// A name that had to be asked for, to its addresses.
  case resolution
  /// The first attempt to connect, to the connection.
  case connect
  /// A request, to the first byte of its upstream's answer.
  case firstByte
}
