/// The nodes of the trie: all suffixes of all names, sorted by hash.
extension MatcherBuilder {
  mutating func makeNodes() {
    var suffixes = self.suffixes()
    Self.sort(&suffixes)
    nodes.removeAll(keepingCapacity: true)
    owned.removeAll(keepingCapacity: true)
    nodes.reserveCapacity(rows.count + rows.count / 2)
    owned.reserveCapacity(rows.count)
    var start = 0
    while start < suffixes.count {
      var end = start + 1
      while end < suffixes.count, suffixes[end].hash == suffixes[start].hash { end += 1 }
      appendNodes(suffixes, start..<end)
      start = end
    }
  }

  /// In the order of the rows. The suffix of one label is only among them if some rule is about a
  /// name of one label or all below one.
  private mutating func suffixes() -> [Suffix] {
    let hash = SuffixHash(seed: seed)
    let mask = hashMask
    var key = HostKey()
    var suffixes: [Suffix] = []
    suffixes.reserveCapacity(rows.count * 5 / 2)
    var number = 0
    while number < rows.count {
      let row = rows[number]
      load(row, into: &key)
      var count = key.suffix(longerThan: 0)
      if !hasTopLevel {
        guard count < key.count else {
          hasTopLevel = true
          return self.suffixes()
        }
        count = key.suffix(longerThan: count)
      }
      while true {
        let isWhole = count == key.count
        suffixes.append(
          Suffix(
            hash: hash.value(of: key, count) & mask, row: UInt32(number), count: UInt8(count),
            isWhole: isWhole))
        if isWhole { break }
        count = key.suffix(longerThan: count)
      }
      number += 1
    }
    return suffixes
  }

  /// The name of a row.
  func load(_ row: Row, into key: inout HostKey) {
    let start = Int(row.start)
    let error = key.load(names.span.extracting(start..<(start + Int(row.length))))
    precondition(error == nil, "the names of a list are valid")
  }

  // MARK: - Sorting

  /// By hash, then by row. Three passes over the upper bits, 11 at a time, then what is still equal
  /// by comparing.
  private static func sort(_ suffixes: inout [Suffix]) {
    guard suffixes.count > 1024 else {
      suffixes.sort(by: precedes)
      return
    }
    var other = suffixes
    for shift in [31, 42, 53] as [UInt64] {
      scatter(suffixes, &other, shift)
      swap(&suffixes, &other)
    }
    var start = 0
    while start < suffixes.count {
      let upper = suffixes[start].hash >> 31
      var end = start + 1
      while end < suffixes.count, suffixes[end].hash >> 31 == upper { end += 1 }
      if end - start > 1, suffixes[end - 1].hash != suffixes[start].hash || end - start > 2 {
        sortRun(&suffixes, start..<end)
      }
      start = end
    }
  }

  /// Stable, by 11 bits from `shift` on.
  private static func scatter(_ source: [Suffix], _ target: inout [Suffix], _ shift: UInt64) {
    var places = [Int](repeating: 0, count: 2049)
    for suffix in source { places[Int(suffix.hash >> shift & 2047) + 1] += 1 }
    for index in 1...2048 { places[index] += places[index - 1] }
    for suffix in source {
      let bin = Int(suffix.hash >> shift & 2047)
      target[places[bin]] = suffix
      places[bin] += 1
    }
  }

  /// Of equal upper bits; nearly always of equal hashes, and then in order.
  private static func sortRun(_ suffixes: inout [Suffix], _ range: Range<Int>) {
    for index in range.dropFirst() where precedes(suffixes[index], suffixes[index - 1]) {
      suffixes[range].sort(by: precedes)
      return
    }
  }

  private static func precedes(_ left: Suffix, _ right: Suffix) -> Bool {
    left.hash != right.hash
      ? left.hash < right.hash
      : left.row != right.row ? left.row < right.row : left.count < right.count
  }

  // MARK: - Grouping

  /// The nodes of suffixes of one hash: one, unless different suffixes collide.
  private mutating func appendNodes(_ suffixes: [Suffix], _ range: Range<Int>) {
    let firstNode = nodes.count
    for index in range {
      let suffix = suffixes[index]
      if nodes.count > firstNode, isSame(suffix, nodes[nodes.count - 1]) {
        take(suffix, nodes.count - 1)
      } else if let node = nodes[firstNode...].firstIndex(where: { isSame(suffix, $0) }) {
        take(suffix, node)
      } else {
        nodes.append(
          Node(
            hash: suffix.hash, row: suffix.row, count: suffix.count, hasChildren: false,
            firstOwned: UInt32(owned.count), ownedCount: 0))
        take(suffix, nodes.count - 1)
      }
    }
  }

  private mutating func take(_ suffix: Suffix, _ node: Int) {
    if suffix.isWhole {
      // Where nodes of one hash take turns, the rules of each are still to stand in a row.
      if Int(nodes[node].firstOwned + nodes[node].ownedCount) != owned.count { moveOwned(of: node) }
      owned.append(suffix.row)
      nodes[node].ownedCount += 1
    } else {
      nodes[node].hasChildren = true
    }
  }

  private mutating func moveOwned(of node: Int) {
    let start = Int(nodes[node].firstOwned)
    let range = start..<(start + Int(nodes[node].ownedCount))
    nodes[node].firstOwned = UInt32(owned.count)
    owned.append(contentsOf: Array(owned[range]))
  }

  private func isSame(_ suffix: Suffix, _ node: Node) -> Bool {
    guard suffix.count == node.count else { return false }
    let count = Int(suffix.count)
    let one = rows[Int(suffix.row)]
    let other = rows[Int(node.row)]
    let first = Int(one.start) + Int(one.length) - count
    let second = Int(other.start) + Int(other.length) - count
    return names.span.extracting(first..<(first + count)).isSame(
      as: names.span.extracting(second..<(second + count)))
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
