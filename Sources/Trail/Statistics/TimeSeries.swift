internal import Audit
internal import Domains

/// What happened when, in slices of time of equal length: a minute each, and twice that whenever there
/// would be too many, so that any span of time takes the same memory.
package struct TimeSeries: Sendable {
  package struct Slice: Sendable, BitwiseCopyable {
    package var allowed = 0
    package var denied = 0
    package var bytesUp = 0
    package var bytesDown = 0

    package init() {}

    mutating func add(_ other: Slice) {
      allowed += other.allowed
      denied += other.denied
      bytesUp &+= other.bytesUp
      bytesDown &+= other.bytesDown
    }
  }

  /// How many slices there are at most.
  package static let sliceLimit = 1440

  /// The length of a slice.
  package private(set) var minutes = 1
  private var slices: [Int: Slice] = [:]
  /// The slice that was added to last, not yet in ``slices``: logs are mostly in order.
  private var current = Slice()
  private var currentIndex = Int.min
  private var day: [UInt8] = []
  private var dayMinutes = 0

  package init() {}

  /// The minute since 1970 of a `time` member; `nil` for what is none.
  mutating func minute(_ time: Span<UInt8>) -> Int? {
    guard time.count >= 20, time[13] == UInt8(ascii: ":") else { return nil }
    let date = time.extracting(0..<10)
    if !date.equals(day.span) {
      guard let parsed = Day(parsing: date) else { return nil }
      day = date.array
      dayMinutes = Int(parsed.daysSince1970) * 1440
    }
    var digits = 0
    for place in [11, 12, 14, 15] {
      let digit = time[place] &- 0x30
      guard digit < 10 else { return nil }
      digits = digits * 10 + Int(digit)
    }
    return dayMinutes + digits / 100 * 60 + digits % 100
  }

  mutating func add(_ slice: Slice, at minute: Int) {
    let index = minute / minutes
    if index != currentIndex {
      store()
      currentIndex = minute / minutes
    }
    current.add(slice)
  }

  private mutating func store() {
    if currentIndex != Int.min { slices[currentIndex, default: Slice()].add(current) }
    current = Slice()
    currentIndex = Int.min
    while slices.count >= Self.sliceLimit { halve() }
  }

  private mutating func halve() {
    minutes *= 2
    var merged: [Int: Slice] = [:]
    for (index, slice) in slices { merged[index / 2, default: Slice()].add(slice) }
    slices = merged
  }

  /// The series in at most `limit` slices, without gaps, and how many minutes each is; empty if nothing
  /// was added. Minutes are since 1970.
  package func slices(limit: Int) -> (minutes: Int, first: Int, slices: [Slice]) {
    var copy = self
    copy.store()
    guard var low = copy.slices.keys.min(), var high = copy.slices.keys.max() else {
      return (1, 0, [])
    }
    while high - low + 1 > limit {
      copy.halve()
      (low, high) = (low / 2, high / 2)
    }
    let all = (low...high).map { copy.slices[$0] ?? Slice() }
    return (copy.minutes, low * copy.minutes, all)
  }
}
