internal import CLinux
internal import Synchronization

/// Answers `GET /metrics`, each on a thread of its own, so that neither a long answer nor a slow reader
/// is in the way of the administration. One piece is in memory at a time.
package final class MetricsScrapes: Sendable {
  private let source: MetricsSource
  private let running = Atomic<Int>(0)

  package init(_ source: MetricsSource) { self.source = source }

  package func serve(_ reply: AdminReply) {
    // Counted once the head is sent: a client that goes before that never gets a thread.
    guard running.load(ordering: .relaxed) < AdminLimits.scrapes else {
      return reply.send(
        .problem(503, "\(AdminLimits.scrapes) scrapes are under way; scrape less often"))
    }
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(Exposition.contentType)\r\n"
      + "Transfer-Encoding: chunked\r\nCache-Control: no-store\r\n"
      + "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    reply.detach(head) { [self] descriptor in start(descriptor) }
  }

  private func start(_ descriptor: Int32) {
    running.add(1, ordering: .relaxed)
    let scrape = Scrape(descriptor: descriptor, owner: self)
    let context = unsafe Unmanaged.passRetained(scrape).toOpaque()
    var thread: UInt64 = 0
    if unsafe cl_thread_start(runScrape, context, &thread) < 0 {
      unsafe Unmanaged<Scrape>.fromOpaque(context).release()
      end(descriptor)
    } else {
      cl_thread_detach(thread)
    }
  }

  private func end(_ descriptor: Int32) {
    _ = cl_close(descriptor)
    running.subtract(1, ordering: .relaxed)
  }

  fileprivate func write(to descriptor: Int32) {
    defer { end(descriptor) }
    var page = MetricsPage(source)
    let deadline = cl_monotonic_ns() + UInt64(AdminLimits.ioMilliseconds) * 1_000_000
    while true {
      let piece = page.next(size: AdminLimits.scrapeBytes)
      let chunk =
        Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
      guard send(chunk, to: descriptor, until: deadline), !piece.isEmpty else { return }
    }
  }

  /// No when the client has gone, or is too slow.
  private func send(_ bytes: [UInt8], to descriptor: Int32, until deadline: UInt64) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let rest = bytes[sent...]
      let count = unsafe rest.withUnsafeBytes {
        unsafe cl_send(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        sent += count
        continue
      }
      let now = cl_monotonic_ns()
      guard count == -11, now < deadline else { return false }
      _ = cl_poll(descriptor, true, -1, Int32(clamping: (deadline - now) / 1_000_000 + 1))
    }
    return true
  }
}

private final class Scrape: Sendable {
  let descriptor: Int32
  let owner: MetricsScrapes

  init(descriptor: Int32, owner: MetricsScrapes) {
    self.descriptor = descriptor
    self.owner = owner
  }
}

private func runScrape(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  unsafe cl_name_thread("sluice-metrics")
  let scrape = unsafe Unmanaged<Scrape>.fromOpaque(context).takeRetainedValue()
  scrape.owner.write(to: scrape.descriptor)
  return nil
}
