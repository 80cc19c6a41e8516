package import Audit
package import Domains
internal import Synchronization

/// A question to all workers: which requests are under way, and, if so wanted, an end of them. Each worker
/// answers some records a turn, so that nobody waits for it; the last one calls back.
package final class Inquiry: Sendable {
  /// Which requests are meant; all that is given has to hold.
  package struct Filter: Sendable {
    package var environment: String?
    /// The host, or what it is below of.
    package var host: Hostname?
    package var client: AddressRange?
    package var id: RequestID?

    package init() {}

    package var isEmpty: Bool {
      environment == nil && host == nil && client == nil && id == nil
    }
  }

  /// What the workers have found.
  package struct Answer: Sendable {
    /// The first of them, as many as were wanted.
    package var flows: [Flow] = []
    /// All that the filter let through.
    package var matched = 0
  }

  package let filter: Filter
  /// Whether what is found is ended.
  package let ends: Bool
  let limit: Int
  private let whenDone: @Sendable (Answer) -> Void
  private let state = Mutex(State())

  private struct State {
    var answer = Answer()
    /// Workers that have still to answer.
    var left = 0
  }

  /// `limit`: the most requests that are described.
  package init(
    _ filter: Filter, ends: Bool, limit: Int, whenDone: @escaping @Sendable (Answer) -> Void
  ) {
    self.filter = filter
    self.ends = ends
    self.limit = limit
    self.whenDone = whenDone
  }

  /// So many workers will answer.
  func begin(workers: Int) {
    state.withLock { $0.left = workers }
    if workers == 0 { whenDone(Answer()) }
  }

  /// Whether one more is to be described.
  func add(_ flow: () -> Flow) {
    let hasRoom = state.withLock { state in
      state.answer.matched += 1
      return state.answer.flows.count < limit
    }
    guard hasRoom else { return }
    let flow = flow()
    state.withLock { $0.answer.flows.append(flow) }
  }

  /// A worker has looked at all that it has; yes if it was the last one.
  func finish() -> Bool {
    let answer: Answer? = state.withLock { state in
      state.left -= 1
      return state.left == 0 ? state.answer : nil
    }
    guard let answer else { return false }
    whenDone(answer)
    return true
  }
}

/// A request that is under way, as the administration shows it.
package struct Flow: Sendable {
  package enum Phase: String, Sendable {
    case resolving, connecting, handshake, hello, tunnel, exchange
  }

  package let id: RequestID
  package let phase: Phase
  package let isConnect: Bool
  /// Empty if there is none any more.
  package let environment: String
  /// An address and a port, or `unix:` and a user.
  package let client: String
  package let host: String
  package let port: UInt16
  /// What is connected to, `ADDRESS:PORT`; empty as long as nothing is.
  package let address: String
  /// Nanoseconds since it began, and since something moved last.
  package let age: UInt64
  package let idle: UInt64
  package let bytesUp: UInt64
  package let bytesDown: UInt64
  package let worker: Int
}

extension SharedState {
  /// Inquiries that are being answered, at most.
  static var inquiriesMax: Int { 8 }

  /// Asks all workers; the caller wakes them. No if too many questions wait for their answers.
  package func ask(_ inquiry: Inquiry) -> Bool {
    let workers: Int? = inquiries.withLock { inquiries in
      guard inquiries.waiting.count < Self.inquiriesMax else { return nil }
      guard inquiries.workers > 0 else { return 0 }
      inquiries.last += 1
      inquiries.waiting.append((inquiries.last, inquiry))
      // Before any worker can find it.
      inquiry.begin(workers: inquiries.workers)
      return inquiries.workers
    }
    if workers == 0 { inquiry.begin(workers: 0) }
    return workers != nil
  }

  /// A worker ends, which has answered all up to `number`, and has nothing to say to the others.
  func retire(after number: UInt64) {
    let rest = inquiries.withLock { inquiries in
      inquiries.workers -= 1
      return inquiries.waiting.filter { $0.number > number }
    }
    for (number, inquiry) in rest where inquiry.finish() { forget(inquiry: number) }
  }

  /// The first inquiry behind the one of this number.
  func inquiry(after number: UInt64) -> (number: UInt64, inquiry: Inquiry)? {
    inquiries.withLock { $0.waiting.first { $0.number > number } }
  }

  func forget(inquiry number: UInt64) {
    inquiries.withLock { $0.waiting.removeAll { $0.number == number } }
  }

  struct Inquiries {
    /// Those that have not ended.
    var workers: Int
    var last: UInt64 = 0
    var waiting: [(number: UInt64, inquiry: Inquiry)] = []
  }
}
