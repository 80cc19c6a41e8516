internal import Audit
internal import Domains
internal import Review
internal import Synchronization

/// Which decisions somebody wants to follow; all that is given has to hold.
struct DecisionFilter: Sendable {
  var environment: String?
  var isAllowed: Bool?
  var host: Hostname?

  func passes(_ line: FollowedLine) -> Bool {
    if let environment, environment != line.environment { return false }
    if let isAllowed, isAllowed != line.isAllowed { return false }
    guard let host else { return true }
    return line.host == host.text || line.host.hasSuffix(".\(host.text)")
  }
}

/// Decisions as server-sent events (HTML standard, §9.2). A client that takes them slower than they come
/// misses some and is told how many.
final class DecisionStream: AdminStream {
  private let feed: AuditFeed
  private let filter: DecisionFilter
  private let follower: Mutex<AuditFollower>

  /// Decisions that are looked at in one go.
  private static let batch = 256

  init(_ feed: AuditFeed, _ filter: DecisionFilter, wake: Int32) {
    self.feed = feed
    self.filter = filter
    follower = Mutex(feed.follow(wake: wake))
  }

  var heartbeat: [UInt8] { Array(": nothing new\n\n".utf8) }

  func next(room: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    follower.withLock { follower in
      while bytes.count < room {
        let (lines, lost) = feed.take(&follower, max: Self.batch)
        if lost > 0 { bytes += Array("event: lost\ndata: {\"lost\":\(lost)}\n\n".utf8) }
        if lines.isEmpty { return }
        for line in lines where filter.passes(line) {
          bytes += Array("event: decision\ndata: ".utf8)
          bytes += line.line
          bytes += Array("\n\n".utf8)
        }
      }
    }
    return bytes
  }

  func end() { follower.withLock { feed.leave($0) } }
}
