internal import CLinux

/// The few words that all workers and the writer share, each on its own cache line. They live in
/// process memory: nothing here outlives a kill.
@safe final class Board: @unchecked Sendable {
  enum Word: Int {
    /// 1 while the writer waits, or is about to; whoever sets it back to 0 wakes it.
    case sleeping = 0
    /// 1 while the file takes nothing (a full disk, an error).
    case failing = 8
    /// Set by ``AuditLog/reopen()``.
    case reopenWanted = 16
    /// Set by ``AuditLog/stop()``.
    case stopWanted = 24
    /// Set by ``AuditLog/release()``.
    case releaseWanted = 32
  }

  let base: UnsafeMutablePointer<UInt64>
  /// The eventfd on which the writer waits.
  let wakeFD: Int32

  init?() {
    wakeFD = cl_eventfd()
    guard wakeFD >= 0, let memory = unsafe cl_map_anonymous(4096) else { return nil }
    unsafe base = memory.bindMemory(to: UInt64.self, capacity: 512)
  }

  deinit {
    _ = cl_close(wakeFD)
    unsafe cl_unmap(base, 4096)
  }

  @inline(__always) func word(_ word: Word) -> UnsafeMutablePointer<UInt64> {
    unsafe base + word.rawValue
  }
  func isSet(_ name: Word) -> Bool { unsafe cl_load_acquire(word(name)) != 0 }
  func set(_ name: Word, _ value: Bool) { unsafe cl_store_release(word(name), value ? 1 : 0) }
  /// Sets the word to 0; says whether it was 1.
  func take(_ name: Word) -> Bool { unsafe cl_exchange(word(name), 0) != 0 }
  func wake() { _ = cl_eventfd_signal(wakeFD) }
}
