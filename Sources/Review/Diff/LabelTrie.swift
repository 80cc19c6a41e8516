import Domains

/// The rules of both sides of a comparison in one trie over reversed labels: the node of `a.b.com` is
/// below that of `b.com`. Flat arrays, because a million rules are usual; node 0 is the root.
struct LabelTrie {
  /// One of the two sides of a comparison.
  enum Side: Int, CaseIterable {
    case old
    case new
  }

  /// Where the chains of rules start that one side has at a node; ``none`` where there is none.
  struct Parts {
    var exact = LabelTrie.none
    var oneLabel = LabelTrie.none
    var below = LabelTrie.none
    var hard = LabelTrie.none
    /// Into ``globs``.
    var glob = LabelTrie.none
  }

  /// A rule in a chain of equal rank, first rule first.
  struct Member {
    /// In the numbering of ``Sides``.
    let rule: UInt32
    let condition: UInt32
    let next: Int32
  }

  struct Glob {
    let start: UInt32
    let length: UInt8
    let member: Int32
    let next: Int32
  }

  private struct Node {
    let start: UInt32
    let length: UInt8
    let parent: Int32
  }

  static let none: Int32 = -1

  private(set) var bytes: [UInt8] = []
  private var nodes: [Node] = [Node(start: 0, length: 0, parent: none)]
  private var parts: [[Parts]] = [[Parts()], [Parts()]]
  private(set) var members: [Member] = []
  private(set) var globs: [Glob] = []

  /// Open-addressed by parent and label: node number, or 0.
  private var index: [Int32] = Array(repeating: 0, count: 1 << 10)
  private let multiplier = UInt64.random(in: .min ... .max) | 1

  /// Where the children of a node start in ``sortedChildren``; one more at the end.
  private var childStarts: [Int32] = []
  private var sortedChildren: [Int32] = []

  var count: Int { nodes.count }

  func parts(_ side: Side, of node: Int) -> Parts { parts[side.rawValue][node] }

  func parent(of node: Int) -> Int { Int(nodes[node].parent) }

  /// In the order of their labels; only after ``sortChildren()``.
  func children(of node: Int) -> ArraySlice<Int32> {
    sortedChildren[Int(childStarts[node])..<Int(childStarts[node + 1])]
  }

  func label(of node: Int) -> ArraySlice<UInt8> {
    let start = Int(nodes[node].start)
    return bytes[start..<(start + Int(nodes[node].length))]
  }

  func label(of glob: Glob) -> ArraySlice<UInt8> {
    bytes[Int(glob.start)..<(Int(glob.start) + Int(glob.length))]
  }

  /// The name of a node, without the root's empty one.
  func name(of node: Int) -> String {
    var labels: [String] = []
    var place = node
    while place > 0 {
      labels.append(String(decoding: label(of: place), as: UTF8.self))
      place = parent(of: place)
    }
    return labels.joined(separator: ".")
  }

  // MARK: - Filling

  /// Adds a rule; of one side the last rule first.
  mutating func insert(_ rule: Rule, _ number: UInt32, condition: UInt32, _ side: Side) {
    let side = side.rawValue
    switch rule.pattern {
    case .exact(let name):
      let node = self.node(name)
      parts[side][node].exact = chained(number, condition, parts[side][node].exact)
    case .oneLabel(let name):
      let node = self.node(name)
      parts[side][node].oneLabel = chained(number, condition, parts[side][node].oneLabel)
    case .below(let name):
      let node = self.node(name)
      parts[side][node].below = chained(number, condition, parts[side][node].below)
    case .apexAndBelow(let name):
      let node = self.node(name)
      if rule.verdict == .denyAlways {
        parts[side][node].hard = chained(number, condition, parts[side][node].hard)
      } else {
        parts[side][node].exact = chained(number, condition, parts[side][node].exact)
        parts[side][node].below = chained(number, condition, parts[side][node].below)
      }
    case .glob(let label, let parent):
      let node = self.node(parent)
      let start = UInt32(bytes.count)
      bytes.append(contentsOf: label.utf8)
      let member = chained(number, condition, Self.none)
      globs.append(
        Glob(
          start: start, length: UInt8(bytes.count - Int(start)), member: member,
          next: parts[side][node].glob))
      parts[side][node].glob = Int32(globs.count - 1)
    }
  }

  /// Puts a rule in front of a chain; returns where the chain starts now.
  private mutating func chained(_ rule: UInt32, _ condition: UInt32, _ next: Int32) -> Int32 {
    members.append(Member(rule: rule, condition: condition, next: next))
    return Int32(members.count - 1)
  }

  /// The node of a name; makes it and those above it where they are missing.
  private mutating func node(_ name: Hostname) -> Int {
    let text = Array(name.text.utf8)
    var end = text.count
    var node = 0
    while true {
      var start = end
      while start > 0, text[start - 1] != UInt8(ascii: ".") { start -= 1 }
      node = child(of: node, text, start, end)
      if start == 0 { return node }
      end = start - 1
    }
  }

  /// Whether a node has a child of this label.
  func hasChild(_ node: Int, _ label: [UInt8]) -> Bool {
    index[place(node, label, 0, label.count)] != 0
  }

  private mutating func child(of node: Int, _ text: [UInt8], _ start: Int, _ end: Int) -> Int {
    let place = place(node, text, start, end)
    if index[place] != 0 { return Int(index[place]) }
    let made = nodes.count
    nodes.append(
      Node(start: UInt32(bytes.count), length: UInt8(end - start), parent: Int32(node)))
    bytes.append(contentsOf: text[start..<end])
    parts[0].append(Parts())
    parts[1].append(Parts())
    index[place] = Int32(made)
    if nodes.count * 2 > index.count { growIndex() }
    return made
  }

  private func place(_ parent: Int, _ text: [UInt8], _ start: Int, _ end: Int) -> Int {
    var place = home(parent, text, start, end)
    while index[place] != 0 {
      let node = nodes[Int(index[place])]
      if Int(node.parent) == parent, isLabel(node, text, start, end) { return place }
      place = (place + 1) & (index.count - 1)
    }
    return place
  }

  private func isLabel(_ node: Node, _ text: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard Int(node.length) == end - start else { return false }
    let first = Int(node.start)
    for offset in 0..<(end - start) where bytes[first + offset] != text[start + offset] {
      return false
    }
    return true
  }

  /// Seeded, so that no list can be made whose labels collide.
  private func home(_ parent: Int, _ text: [UInt8], _ start: Int, _ end: Int) -> Int {
    var hash = (UInt64(parent) &+ 1) &* multiplier
    for offset in start..<end {
      hash = (hash ^ UInt64(text[offset]) ^ hash >> 29) &* multiplier
    }
    return Int(truncatingIfNeeded: hash >> 20) & (index.count - 1)
  }

  private mutating func growIndex() {
    index = Array(repeating: 0, count: index.count * 2)
    for number in 1..<nodes.count {
      let node = nodes[number]
      let start = Int(node.start)
      var place = home(Int(node.parent), bytes, start, start + Int(node.length))
      while index[place] != 0 { place = (place + 1) & (index.count - 1) }
      index[place] = Int32(number)
    }
  }

  /// After the last rule: gives every node its children, in the order of their labels.
  mutating func sortChildren() {
    childStarts = Array(repeating: 0, count: nodes.count + 1)
    for node in nodes.dropFirst() { childStarts[Int(node.parent) + 1] += 1 }
    for number in 1...nodes.count { childStarts[number] += childStarts[number - 1] }
    var next = childStarts
    sortedChildren = Array(repeating: 0, count: nodes.count - 1)
    for number in nodes.indices.dropFirst() {
      let parent = Int(nodes[number].parent)
      sortedChildren[Int(next[parent])] = Int32(number)
      next[parent] += 1
    }
    for number in nodes.indices {
      let range = Int(childStarts[number])..<Int(childStarts[number + 1])
      guard range.count > 1 else { continue }
      let sorted = sortedChildren[range].sorted { isBefore(Int($0), Int($1)) }
      sortedChildren.replaceSubrange(range, with: sorted)
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    let (left, right) = (nodes[left], nodes[right])
    for offset in 0..<Int(min(left.length, right.length)) {
      let a = bytes[Int(left.start) + offset]
      let b = bytes[Int(right.start) + offset]
      if a != b { return a < b }
    }
    return left.length < right.length
  }
}
