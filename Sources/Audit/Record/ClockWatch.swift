internal import CLinux

/// Notices when the wall clock is set: its distance from the monotonic clock changes.
package struct ClockWatch: Sendable {
  /// Less is what a clock that is being corrected bit by bit does (adjtimex(2): at most 500 ppm).
  package static let leastMicroseconds: Int64 = 1_000_000

  private var distance: Int64?

  package init() { _ = step(wall: cl_realtime_us(), monotonic: cl_monotonic_ns()) }

  /// By how many microseconds the clock was set since the last call; `nil`: it was not.
  package mutating func step(wall microseconds: UInt64, monotonic nanoseconds: UInt64) -> Int64? {
    let now = Int64(clamping: microseconds) - Int64(clamping: nanoseconds / 1000)
    defer { distance = now }
    guard let distance, (now - distance).magnitude >= UInt64(Self.leastMicroseconds) else {
      return nil
    }
    return now - distance
  }
}
