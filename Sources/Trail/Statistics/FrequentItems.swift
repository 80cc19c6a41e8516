internal import Audit

/// The most frequent of any number of texts, in memory of a fixed size.
///
/// Exact while there are no more different texts than places. After that it is the sketch of Misra and
/// Gries (1982), cleaned in bulk: whenever the places are full, the median of the counts is taken from
/// each, and whoever has nothing left makes room. What is counted of a text is then too little by at
/// most ``error``, and a text that was there more often than that is among the items.
package struct FrequentItems: Sendable {
  /// What is counted of one text. Purging takes from ``count`` only; the others are what was added since
  /// the text got its place.
  package struct Counts: Sendable, BitwiseCopyable {
    package var count = 0
    package var denied = 0
    package var bytesUp = 0
    package var bytesDown = 0

    package init() {}
  }

  package struct Item: Sendable {
    package let text: String
    package let counts: Counts
  }

  /// Longer texts are cut.
  static let keyLimit = 255

  /// By how much a count may be too small; 0: all are exact.
  package private(set) var error = 0
  package var isExact: Bool { error == 0 }
  /// How many texts have a place.
  package var distinct: Int { used }

  private let capacity: Int
  private let mask: Int
  private let seed: UInt64
  private var used = 0
  /// Places, by hash: 1 + the number of an entry; 0: none.
  private var table: [Int32]
  private var hashes: [UInt64] = []
  private var lengths: [UInt8] = []
  private var keys: [UInt8] = []
  private var counts: [Counts] = []

  /// - Parameter capacity: places, 2 to 2^24.
  package init(capacity: Int) {
    precondition((2...1 << 24).contains(capacity))
    self.capacity = capacity
    var size = 4
    while size < 2 * capacity { size *= 2 }
    mask = size - 1
    table = [Int32](repeating: 0, count: size)
    var random = SystemRandomNumberGenerator()
    // Clients choose the names: the hash must not be theirs to know.
    seed = random.next()
  }

  /// Counts a text once.
  package mutating func add(
    _ key: Span<UInt8>, denied: Bool = false, bytesUp: Int = 0, bytesDown: Int = 0, count: Int = 1
  ) {
    let key = key.extracting(0..<min(key.count, Self.keyLimit))
    let hash = Self.hash(key, seed)
    var index = find(key, hash)
    if index < 0 {
      if used == capacity { purge() }
      index = insert(key, hash)
    }
    counts[index].count += count
    counts[index].denied += denied ? 1 : 0
    counts[index].bytesUp &+= bytesUp
    counts[index].bytesDown &+= bytesDown
  }

  /// The most frequent texts first; equal ones in the order of their bytes.
  package func top(_ limit: Int, by rank: (Counts) -> Int = { $0.count }) -> [Item] {
    (0..<used).sorted { left, right in
      let (a, b) = (rank(counts[left]), rank(counts[right]))
      if a != b { return a > b }
      return bytes(left).lexicographicallyPrecedes(bytes(right))
    }
    .prefix(limit).map {
      Item(text: String(decoding: bytes($0), as: UTF8.self), counts: counts[$0])
    }
  }

  private func bytes(_ index: Int) -> ArraySlice<UInt8> {
    let start = index * Self.keyLimit
    return keys[start..<start + Int(lengths[index])]
  }

  @inline(__always)
  private func find(_ key: Span<UInt8>, _ hash: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = Int(table[place])
      if entry == 0 { return -1 }
      if hashes[entry - 1] == hash, isKey(key, entry - 1) { return entry - 1 }
      place = (place + 1) & mask
    }
  }

  @inline(__always)
  private func isKey(_ key: Span<UInt8>, _ index: Int) -> Bool {
    guard Int(lengths[index]) == key.count else { return false }
    let start = index * Self.keyLimit
    return keys.span.extracting(start..<start + key.count).equals(key)
  }

  private mutating func insert(_ key: Span<UInt8>, _ hash: UInt64) -> Int {
    let index = used
    used += 1
    hashes.append(hash)
    lengths.append(UInt8(key.count))
    counts.append(Counts())
    for place in 0..<key.count { keys.append(key[place]) }
    keys.append(contentsOf: repeatElement(0, count: Self.keyLimit - key.count))
    enter(index)
    return index
  }

  private mutating func enter(_ index: Int) {
    var place = Int(truncatingIfNeeded: hashes[index]) & mask
    while table[place] != 0 { place = (place + 1) & mask }
    table[place] = Int32(index + 1)
  }

  /// Makes room: at least half of the places are free then.
  private mutating func purge() {
    let median = counts[0..<used].map(\.count).sorted()[used / 2]
    error += median
    var kept = 0
    for index in 0..<used where counts[index].count > median {
      hashes[kept] = hashes[index]
      lengths[kept] = lengths[index]
      counts[kept] = counts[index]
      counts[kept].count -= median
      if kept != index {
        let (from, to) = (index * Self.keyLimit, kept * Self.keyLimit)
        for offset in 0..<Int(lengths[index]) { keys[to + offset] = keys[from + offset] }
      }
      kept += 1
    }
    used = kept
    hashes.removeLast(hashes.count - kept)
    lengths.removeLast(lengths.count - kept)
    counts.removeLast(counts.count - kept)
    keys.removeLast(keys.count - kept * Self.keyLimit)
    for place in table.indices { table[place] = 0 }
    for index in 0..<used { enter(index) }
  }

  @inline(__always)
  private static func hash(_ key: Span<UInt8>, _ seed: UInt64) -> UInt64 {
    var hash = seed ^ UInt64(key.count)
    var place = 0
    while place < key.count {
      hash = (hash ^ key.word(at: place)) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 29
      place += 8
    }
    hash = hash &* 0xbf58_476d_1ce4_e5b9
    return hash ^ (hash >> 32)
  }
}
