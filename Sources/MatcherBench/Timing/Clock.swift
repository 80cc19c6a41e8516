import Glibc

/// Clocks of the system, in nanoseconds.
package enum Clock {
  /// CPU time of this thread: what other processes take does not count.
  package static func thread() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Time since the machine started.
  package static func wall() -> UInt64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(clock, &time)
    precondition(result == 0, "Linux has this clock")
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
