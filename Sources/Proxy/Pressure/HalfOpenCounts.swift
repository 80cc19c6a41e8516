internal import Domains
internal import Glibc
internal import Synchronization

/// How many connections of each source have not sent a whole request yet, over all workers, in a table of
/// fixed size: a source counts in two of its words, and has at most as many as the smaller one says. Sources
/// that share a word are held to less than they may, never to more; nothing is ever pushed out. Which share
/// is chance: places come from a hash with a key of this process, and that both words of one are full by
/// others' doing takes a source at its limit for each.
@safe struct HalfOpenCounts: ~Copyable {
  /// Where a source counts.
  struct Place: BitwiseCopyable {
    fileprivate var first: UInt16 = 0
    fileprivate var second: UInt16 = 0
  }

  private static var rowCount: Int { 1 << 14 }
  private let words: UnsafeMutablePointer<Atomic<Int32>>
  private let hash = SourceHash()

  /// All 0.
  init() {
    // Zeroed pages of the kernel: an atomic word of zero bytes is 0.
    guard let memory = unsafe calloc(2 * Self.rowCount, MemoryLayout<Atomic<Int32>>.stride) else {
      preconditionFailure("no memory for the counters of sources")
    }
    unsafe words = memory.bindMemory(to: Atomic<Int32>.self, capacity: 2 * Self.rowCount)
  }

  deinit { unsafe free(words) }

  func place(of source: IPAddress) -> Place {
    let hash = hash.value(source)
    let mask = UInt64(Self.rowCount - 1)
    // Less than 2^14: no place is outside of the table.
    return Place(
      first: UInt16(truncatingIfNeeded: (hash >> 16) & mask),
      second: UInt16(truncatingIfNeeded: (hash >> 40) & mask))
  }

  /// Counts one more unless the source has `limit`.
  func enter(_ place: Place, limit: Int) -> Bool {
    let first = unsafe words[Self.first(place)].add(1, ordering: .relaxed).newValue
    let second = unsafe words[Self.second(place)].add(1, ordering: .relaxed).newValue
    if min(first, second) <= limit { return true }
    leave(place)
    return false
  }

  func leave(_ place: Place) {
    let first = unsafe words[Self.first(place)].subtract(1, ordering: .relaxed).newValue
    let second = unsafe words[Self.second(place)].subtract(1, ordering: .relaxed).newValue
    assert(first >= 0 && second >= 0, "a connection left its source twice")
  }

  /// At least as many as a source has.
  func count(_ place: Place) -> Int {
    let first = unsafe words[Self.first(place)].load(ordering: .relaxed)
    let second = unsafe words[Self.second(place)].load(ordering: .relaxed)
    return Int(min(first, second))
  }

  @inline(__always) private static func first(_ place: Place) -> Int { Int(place.first) }
  @inline(__always) private static func second(_ place: Place) -> Int {
    rowCount + Int(place.second)
  }
}

// Words that are written and read atomically.
extension HalfOpenCounts: @unsafe @unchecked Sendable {}
