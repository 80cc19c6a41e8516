/// For comparison: the textbook's trie. A node is an object with a dictionary from label to node; a
/// lookup walks from the top-level label down.
@safe struct LabelTrie: ~Copyable, Contender {
  @safe private final class Node {
    var children: [NameSlice: Node] = unsafe [:]
    /// The number of the name that the node stands for, if a rule is about it.
    var number = UInt32.max
  }

  private let rules: PlainRules
  private let root = Node()

  init(_ rules: PlainRules) {
    self.rules = rules
    let names = rules.names
    for name in 0..<rules.count {
      let range = rules.range(name)
      var node = root
      var end = range.upperBound
      while end > range.lowerBound {
        var start = end
        while start > range.lowerBound, names.bytes[start - 1] != UInt8(ascii: ".") { start -= 1 }
        let label = unsafe rules.bytes.slice(start..<end)
        if let child = unsafe node.children[label] {
          node = child
        } else {
          let child = Node()
          unsafe node.children[label] = child
          node = child
        }
        end = start - 1
      }
      node.number = UInt32(name)
    }
  }

  mutating func answer(_ name: Span<UInt8>) -> UInt32 {
    var best = UInt32.max
    var node = root
    var end = name.count
    while true {
      var start = end
      while start > 0, name[start - 1] != UInt8(ascii: ".") { start -= 1 }
      guard let child = unsafe name.withSlice(start, end, { unsafe node.children[$0] }) else {
        return best
      }
      if child.number != .max {
        let rule = rules.rule(of: child.number, isWhole: start == 0)
        if rule != .max { best = rule }
      }
      if start == 0 { return best }
      node = child
      end = start - 1
    }
  }
}
