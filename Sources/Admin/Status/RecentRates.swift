internal import Policy
internal import Proxy
internal import Synchronization

/// How many requests were allowed and refused lately: the counters as they stood some seconds ago, up to
/// a minute and a little.
final class RecentRates: Sendable {
  struct Sample: Sendable {
    /// Monotonic nanoseconds.
    let time: UInt64
    let allowed: UInt64
    let refused: UInt64

    init(time: UInt64, allowed: UInt64, refused: UInt64) {
      self.time = time
      self.allowed = allowed
      self.refused = refused
    }

    init(_ shared: SharedState, time: UInt64) {
      self.time = time
      var allowed: UInt64 = 0
      var refused: UInt64 = 0
      for reason in ReasonCode.allCases {
        let count = shared.counters.decisions(reason)
        if reason.allows { allowed += count } else { refused += count }
      }
      self.allowed = allowed
      self.refused = refused
    }
  }

  /// Oldest first.
  private let samples: Mutex<[Sample]>

  static let spanNanoseconds: UInt64 = 60_000_000_000
  /// Two samples are at least so far apart.
  static let stepNanoseconds: UInt64 = 5_000_000_000

  init(_ first: Sample) { samples = Mutex([first]) }

  /// Keeps a sample, unless the last one is young.
  func note(_ sample: Sample) {
    samples.withLock { samples in
      if let last = samples.last, sample.time < last.time + Self.stepNanoseconds { return }
      samples.append(sample)
      // One older than the span stays, so that the span is always covered.
      while samples.count > 1, samples[1].time + Self.spanNanoseconds <= sample.time {
        samples.removeFirst()
      }
    }
  }

  /// What came between the oldest sample and `now`, and in how many milliseconds.
  func recent(_ now: Sample) -> (milliseconds: UInt64, allowed: UInt64, refused: UInt64) {
    let first = samples.withLock { $0[0] }
    return (
      (now.time - first.time) / 1_000_000, now.allowed - first.allowed, now.refused - first.refused
    )
  }
}
