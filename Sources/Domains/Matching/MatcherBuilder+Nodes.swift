/// The nodes of the trie: all suffixes of all names, sorted by hash, equal ones as one.
extension MatcherBuilder {
  /// What `slots` says of a row while nodes are made.
  enum Owner {
    /// No node has the row as its first.
    static let none: UInt32 = 0
    /// The only row about its node's name.
    static let alone: UInt32 = 1
    /// The first of several: from here on their index in `owners`.
    static let several: UInt32 = 2
  }

  mutating func makeNodes() {
    var suffixes = ScratchTable<Node>(capacity: rowCount * 9 / 4 + 128)
    var counted = makeSuffixes(&suffixes)
    if counted == nil {
      hasTopLevel = true
      counted = makeSuffixes(&suffixes)
    }
    guard let count = counted else { preconditionFailure("names of one label are taken") }
    slots.clear()
    owners.removeAll(keepingCapacity: true)
    nodeCount = 0

    // By the upper bits of the hash into parts which the second level cache holds.
    let partBits = UInt64(max(0, Int.bitWidth - (count / Self.partSize).leadingZeroBitCount))
    let parts = ScratchTable<Node>(capacity: count)
    let ends = Self.scatter(suffixes, 0..<count, parts, 64 - partBits, 1 << Int(partBits))
    // The suffixes stand in the parts now; the nodes take their place.
    nodes = suffixes
    var sorted = ScratchTable<Node>(capacity: 2 * Self.partSize)
    var start = 0
    for part in 0..<(1 << Int(partBits)) {
      let end = Int(ends[part])
      sorted.reserve(end - start)
      Self.sort(parts, start..<end, &sorted, bitsDone: partBits)
      appendNodes(sorted, end - start)
      start = end
    }
  }

  private static let partSize = 8192

  // MARK: - Sorting

  /// Stable, by the bits of the hash from `shift` on, of which the lower `binCount` has. Returns where
  /// each bin ends in `target`.
  private static func scatter(
    _ source: borrowing ScratchTable<Node>, _ range: Range<Int>,
    _ target: borrowing ScratchTable<Node>, _ shift: UInt64, _ binCount: Int
  ) -> ScratchTable<UInt32> {
    let mask = UInt64(binCount - 1)
    let places = ScratchTable<UInt32>(zeros: binCount)
    for index in range {
      let bin = Int(truncatingIfNeeded: source[index].hash >> shift & mask)
      places[bin] = places[bin] &+ 1
    }
    var next: UInt32 = 0
    for bin in 0..<binCount {
      let count = places[bin]
      places[bin] = next
      next += count
    }
    for index in range {
      let node = source[index]
      let bin = Int(truncatingIfNeeded: node.hash >> shift & mask)
      let place = places[bin]
      target[Int(place)] = node
      places[bin] = place &+ 1
    }
    return places
  }

  /// Sorts a part by hash, then by row, into `target`: first into as many bins as it has elements, then
  /// each element to its place among the few of its bin.
  private static func sort(
    _ part: borrowing ScratchTable<Node>, _ range: Range<Int>,
    _ target: inout ScratchTable<Node>, bitsDone: UInt64
  ) {
    let count = range.count
    guard count > 0 else { return }
    let binBits = UInt64(min(14, Int.bitWidth - count.leadingZeroBitCount))
    let shift = 64 - bitsDone - binBits
    _ = scatter(part, range, target, shift, 1 << Int(binBits))
    var index = 1
    while index < count {
      let node = target[index]
      var place = index
      while place > 0, target[place - 1].hash > node.hash, index - place < 64 {
        target[place] = target[place - 1]
        place -= 1
      }
      target[place] = node
      index += 1
      // A bin of many: names that were chosen for this seed, or a hash of few bits.
      if place > 0, target[place - 1].hash > node.hash {
        index = sortBin(target, of: node.hash >> shift, around: place, count, shift)
      }
    }
  }

  /// Sorts all of a bin, and returns where it ends.
  private static func sortBin(
    _ table: borrowing ScratchTable<Node>, of bin: UInt64, around place: Int, _ count: Int,
    _ shift: UInt64
  ) -> Int {
    var start = place
    while start > 0, table[start - 1].hash >> shift == bin { start -= 1 }
    var end = place
    while end < count, table[end].hash >> shift == bin { end += 1 }
    var nodes: [Node] = []
    nodes.reserveCapacity(end - start)
    for index in start..<end { nodes.append(table[index]) }
    nodes.sort {
      $0.hash != $1.hash
        ? $0.hash < $1.hash : $0.row != $1.row ? $0.row < $1.row : $0.count < $1.count
    }
    for (index, node) in nodes.enumerated() { table[start + index] = node }
    return end
  }

  // MARK: - Grouping

  private mutating func appendNodes(_ sorted: borrowing ScratchTable<Node>, _ count: Int) {
    var start = 0
    var asked = 0
    while start < count {
      // Names are compared in random order: they are asked for in time.
      while asked < min(start + Self.lead, count) {
        askForName(sorted, asked, count)
        asked += 1
      }
      let first = sorted[start]
      var end = start + 1
      var isOne = true
      while end < count {
        let next = sorted[end]
        guard next.hash == first.hash else { break }
        if !isSame(first, next) { isOne = false }
        end += 1
      }
      if isOne {
        appendNode(sorted, start..<end)
      } else {
        appendColliding(sorted, start..<end)
      }
      start = end
    }
  }

  /// How many suffixes ahead names are asked for, and twice that their places.
  private static let lead = 48

  /// Asks for the memory that the comparison of one suffix with its neighbours will read.
  @inline(__always)
  private func askForName(_ sorted: borrowing ScratchTable<Node>, _ index: Int, _ count: Int) {
    let later = index + Self.lead
    if later + 1 < count, sorted[later].hash == sorted[later + 1].hash {
      nameStarts.prefetch(Int(sorted[later].row))
      nameStarts.prefetch(Int(sorted[later + 1].row))
    }
    if index + 1 < count, sorted[index].hash == sorted[index + 1].hash {
      names.prefetch(Int(nameStarts[Int(sorted[index].row)]))
      names.prefetch(Int(nameStarts[Int(sorted[index + 1].row)]))
    }
  }

  /// The node of equal suffixes.
  @inline(__always)
  private mutating func appendNode(_ sorted: borrowing ScratchTable<Node>, _ range: Range<Int>) {
    var node = sorted[range.lowerBound]
    if range.count == 1 {
      if node.isOwned { slots[Int(node.row)] = Owner.alone }
    } else {
      var several: [UInt32] = []
      for index in range {
        let suffix = sorted[index]
        node.hasChildren = node.hasChildren || suffix.hasChildren
        guard suffix.isOwned else { continue }
        if node.isOwned {
          // The first of the group may be the one that the node started with.
          if index > range.lowerBound { several.append(suffix.row) }
        } else {
          node.isOwned = true
          node.row = suffix.row
        }
      }
      if node.isOwned { setOwners(node.row, several) }
    }
    nodes[nodeCount] = node
    nodeCount += 1
  }

  private mutating func setOwners(_ first: UInt32, _ others: [UInt32]) {
    if others.isEmpty {
      slots[Int(first)] = Owner.alone
    } else {
      slots[Int(first)] = Owner.several + UInt32(owners.count)
      owners.append([first] + others)
    }
  }

  /// The nodes of different suffixes whose hashes are equal, in the order in which they come first.
  private mutating func appendColliding(
    _ sorted: borrowing ScratchTable<Node>, _ range: Range<Int>
  ) {
    var groups: [[Node]] = []
    for index in range {
      let suffix = sorted[index]
      if let group = groups.firstIndex(where: { isSame($0[0], suffix) }) {
        groups[group].append(suffix)
      } else {
        groups.append([suffix])
      }
    }
    for group in groups {
      let members = ScratchTable<Node>(capacity: group.count)
      for (index, suffix) in group.enumerated() { members[index] = suffix }
      appendNode(members, 0..<group.count)
    }
  }
}

extension Span<UInt8> {
  /// Whether two texts are equal byte by byte.
  package func isSame(as other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index &+ 8 <= count {
      if word(at: index) != other.word(at: index) { return false }
      index &+= 8
    }
    while index < count {
      if self[index] != other[index] { return false }
      index &+= 1
    }
    return true
  }
}
