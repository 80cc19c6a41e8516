import CLinux
import Glibc

/// A line on standard error that says how far a long task is: only when that is a terminal, at most
/// ten times a second, and gone when the task is done.
struct Progress {
  private let what: String
  private let isWatched: Bool
  private var nextAt: Int64 = 0
  private var isShown = false

  /// `what` names the task: `reading team.allow`.
  init(_ what: String) {
    self.what = what
    isWatched = isatty(2) == 1
  }

  /// `done` of `total`, in any unit; a `total` of 0 means that it is not known.
  mutating func update(_ done: Int, of total: Int) {
    guard isWatched else { return }
    let now = Int64(cl_realtime_us())
    guard now >= nextAt else { return }
    nextAt = now + 100_000
    isShown = true
    let share = total > 0 ? "\(min(100, done * 100 / total)) %" : "\(done)"
    write("\r\u{1B}[Ksluice: \(what): \(share)")
  }

  /// Takes the line away.
  mutating func finish() {
    guard isShown else { return }
    isShown = false
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = unsafe Glibc.write(2, bytes.baseAddress, bytes.count) }
  }
}
