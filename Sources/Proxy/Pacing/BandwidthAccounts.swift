internal import Glibc
internal import Policy
internal import Synchronization

/// The account of each environment and direction (see ``Policy/Bandwidth``), one word that all workers
/// touch atomically, by the environment's slot (see `PolicySnapshot.slot(of:)`): so that a limit is one of
/// the process. The memory of slots that no environment has is never touched.
///
/// With ``EnvironmentCounts`` the only place of this target that allocates words that several threads write.
@safe struct BandwidthAccounts: ~Copyable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let capacity: Int

  /// All at the beginning of time: nothing is owed.
  init(slots: Int) {
    capacity = 2 * slots
    // Zeroed pages of the kernel, not written to: an atomic word of zero bytes is 0.
    guard let memory = unsafe calloc(capacity, MemoryLayout<Atomic<UInt64>>.stride) else {
      preconditionFailure("no memory for the accounts of environments")
    }
    unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: capacity)
  }

  deinit { unsafe free(words) }

  /// The number of an account.
  @inline(__always) static func place(_ slot: Int, up: Bool) -> Int { 2 * slot + (up ? 1 : 0) }

  /// Takes a turn of `time` nanoseconds; returns when it begins.
  func take(_ place: Int, _ time: UInt64, of limit: Bandwidth, now: UInt64) -> UInt64 {
    precondition(UInt(bitPattern: place) < UInt(bitPattern: capacity))
    var account = unsafe words[place].load(ordering: .relaxed)
    while true {
      let start = limit.start(account: account, now: now)
      let (done, found) = unsafe words[place].weakCompareExchange(
        expected: account, desired: start &+ time, ordering: .relaxed)
      if done { return start }
      account = found
    }
  }

  /// Gives back what was taken and not used.
  func giveBack(_ place: Int, _ time: UInt64) {
    precondition(UInt(bitPattern: place) < UInt(bitPattern: capacity))
    unsafe words[place].subtract(time, ordering: .relaxed)
  }
}

// Words that are written and read atomically.
extension BandwidthAccounts: @unsafe @unchecked Sendable {}
