import Synchronization

/// How often each message was written lately: a broken disk or a client that tries and tries must not fill
/// the operator's own log.
final class MessageRates: Sendable {
  /// Times that a message is written in a minute.
  static let perMinute = 60
  private static let window: UInt64 = 60_000_000_000

  private struct Window {
    var began: UInt64
    var written = 0
    var untold = 0
  }

  /// By the place in the source, so that there are no more than those.
  private let windows = Mutex<[String: Window]>([:])

  /// `nil`: not now. Otherwise how many like it were not written since the last one that was.
  func admit(_ place: String, now: UInt64) -> Int? {
    windows.withLock { windows in
      var window = windows[place] ?? Window(began: now)
      defer { windows[place] = window }
      if now - window.began >= Self.window {
        window.began = now
        window.written = 0
      }
      guard window.written < Self.perMinute else {
        window.untold += 1
        return nil
      }
      window.written += 1
      defer { window.untold = 0 }
      return window.untold
    }
  }
}
