/// For comparison: all names, written backwards, in one sorted array; a lookup writes the name
/// backwards once and searches the array for each of its suffixes, the longest first.
struct SortedNames: ~Copyable, Contender {
  private let rules: PlainRules
  private let reversed: NameBytes
  /// Where the names are in ``reversed``, in their order, and their numbers in ``rules``.
  private let ranges: [Range<Int>]
  private let numbers: [UInt32]
  private var key = [UInt8](repeating: 0, count: 256)

  init(_ rules: PlainRules) {
    self.rules = rules
    let names = rules.names
    let order = (0..<names.count).sorted { left, right in
      names[left].reversed().lexicographicallyPrecedes(names[right].reversed())
    }
    var sorted = PackedNames()
    for name in order { sorted.append(names[name].reversed()) }
    reversed = NameBytes(sorted.bytes)
    ranges = (0..<sorted.count).map { sorted.range($0) }
    numbers = order.map { UInt32($0) }
  }

  mutating func answer(_ name: Span<UInt8>) -> UInt32 {
    let length = name.count
    for index in 0..<length { key[length - 1 - index] = name[index] }
    let key = key.span
    var end = length
    while true {
      if let found = find(key, end) {
        let rule = rules.rule(of: found, isWhole: end == length)
        if rule != .max { return rule }
      }
      end -= 1
      while end > 0, key[end] != UInt8(ascii: ".") { end -= 1 }
      if end <= 0 { return .max }
    }
  }

  @inline(__always)
  private func find(_ key: Span<UInt8>, _ length: Int) -> UInt32? {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      let order = reversed.compare(ranges[middle], key, length)
      if order == 0 { return numbers[middle] }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
