/// For comparison: one Swift dictionary of all names; a lookup asks it for the name, then for the
/// name without its first label, and so on. Its keys are bytes in place, which is several times as
/// fast as strings.
@safe struct SuffixDictionary: ~Copyable, Contender {
  private let rules: PlainRules
  private let numbers: [NameSlice: UInt32]

  init(_ rules: PlainRules) {
    self.rules = rules
    var numbers: [NameSlice: UInt32] = unsafe [:]
    unsafe numbers.reserveCapacity(rules.count)
    for name in 0..<rules.count {
      unsafe numbers[rules.bytes.slice(rules.range(name))] = UInt32(name)
    }
    unsafe self.numbers = numbers
  }

  mutating func answer(_ name: Span<UInt8>) -> UInt32 {
    var start = 0
    while true {
      let found = unsafe name.withSlice(start, name.count) { unsafe numbers[$0] }
      if let found {
        let rule = rules.rule(of: found, isWhole: start == 0)
        if rule != .max { return rule }
      }
      while start < name.count, name[start] != UInt8(ascii: ".") { start += 1 }
      if start == name.count { return .max }
      start += 1
    }
  }
}
