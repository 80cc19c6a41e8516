internal import CLinux
internal import Synchronization

/// Lines on their way from the writer to one output: bounded, and never waited for.
final class OutputQueue: Sendable {
  struct Batch {
    var lines: [UInt8] = []
    /// Lines that had no room behind these.
    var lost: UInt64 = 0
  }

  private struct State {
    var batch = Batch()
    var isStopping = false
  }

  private let state = Mutex(State())
  private let limit: Int
  /// Becomes readable when there is something to do.
  let wakeFD: Int32

  init?(limit: Int) {
    wakeFD = cl_eventfd()
    guard wakeFD >= 0 else { return nil }
    self.limit = limit
  }

  deinit { _ = cl_close(wakeFD) }

  /// Takes whole lines, or none of them. Once something was lost everything is, until the queue has been
  /// emptied, so that the note of it stands where the gap is.
  func push(_ lines: Span<UInt8>) {
    let isFirst = state.withLock { state in
      let isFirst = state.batch.lines.isEmpty && state.batch.lost == 0
      if state.batch.lost > 0 || state.batch.lines.count + lines.count > limit {
        for index in 0..<lines.count where lines[index] == 0x0a { state.batch.lost += 1 }
      } else {
        unsafe lines.withUnsafeBufferPointer { unsafe state.batch.lines.append(contentsOf: $0) }
      }
      return isFirst
    }
    if isFirst { _ = cl_eventfd_signal(wakeFD) }
  }

  func stop() {
    state.withLock { $0.isStopping = true }
    _ = cl_eventfd_signal(wakeFD)
  }

  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Everything that waits.
  func take() -> Batch {
    state.withLock { state in
      let batch = state.batch
      state.batch = Batch()
      return batch
    }
  }
}
