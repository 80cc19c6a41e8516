internal import CLinux
internal import Glibc
internal import Synchronization

/// Sends what is in a queue to one output, on a thread of its own: whatever the other side does, nobody
/// but this thread waits for it.
final class OutputThread: Sendable {
  /// Between two attempts to reach an output.
  static let retryMilliseconds: (first: Int32, last: Int32) = (100, 5000)
  /// After the last record, for what still waits.
  static let stopMilliseconds: UInt64 = 2000
  /// Between two messages about the same output.
  static let reportNanoseconds: UInt64 = 10_000_000_000
  /// A pipe that is ready takes this much without blocking (pipe(7), PIPE_BUF).
  private static let streamBytes = 4096

  let queue: OutputQueue
  private let output: AuditOutput
  private let report: @Sendable (String) -> Void
  private let shared: Mutex<AuditOutputState>
  private let thread = Mutex<UInt64?>(nil)

  init?(_ output: AuditOutput, report: @escaping @Sendable (String) -> Void) {
    guard let queue = OutputQueue(limit: AuditOutput.queueBytes) else { return nil }
    self.queue = queue
    self.output = output
    self.report = report
    shared = Mutex(AuditOutputState(name: output.target.text))
  }

  var state: AuditOutputState { shared.withLock { $0 } }

  func start() {
    thread.withLock { thread in
      guard thread == nil else { return }
      let context = unsafe Unmanaged.passUnretained(self).toOpaque()
      var number: UInt64 = 0
      let result = unsafe cl_thread_start(runOutput, context, &number)
      precondition(result == 0, "no thread for an audit output: \(describe(errno: result))")
      thread = number
    }
  }

  /// Sends what still waits, for a bounded time, and ends the thread.
  func stop() {
    let number = thread.withLock { thread -> UInt64? in
      defer { thread = nil }
      return thread
    }
    guard let number else { return }
    queue.stop()
    cl_thread_join(number)
  }

  /// What the thread alone knows.
  private struct Work {
    var fd: Int32 = -1
    /// The messages to send, behind one another, and where each ends.
    var bytes: [UInt8] = []
    var ends: [Int] = []
    var next = 0
    /// Bytes of the next message that have been sent.
    var sent = 0
    var lost: UInt64 = 0
    var retry = OutputThread.retryMilliseconds.first
    var deadline: UInt64?
    var reportedAt: UInt64 = 0
    var isReported = false
    var renderer: MessageRenderer
  }

  func run() {
    var work = Work(renderer: MessageRenderer(output))
    while true {
      if queue.isStopping, work.deadline == nil {
        work.deadline = cl_monotonic_ns() + Self.stopMilliseconds * 1_000_000
      }
      if work.next == work.ends.count { refill(&work) }
      guard work.next < work.ends.count else {
        if queue.isStopping { break }
        _ = cl_poll(queue.wakeFD, false, -1, -1)
        cl_eventfd_clear(queue.wakeFD)
        continue
      }
      if let deadline = work.deadline, cl_monotonic_ns() > deadline { break }
      let problem = open(&work) ?? send(&work)
      note(problem, &work)
    }
    if work.fd >= 0 { _ = cl_close(work.fd) }
  }

  private func refill(_ work: inout Work) {
    let batch = queue.take()
    work.bytes.removeAll(keepingCapacity: true)
    work.ends.removeAll(keepingCapacity: true)
    work.next = 0
    work.sent = 0
    var start = 0
    let lines = batch.lines.span
    for index in 0..<lines.count where lines[index] == 0x0a {
      work.renderer.append(lines.extracting(start..<index), to: &work.bytes)
      work.ends.append(work.bytes.count)
      start = index + 1
    }
    work.lost += batch.lost
    guard work.lost > 0 else { return }
    let note = Array(
      #"{"v":1,"time":"\#(Self.now())","event":"dropped","dropped":\#(work.lost),"output":"#.utf8)
    work.renderer.append((note + Array("\"\(name)\"}".utf8)).span, to: &work.bytes)
    work.ends.append(work.bytes.count)
    shared.withLock { $0.lost += work.lost }
    work.lost = 0
  }

  /// For a JSON text: paths may hold anything.
  private var name: String {
    String(
      decoding: output.target.text.utf8.map { byte in
        byte < 0x20 || byte >= 0x7f || byte == 0x22 || byte == 0x5c ? 0x3f : byte
      }, as: UTF8.self)
  }

  private static func now() -> String {
    String(decoding: AuditTime.text(microseconds: cl_realtime_us()), as: UTF8.self)
  }

  /// Connects, if that is needed; the errno when it fails.
  private func open(_ work: inout Work) -> Int32? {
    guard work.fd < 0 else { return nil }
    let fd =
      switch output.target {
      case .standardOutput: cl_duplicate(1)
      case .syslog(let path), .journald(let path):
        unsafe path.withCString { unsafe cl_unix_dial($0, true) }
      case .socket(let path): unsafe path.withCString { unsafe cl_unix_dial($0, false) }
      }
    guard fd >= 0 else { return fd }
    work.fd = fd
    return nil
  }

  /// Sends one message, or a part of one; the errno when that fails.
  private func send(_ work: inout Work) -> Int32? {
    guard cl_poll(work.fd, true, -1, Self.retryMilliseconds.first) > 0 else { return -EAGAIN }
    let start = (work.next == 0 ? 0 : work.ends[work.next - 1]) + work.sent
    var end = work.ends[work.next]
    let isStandard = output.target == .standardOutput
    if isStandard { end = min(end, start + Self.streamBytes) }
    let count = unsafe work.bytes.withUnsafeBufferPointer { bytes in
      let first = unsafe bytes.baseAddress! + start
      return unsafe isStandard
        ? cl_write(work.fd, first, end - start) : cl_send(work.fd, first, end - start)
    }
    guard count > 0 else {
      if count == -EMSGSIZE {
        // No datagram takes it, now or later.
        work.next += 1
        work.lost += 1
        return nil
      }
      return count == 0 ? -EPIPE : Int32(clamping: count)
    }
    work.sent += count
    if start + count == work.ends[work.next] {
      work.next += 1
      work.sent = 0
      shared.withLock { $0.sent += 1 }
    }
    return nil
  }

  /// Waits after a failure, and tells about the first one and about the end of it.
  private func note(_ problem: Int32?, _ work: inout Work) {
    guard let problem else {
      work.retry = Self.retryMilliseconds.first
      guard work.isReported else { return }
      work.isReported = false
      shared.withLock { $0.problem = nil }
      report("audit output \(output.target.text): works again, \(state.lost) records lost so far")
      return
    }
    // A reader that is slow keeps its connection; any other failure ends it, and what was sent of a
    // message is sent again.
    if problem != -EAGAIN || output.target == .standardOutput {
      if problem != -EAGAIN, work.fd >= 0 {
        _ = cl_close(work.fd)
        work.fd = -1
        work.sent = 0
      }
    }
    let text = describe(errno: problem)
    shared.withLock { $0.problem = text }
    let now = cl_monotonic_ns()
    if !work.isReported, work.reportedAt == 0 || now - work.reportedAt > Self.reportNanoseconds {
      work.isReported = true
      work.reportedAt = now
      report(
        "audit output \(output.target.text): \(text); records wait, and are lost for it when there are "
          + "too many; the audit file has them all")
    }
    guard problem != -EAGAIN, !queue.isStopping else {
      if queue.isStopping { usleep(20_000) }
      return
    }
    var left = work.retry
    while left > 0, !queue.isStopping {
      _ = cl_poll(-1, false, -1, min(left, Self.retryMilliseconds.first))
      left -= Self.retryMilliseconds.first
    }
    work.retry = min(work.retry * 2, Self.retryMilliseconds.last)
  }
}

private func runOutput(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe cl_name_thread("sluice-output")
  unsafe Unmanaged<OutputThread>.fromOpaque(context).takeUnretainedValue().run()
  return nil
}
