/// Counts by key, in a table of fixed size: places of eight, of which a new key takes the one that was
/// counted least, and of those the oldest; what was not seen for an hour counts for nothing. So what comes
/// often stays, however many others come once.
///
/// A key is a keyed hash of 64 bits: nobody outside can make two that are equal.
struct RecentTable<Value: Sendable>: Sendable {
  struct Entry: Sendable {
    var key: UInt64
    var count: UInt64
    /// Unix time, microseconds, of the first and the last.
    var first: UInt64
    var last: UInt64
    var value: Value
  }

  private static var ways: Int { 8 }
  /// Microseconds.
  static var memory: UInt64 { 3_600_000_000 }

  /// The keys of ``places``, 0 for none, apart from them: what is looked at for each record.
  private var keys: [UInt64]
  private var places: [Entry?]
  /// Keys that had to go.
  private(set) var evicted: UInt64 = 0

  /// `capacity` keys, a multiple of eight.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity.isMultiple(of: Self.ways))
    keys = Array(repeating: 0, count: capacity)
    places = Array(repeating: nil, count: capacity)
  }

  var entries: [Entry] { places.compactMap(\.self) }

  /// Counts `key` once more; `make` tells what it stands for when it is new, and `change` what becomes of
  /// that.
  mutating func note(
    _ key: UInt64, at time: UInt64, make: () -> Value, change: (inout Value) -> Void = { _ in }
  ) {
    let key = max(key, 1)
    let start = Int(key % UInt64(keys.count / Self.ways)) * Self.ways
    for place in start..<(start + Self.ways) where keys[place] == key {
      places[place]?.count += 1
      places[place]?.last = time
      if places[place] != nil { change(&places[place]!.value) }
      return
    }
    let place = placeToGive(start, at: time)
    if keys[place] != 0 { evicted += 1 }
    var value = make()
    change(&value)
    keys[place] = key
    places[place] = Entry(key: key, count: 1, first: time, last: time, value: value)
  }

  /// The first free place, or that of the least worth.
  private func placeToGive(_ start: Int, at time: UInt64) -> Int {
    var best = start
    for place in start..<(start + Self.ways) {
      guard let entry = places[place], let other = places[best] else {
        return places[best] == nil ? best : place
      }
      if worth(entry, at: time) < worth(other, at: time) { best = place }
    }
    return best
  }

  private func worth(_ entry: Entry, at time: UInt64) -> (UInt64, UInt64) {
    (entry.last + Self.memory < time ? 0 : entry.count, entry.last)
  }
}
