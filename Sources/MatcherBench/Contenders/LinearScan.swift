/// For comparison: every name is tried, the longest that covers the name decides.
struct LinearScan: ~Copyable, Contender {
  private let rules: PlainRules
  private let ranges: [Range<Int>]

  init(_ rules: PlainRules) {
    self.rules = rules
    ranges = (0..<rules.count).map { rules.range($0) }
  }

  mutating func answer(_ name: Span<UInt8>) -> UInt32 {
    var best = UInt32.max
    var bestLength = 0
    for index in ranges.indices {
      let range = ranges[index]
      let length = range.count
      guard length > bestLength, length <= name.count else { continue }
      let isWhole = length == name.count
      guard isWhole || name[name.count - length - 1] == UInt8(ascii: ".") else { continue }
      guard rules.bytes.isSuffix(range, of: name) else { continue }
      let rule = rules.rule(of: UInt32(index), isWhole: isWhole)
      guard rule != .max else { continue }
      best = rule
      bestLength = length
    }
    return best
  }
}
