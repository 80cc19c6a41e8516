/// How many of something each key holds now, such as the tunnels of a client: eight bytes a key, in sets
/// of eight. A key that holds something is never evicted, and what is held is given back at its place.
///
/// Threads may find a key missing at once and each enter it: then all of its places count together.
package struct HoldTable: ~Copyable, Sendable {
  static let ways = 8
  /// Bits of the count; above them stands what tells the keys of a set apart.
  private static let countBits: UInt64 = 20
  private static let countMask: UInt64 = 1 << countBits - 1
  /// What one key can hold.
  package static let countMax = Int(countMask)

  private let words: SharedWords
  private let setMask: Int

  package enum Answer: Equatable, Sendable {
    case held(place: UInt32)
    case refused
    /// There is no room for the key.
    case full
  }

  /// Room for `keys` keys, rounded up to a power of two.
  package init(keys: Int) {
    precondition(keys > 0 && keys <= 1 << 28)
    var sets = 1
    while sets * Self.ways < keys { sets *= 2 }
    words = SharedWords(count: sets * Self.ways)
    setMask = sets - 1
  }

  package var capacity: Int { words.count }

  /// Holds one more for the key, unless it holds `limit`.
  package func acquire(_ key: UInt64, limit: Int) -> Answer {
    let start = start(key)
    let tag = Self.tag(key)
    while true {
      var place = start
      var free = -1
      var freeWord: UInt64 = 0
      var found = -1
      while place < start + Self.ways {
        let word = words.load(place)
        if word & ~Self.countMask == tag {
          found = place
          break
        }
        if free < 0, word & Self.countMask == 0 {
          free = place
          freeWord = word
        }
        place += 1
      }
      if found >= 0 {
        var word = words.load(found)
        guard word & ~Self.countMask == tag else { continue }
        guard word & Self.countMask < min(limit, Self.countMax) else { return .refused }
        guard words.exchange(found, &word, word + 1) else { continue }
      } else if free >= 0 {
        guard limit > 0 else { return .refused }
        guard words.exchange(free, &freeWord, tag + 1) else { continue }
        found = free
      } else {
        return .full
      }
      // Of two threads that were faster than each other, one at least sees both.
      guard count(tag, start) <= limit else {
        release(UInt32(found))
        return .refused
      }
      return .held(place: UInt32(found))
    }
  }

  /// Gives back what was held at a place, once.
  package func release(_ place: UInt32) {
    let after = words.subtract(Int(place), 1)
    precondition(after & Self.countMask != Self.countMask, "given back twice")
  }

  /// What a key holds.
  package func count(of key: UInt64) -> Int { count(Self.tag(key), start(key)) }

  /// What all keys hold; looks at the whole table.
  package var total: Int {
    (0..<words.count).reduce(0) { $0 + Int(words.load($1) & Self.countMask) }
  }

  private func count(_ tag: UInt64, _ start: Int) -> Int {
    var sum = 0
    var place = start
    while place < start + Self.ways {
      let word = words.load(place)
      if word & ~Self.countMask == tag { sum += Int(word & Self.countMask) }
      place += 1
    }
    return sum
  }

  /// Never 0, which a place has that was never used.
  private static func tag(_ key: UInt64) -> UInt64 {
    let tag = key & ~countMask
    return tag == 0 ? countMask + 1 : tag
  }

  /// By the bits that are not in the tag, and others.
  private func start(_ key: UInt64) -> Int {
    (Int(truncatingIfNeeded: key ^ (key >> 40)) & setMask) * Self.ways
  }
}
