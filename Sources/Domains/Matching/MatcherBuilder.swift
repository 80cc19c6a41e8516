/// Compiles lists into the tables of a ``Matcher``. Runs once for each new policy, off the hot path.
struct MatcherBuilder {
  private(set) var lists: [Matcher.List] = []
  private(set) var ruleRows: [MatcherRuleRow] = []
  private(set) var names: [UInt8] = []
  private(set) var portRanges: [MatcherPortRange] = []

  private let seed: UInt64
  private let hashMask: UInt64
  private var nodes: [Node] = []
  /// Open-addressed: index into `nodes` + 1, or 0.
  private var index: [UInt32] = Array(repeating: 0, count: 64)
  private var members: [Member] = []
  private var globs: [GlobRule] = []
  private var portSets: [PortSet: UInt32] = [:]

  /// No member, no glob, no rule.
  private static let none = UInt32.max

  /// The suffix of some name. Its rules are chained through `members`, the first rule first.
  private struct Node {
    var hash: UInt64
    var start: UInt32
    var length: UInt8
    var hasChildren = false
    var exact = MatcherBuilder.none
    var oneLabel = MatcherBuilder.none
    var below = MatcherBuilder.none
    var glob = MatcherBuilder.none
    var hardDeny = MatcherBuilder.none
  }

  private struct Member {
    var rule: UInt32
    var isDeny: Bool
    var ports: UInt32
    var until: Int32
    var next: UInt32
  }

  private struct GlobRule {
    var start: UInt32
    var length: UInt32
    var member: UInt32
    var next: UInt32
  }

  init(_ sources: [Matcher.Source], seed: UInt64, hashMask: UInt64) {
    self.seed = seed
    self.hashMask = hashMask
    for source in sources { number(source) }
    precondition(ruleRows.count <= Matcher.ruleLimit, "more than \(Matcher.ruleLimit) rules")
    // From the last rule to the first: each is put in front of its chain.
    var rule = UInt32(ruleRows.count)
    for source in sources.reversed() {
      for line in source.list.rules.reversed() where Self.takesPart(line, source.use) {
        rule -= 1
        insert(line, rule)
      }
    }
    precondition(names.count < Int(UInt32.max), "4 GiB of names")
  }

  private static func takesPart(_ rule: Rule, _ use: Matcher.Use) -> Bool {
    use == .all || rule.verdict == .denyAlways
  }

  /// Gives the rules of a list their indices.
  private mutating func number(_ source: Matcher.Source) {
    let list = source.list
    lists.append(
      Matcher.List(
        name: list.name, version: list.version, digest: list.digest, label: list.label,
        file: list.file, use: source.use, text: list.text, firstRule: ruleRows.count))
    for rule in list.rules where Self.takesPart(rule, source.use) {
      ruleRows.append(
        MatcherRuleRow(
          line: UInt32(rule.line), start: UInt32(rule.range.lowerBound),
          length: UInt16(rule.range.count)))
    }
  }

  // MARK: - Rules into nodes

  private mutating func insert(_ rule: Rule, _ number: UInt32) {
    switch rule.pattern {
    case .exact(let name):
      let node = self.node(name)
      nodes[node].exact = member(rule, number, next: nodes[node].exact)
    case .oneLabel(let name):
      let node = self.node(name)
      nodes[node].oneLabel = member(rule, number, next: nodes[node].oneLabel)
    case .below(let name):
      let node = self.node(name)
      nodes[node].below = member(rule, number, next: nodes[node].below)
    case .apexAndBelow(let name):
      let node = self.node(name)
      if rule.verdict == .denyAlways {
        nodes[node].hardDeny = number
        return
      }
      nodes[node].exact = member(rule, number, next: nodes[node].exact)
      nodes[node].below = member(rule, number, next: nodes[node].below)
    case .glob(let label, let parent):
      let node = self.node(parent)
      let start = UInt32(names.count)
      names.append(contentsOf: label.utf8)
      globs.append(
        GlobRule(
          start: start, length: UInt32(names.count) - start,
          member: member(rule, number, next: Self.none), next: nodes[node].glob))
      nodes[node].glob = UInt32(globs.count - 1)
    }
  }

  private mutating func member(_ rule: Rule, _ number: UInt32, next: UInt32) -> UInt32 {
    members.append(
      Member(
        rule: number, isDeny: rule.verdict == .deny, ports: intern(rule.ports),
        until: rule.until?.daysSince1970 ?? .max, next: next))
    return UInt32(members.count - 1)
  }

  private mutating func intern(_ ports: PortSet) -> UInt32 {
    if let known = portSets[ports] { return known }
    let start = UInt32(portRanges.count)
    for (offset, range) in ports.ranges.enumerated() {
      portRanges.append(
        MatcherPortRange(
          first: range.lowerBound, last: range.upperBound,
          isLast: offset == ports.ranges.count - 1))
    }
    portSets[ports] = start
    return start
  }

  /// The node of a name; makes it and all nodes above it, from the right, where they are missing.
  private mutating func node(_ name: Hostname) -> Int {
    let bytes = Array(name.text.utf8)
    var hash = SuffixHash(seed: seed)
    var end = bytes.count
    // Where the whole name is put if any of its nodes is new. If one is, the longest is too, and all
    // of them can point into it.
    let start = names.count
    var parent: Int?
    while true {
      let first = hash.takeLabel(of: bytes.span, endingAt: end)
      let place = find(bytes, from: first, hash.value)
      let found: Int
      if index[place] != 0 {
        found = Int(index[place]) - 1
      } else {
        if names.count == start { names.append(contentsOf: bytes) }
        found = nodes.count
        nodes.append(
          Node(
            hash: hash.value, start: UInt32(start + first), length: UInt8(bytes.count - first)))
        index[place] = UInt32(found + 1)
        growIndex()
      }
      if let parent { nodes[parent].hasChildren = true }
      if first == 0 { return found }
      parent = found
      end = first - 1
    }
  }

  /// Where the suffix of `name` from `first` is in the index, or would be.
  private func find(_ name: [UInt8], from first: Int, _ hash: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: hash & hashMask) & (index.count - 1)
    while index[place] != 0 {
      let node = nodes[Int(index[place]) - 1]
      let length = Int(node.length)
      if node.hash == hash, length == name.count - first,
        names[Int(node.start)..<(Int(node.start) + length)].elementsEqual(name[first...])
      {
        return place
      }
      place = (place + 1) & (index.count - 1)
    }
    return place
  }

  /// Keeps the index at most half full.
  private mutating func growIndex() {
    guard nodes.count * 2 > index.count else { return }
    index = Array(repeating: 0, count: index.count * 2)
    for (number, node) in nodes.enumerated() {
      var place = Int(truncatingIfNeeded: node.hash & hashMask) & (index.count - 1)
      while index[place] != 0 { place = (place + 1) & (index.count - 1) }
      index[place] = UInt32(number + 1)
    }
  }

  // MARK: - Nodes into tables

  /// The tables that depend on where everything came to stand.
  struct Image {
    var slots: [UInt64] = []
    var nodes: [UInt32] = []
    var entries: [MatcherEntry] = []
    var globs: [MatcherGlob] = []
  }

  func image() -> Image {
    var image = Image()
    var size = 16
    while size * 2 < nodes.count * 3 { size *= 2 }
    image.slots = Array(repeating: 0, count: size)
    for node in nodes { place(node, &image) }
    return image
  }

  private func place(_ node: Node, _ image: inout Image) {
    let position = image.nodes.count
    var flags: UInt64 = node.hasChildren ? MatcherSlot.children : 0
    image.nodes.append(node.start)
    image.nodes.append(UInt32(node.length))
    for (head, flag) in [
      (node.exact, MatcherSlot.exact), (node.oneLabel, MatcherSlot.oneLabel),
      (node.below, MatcherSlot.below),
    ] where head != Self.none {
      flags |= flag
      image.nodes.append(UInt32(image.entries.count))
      appendGroup(head, &image)
    }
    if node.glob != Self.none {
      flags |= MatcherSlot.glob
      image.nodes.append(UInt32(image.globs.count))
      let count = appendGlobs(node.glob, &image)
      precondition(count < 1 << 24)
      image.nodes[position + 1] |= UInt32(count) << 8
    }
    if node.hardDeny != Self.none {
      flags |= MatcherSlot.hardDeny
      image.nodes.append(node.hardDeny)
    }
    fill(MatcherSlot(hash: node.hash & hashMask, flags: flags, node: position), node.hash, &image)
  }

  /// Puts a slot into the first free place. Nodes with the same fingerprint that a search for this one
  /// passes are marked, and it with them: there the bytes decide. A node that comes later cannot
  /// stand on the way to an earlier one, since everything between was full.
  private func fill(_ slot: MatcherSlot, _ hash: UInt64, _ image: inout Image) {
    let size = image.slots.count
    var slot = slot
    var place = MatcherSlot.home(hash & hashMask, size)
    while image.slots[place] != 0 {
      let other = MatcherSlot(bits: image.slots[place])
      if other.fingerprint == slot.fingerprint {
        image.slots[place] |= MatcherSlot.ambiguous << 29
        slot.bits |= MatcherSlot.ambiguous << 29
      }
      place = (place + 1) & (size - 1)
    }
    image.slots[place] = slot.bits
  }

  private func appendGroup(_ head: UInt32, _ image: inout Image) {
    var next = head
    while next != Self.none {
      let member = members[Int(next)]
      next = member.next
      image.entries.append(
        MatcherEntry(
          word: member.rule | (member.isDeny ? MatcherEntry.denyBit : 0)
            | (next == Self.none ? MatcherEntry.lastBit : 0),
          ports: member.ports, until: member.until))
    }
  }

  /// Returns how many there are.
  private func appendGlobs(_ head: UInt32, _ image: inout Image) -> Int {
    var next = head
    var count = 0
    while next != Self.none {
      let glob = globs[Int(next)]
      next = glob.next
      image.globs.append(
        MatcherGlob(start: glob.start, length: glob.length, entry: UInt32(image.entries.count)))
      appendGroup(glob.member, &image)
      count += 1
    }
    return count
  }
}
