import Foundation
import Testing

/// A failure of the surroundings (a part that did not start, a limit of the machine), told apart
/// from a failed expectation by its text, which names the remedy where there is one.
struct TroubleError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Monotonic seconds, for deadlines.
func monotonicSeconds() -> Double {
  Double(DispatchTime.now().uptimeNanoseconds) / 1e9
}

/// Polls until the condition holds; nothing in this suite waits in any other way for another process.
///
/// - Throws: `TroubleError` naming `what` when `seconds` have passed.
func eventually(
  _ what: String, within seconds: Double = 60, _ condition: () throws -> Bool
) throws {
  let end = monotonicSeconds() + seconds
  while true {
    if try condition() { return }
    if monotonicSeconds() > end {
      throw TroubleError("not within \(seconds) s: \(what)")
    }
    usleep(4_000)
  }
}

/// Whether the condition stays false for the whole time: for what must *not* happen.
func never(_ seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = monotonicSeconds() + seconds
  while monotonicSeconds() < end {
    if try condition() { return false }
    usleep(10_000)
  }
  return true
}
