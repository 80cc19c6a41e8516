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

  private var places: [Entry?]
  /// Keys that had to go.
  private(set) var evicted: UInt64 = 0

  /// `capacity` keys, a multiple of eight.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity.isMultiple(of: Self.ways))
    places = Array(repeating: nil, count: capacity)
  }

  var entries: [Entry] { places.compactMap(\.self) }

  /// Counts `key` once more, unless it is there only to be changed; `make` tells what it stands for when it
  /// is new.
  mutating func note(
    _ key: UInt64, at time: UInt64, make: () -> Value, change: (inout Value) -> Void = { _ in }
  ) {
    let start = Int(key % UInt64(places.count / Self.ways)) * Self.ways
    var best = start
    for place in start..<(start + Self.ways) {
      guard let entry = places[place] else {
        if places[best] != nil { best = place }
        continue
      }
      if entry.key == key {
        places[place]?.count += 1
        places[place]?.last = time
        if var value = places[place]?.value {
          change(&value)
          places[place]?.value = value
        }
        return
      }
      if let other = places[best], worth(entry, at: time) < worth(other, at: time) { best = place }
    }
    if places[best] != nil { evicted += 1 }
    var value = make()
    change(&value)
    places[best] = Entry(key: key, count: 1, first: time, last: time, value: value)
  }

  private func worth(_ entry: Entry, at time: UInt64) -> (UInt64, UInt64) {
    (entry.last + Self.memory < time ? 0 : entry.count, entry.last)
  }
}
