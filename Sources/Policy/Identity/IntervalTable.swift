/// A number and the environment of all keys from it up to the next row's; -1: none.
struct IntervalRow<Key: FixedWidthInteger & BitwiseCopyable & Sendable>: BitwiseCopyable, Sendable {
  var start: Key
  var environment: Int32
}

/// Prefixes, nested as they may be, laid flat: every key is in one interval, and the interval has the
/// environment of the longest prefix. Built once; a lookup is a binary search.
struct IntervalTable<Key: FixedWidthInteger & BitwiseCopyable & Sendable> {
  struct Prefix {
    var start: Key
    var end: Key
    var environment: Int
  }

  private(set) var rows: [IntervalRow<Key>] = []

  /// Prefixes hold each other or have nothing in common; none is there twice.
  init(_ prefixes: [Prefix]) {
    // The longer behind the shorter that holds it.
    let sorted = prefixes.sorted { ($0.start, $1.end) < ($1.start, $0.end) }
    var open: [Prefix] = []
    for prefix in sorted {
      while let last = open.last, last.end < prefix.start {
        open.removeLast()
        close(last, open.last)
      }
      precondition(
        open.last.map { $0.start != prefix.start || $0.end != prefix.end } ?? true,
        "a network of two environments")
      append(prefix.start, prefix.environment)
      open.append(prefix)
    }
    while let last = open.popLast() { close(last, open.last) }
  }

  private mutating func close(_ prefix: Prefix, _ outer: Prefix?) {
    guard prefix.end < Key.max else { return }
    append(prefix.end + 1, outer?.environment ?? -1)
  }

  /// A later row of the same start is the one that holds.
  private mutating func append(_ start: Key, _ environment: Int) {
    if rows.last?.start == start { rows.removeLast() }
    if let last = rows.last, last.environment == Int32(environment) { return }
    rows.append(IntervalRow(start: start, environment: Int32(environment)))
  }
}
