internal import CLinux
package import Policy
internal import Synchronization

/// What the administration sees of the records as they are written: names that were refused lately, who
/// asks most, and decisions as they are made, for whoever follows them.
///
/// The writer's thread feeds it; no worker knows of it. Everything in it has a bound: who follows slowly
/// misses decisions, and is told how many.
package final class AuditFeed: Sendable {
  /// Decisions that are kept for those who follow.
  package static let followedMax = 4096
  /// Names, clients and hosts that are counted.
  package static let namesMax = 1024

  /// Environments and reasons that are counted together.
  package static let reasonsMax = 4096

  private struct State {
    var denials = RecentTable<Denial>(capacity: namesMax)
    var clients = RecentTable<Talker>(capacity: namesMax)
    var hosts = RecentTable<Talker>(capacity: namesMax)
    var reasons = RecentTable<CountedReason>(capacity: reasonsMax)
    /// The newest decisions, from `oldest` on and round; that one has the number `next - lines.count`.
    var lines: [FollowedLine] = []
    var oldest = 0
    var next: UInt64 = 0
    /// Eventfds of those who follow, by their number.
    var wakes: [UInt64: Int32] = [:]
    var lastFollower: UInt64 = 0
    var mustWake = false
  }

  private let state = Mutex(State())
  private let followers = Atomic<Int>(0)

  init() {}

  // MARK: The writer's side

  /// Counts a record.
  func note(_ record: RecordView, _ codes: CodeTable) {
    guard let event = AuditEvent(rawValue: record.byte(RecordLayout.event)) else { return }
    switch event {
    case .decision: noteDecision(record, codes)
    case .close: noteClose(record)
    case .start, .stop, .dropped, .reload, .admin: break
    }
  }

  /// Whether anybody wants the lines.
  var isFollowed: Bool { followers.load(ordering: .relaxed) > 0 }

  /// Keeps the line of a decision for those who follow.
  func follow(_ record: RecordView, _ codes: CodeTable, line: [UInt8]) {
    guard record.byte(RecordLayout.event) == AuditEvent.decision.rawValue else { return }
    let texts = FeedTexts(record)
    let followed = FollowedLine(
      line: line, environment: texts.environment(record), host: texts.host(record),
      isAllowed: record.byte(RecordLayout.verdict) == AuditVerdict.allow.rawValue,
      reason: codes.reason(record.byte(RecordLayout.reason)))
    state.withLock { state in
      if state.lines.count < Self.followedMax {
        state.lines.append(followed)
      } else {
        state.lines[state.oldest] = followed
        state.oldest = (state.oldest + 1) % Self.followedMax
      }
      state.next += 1
      state.mustWake = true
    }
  }

  /// A batch is over: wakes those who follow.
  func flush() {
    guard isFollowed else { return }
    state.withLock { state in
      guard state.mustWake else { return }
      state.mustWake = false
      for wake in state.wakes.values { _ = cl_eventfd_signal(wake) }
    }
  }

  private func noteDecision(_ record: RecordView, _ codes: CodeTable) {
    let texts = FeedTexts(record)
    let time = record.word(RecordLayout.time)
    let isAllowed = record.byte(RecordLayout.verdict) == AuditVerdict.allow.rawValue
    let port = record.quarter(RecordLayout.port)
    let number = record.byte(RecordLayout.reason)
    let host = texts.hash(of: .host, record, with: 0)
    let client = texts.hash(of: .client, record, with: 0)
    let denial =
      isAllowed || texts.hostLength == 0
      ? nil : texts.hash(of: .host, record, with: UInt64(port) << 8 | UInt64(number))
    let reason = codes.reason(number)
    let kind = texts.hash(of: .none, record, with: UInt64(number) << 1 | (isAllowed ? 1 : 0))
    state.withLock { state in
      if let reason {
        state.reasons.note(kind, at: time) {
          CountedReason(
            environment: texts.environment(record), reason: reason, isAllowed: isAllowed)
        }
      }
      state.clients.note(client, at: time) {
        Talker(texts.environment(record), FeedTexts.client(record))
      } change: {
        if isAllowed { $0.allowed += 1 } else { $0.denied += 1 }
      }
      if texts.hostLength > 0 {
        state.hosts.note(host, at: time) {
          Talker(texts.environment(record), texts.host(record))
        } change: {
          if isAllowed { $0.allowed += 1 } else { $0.denied += 1 }
        }
      }
      guard let denial, let reason else { return }
      state.denials.note(denial, at: time) {
        Denial(
          environment: texts.environment(record), host: texts.host(record), port: port,
          reason: reason, rule: texts.rule(record))
      } change: {
        $0.client = FeedTexts.client(record)
      }
    }
  }

  private func noteClose(_ record: RecordView) {
    let texts = FeedTexts(record)
    let time = record.word(RecordLayout.time)
    let up = record.word(RecordLayout.bytesUp)
    let down = record.word(RecordLayout.bytesDown)
    guard up | down != 0 else { return }
    let host = texts.hash(of: .host, record, with: 0)
    let client = texts.hash(of: .client, record, with: 0)
    state.withLock { state in
      state.clients.note(client, at: time) {
        Talker(texts.environment(record), FeedTexts.client(record))
      } change: {
        $0.add(up: up, down: down)
      }
      guard texts.hostLength > 0 else { return }
      state.hosts.note(host, at: time) {
        Talker(texts.environment(record), texts.host(record))
      } change: {
        $0.add(up: up, down: down)
      }
    }
  }

  // MARK: The administration's side

  /// What was refused lately; and how many other names there was no room for.
  package func denials() -> (all: [CountedDenial], forgotten: UInt64) {
    let table = state.withLock { $0.denials }
    return (
      table.entries.map {
        CountedDenial(denial: $0.value, count: $0.count, first: $0.first, last: $0.last)
      }, table.evicted
    )
  }

  /// Decisions by environment and reason since the start; rows of thousands of environments make room for
  /// each other.
  package func reasons() -> [CountedReason] {
    state.withLock { $0.reasons }.entries.map { entry in
      var counted = entry.value
      counted.count = entry.count
      return counted
    }
  }

  /// Who asked, and what was asked for.
  package func talkers() -> (clients: [Talker], hosts: [Talker]) {
    let (clients, hosts) = state.withLock { ($0.clients, $0.hosts) }
    return (clients.entries.map(\.value), hosts.entries.map(\.value))
  }

  /// Follows decisions from now on; `wake`, an eventfd(2), is signalled when there are some.
  package func follow(wake: Int32) -> AuditFollower {
    followers.add(1, ordering: .relaxed)
    return state.withLock { state in
      state.lastFollower += 1
      state.wakes[state.lastFollower] = wake
      return AuditFollower(number: state.lastFollower, next: state.next)
    }
  }

  package func leave(_ follower: AuditFollower) {
    let isFirst = state.withLock { state in
      let isFirst = state.wakes.removeValue(forKey: follower.number) != nil
      if state.wakes.isEmpty {
        state.lines = []
        state.oldest = 0
      }
      return isFirst
    }
    if isFirst { followers.subtract(1, ordering: .relaxed) }
  }

  /// The next decisions, at most `max`, and how many came before them that are gone.
  package func take(
    _ follower: inout AuditFollower, max: Int
  ) -> (lines: [FollowedLine], lost: UInt64) {
    state.withLock { state in
      let oldest = state.next - UInt64(state.lines.count)
      let lost = follower.next < oldest ? oldest - follower.next : 0
      let first = Swift.max(follower.next, oldest)
      let last = min(state.next, first + UInt64(max))
      let lines = (first..<last).map { number in
        state.lines[(state.oldest + Int(number - oldest)) % state.lines.count]
      }
      follower.next = last
      return (lines, lost)
    }
  }
}

/// Where somebody who follows decisions is.
package struct AuditFollower: Sendable {
  let number: UInt64
  var next: UInt64
}

/// A decision as those who follow get it.
package struct FollowedLine: Sendable {
  /// Its line of the audit log, without the line feed.
  package let line: [UInt8]
  package let environment: String
  package let host: String
  package let isAllowed: Bool
  package let reason: ReasonCode?
}

/// A name that was refused.
package struct Denial: Sendable {
  package let environment: String
  package let host: String
  package let port: UInt16
  package let reason: ReasonCode
  /// `list@version:line`; empty without one.
  package let rule: String
  /// Who asked last.
  package var client = ""
}

package struct CountedDenial: Sendable {
  package let denial: Denial
  package let count: UInt64
  /// Unix time, microseconds.
  package let first: UInt64
  package let last: UInt64
}

/// A client, or a host, and what went to and from it.
package struct Talker: Sendable {
  package let environment: String
  package let name: String
  package var allowed: UInt64 = 0
  package var denied: UInt64 = 0
  /// Of what has ended.
  package var bytesUp: UInt64 = 0
  package var bytesDown: UInt64 = 0

  init(_ environment: String, _ name: String) {
    self.environment = environment
    self.name = name
  }

  mutating func add(up: UInt64, down: UInt64) {
    bytesUp &+= up
    bytesDown &+= down
  }
}

/// How often an environment gave a reason.
package struct CountedReason: Sendable {
  package let environment: String
  package let reason: ReasonCode
  package let isAllowed: Bool
  package var count: UInt64 = 0
}
