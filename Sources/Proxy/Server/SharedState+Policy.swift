internal import Policy
internal import Synchronization

// How a new snapshot reaches the workers. The lock is touched when one is published and when a worker
// is woken, never for a request.
extension SharedState {
  /// Publishes a snapshot; the caller wakes the workers. The one before must be settled: what the
  /// workers know of what is under way is in the numbers of that one.
  ///
  /// Both are kept here until then, so that the memory of a snapshot is never given back by a worker.
  package func publish(_ publication: Publication) {
    limiter.prepare(publication.snapshot)
    latest.withLock { latest in
      precondition(latest.settled == latest.workers || latest.publication == nil)
      latest.before = latest.publication
      latest.publication = publication
      latest.settled = 0
    }
  }

  /// What was published last, if it is newer than `generation`.
  func publication(after generation: UInt64) -> Publication? {
    latest.withLock { latest in
      guard let publication = latest.publication, publication.snapshot.generation > generation
      else { return nil }
      return publication
    }
  }

  /// A worker has brought over all that was under way, and has let go of the snapshot before.
  func settle() { latest.withLock { $0.settled += 1 } }

  /// Whether every worker is on the snapshot that was published last. From then on another may come.
  package var isSettled: Bool {
    latest.withLock { latest in
      guard latest.settled == latest.workers || latest.publication == nil else { return false }
      latest.before = nil
      return true
    }
  }

  struct Latest {
    var publication: Publication?
    var before: Publication?
    /// Workers that have taken up `publication`.
    var settled = 0
    let workers: Int
  }
}
