internal import Glibc
internal import Synchronization

/// Client connections at once of each environment, over all workers: one word for each slot (see
/// `PolicySnapshot.slot(of:)`), touched atomically. The memory of slots that no environment has is
/// never touched.
///
/// The only place of this target that allocates words that several threads write.
@safe struct EnvironmentCounts: ~Copyable {
  private let words: UnsafeMutablePointer<Atomic<Int>>
  private let capacity: Int

  /// All 0.
  init(slots: Int) {
    capacity = slots
    // Zeroed pages of the kernel, not written to: an atomic word of zero bytes is 0.
    guard let memory = unsafe calloc(slots, MemoryLayout<Atomic<Int>>.stride) else {
      preconditionFailure("no memory for the counters of environments")
    }
    unsafe words = memory.bindMemory(to: Atomic<Int>.self, capacity: slots)
  }

  deinit { unsafe free(words) }

  func count(_ slot: Int) -> Int {
    precondition(UInt(bitPattern: slot) < UInt(bitPattern: capacity))
    return unsafe words[slot].load(ordering: .relaxed)
  }

  /// Counts one more unless `limit` are there; 0: there is no limit.
  func enter(_ slot: Int, limit: Int) -> Bool {
    precondition(UInt(bitPattern: slot) < UInt(bitPattern: capacity))
    let count = unsafe words[slot].add(1, ordering: .relaxed).newValue
    if limit == 0 || count <= limit { return true }
    leave(slot)
    return false
  }

  func leave(_ slot: Int) {
    precondition(UInt(bitPattern: slot) < UInt(bitPattern: capacity))
    let count = unsafe words[slot].subtract(1, ordering: .relaxed).newValue
    assert(count >= 0, "a connection left an environment twice")
  }
}

// Words that are written and read atomically.
extension EnvironmentCounts: @unsafe @unchecked Sendable {}
