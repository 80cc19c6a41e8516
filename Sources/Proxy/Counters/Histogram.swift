/// Times sorted into buckets whose bounds double, from 64 µs to 33.6 s: 20 of them, and one for what is
/// longer. Finding the bucket is counting the leading zeros of a word.
package enum Histogram {
  /// The buckets that have a bound.
  package static let bounded = 20
  /// All buckets: the last one has what is longer than every bound.
  package static let buckets = bounded + 1
  private static let firstBits = 6

  /// The bound of a bucket below ``bounded``, which belongs to it, in microseconds.
  package static func bound(_ bucket: Int) -> UInt64 { 1 << UInt64(bucket + firstBits) }

  /// The bucket of a time in microseconds, the first whose bound is not below it.
  @inline(__always) package static func bucket(microseconds: UInt64) -> Int {
    // One less, so that a bound itself is below the next power of two.
    let bits = UInt64.bitWidth - (max(microseconds, 1) - 1).leadingZeroBitCount
    return min(max(bits - firstBits, 0), bounded)
  }
}

/// A histogram as it was read.
package struct HistogramReading: Hashable, Sendable {
  /// How many times fell into each bucket, not summed up.
  package var counts: [UInt64]
  /// All times together, in microseconds.
  package var sumMicroseconds: UInt64

  package init() {
    counts = Array(repeating: 0, count: Histogram.buckets)
    sumMicroseconds = 0
  }
}
