/// The nodes into buckets. They come in the order of their homes, so that the table is written from
/// its start to its end.
extension MatcherBuilder {
  /// How many nodes a bucket has on average: fewer where memory is cheap, so that few searches look at
  /// a second bucket.
  private static func load(_ count: Int) -> Double {
    count < 4_096 ? 4 : count < 65_536 ? 4.8 : count < 400_000 ? 6 : 6.4
  }

  /// How full a bucket is: the nodes in it, and whether one went on to the next.
  private struct Fill: BitwiseCopyable {
    var used: UInt8
    var overflows: Bool
  }

  /// - Parameter givesUp: leaves the table unfinished once ``isSlow`` is certain, because another seed
  ///   will be tried: to put a million names that all start in one place is quadratic.
  mutating func fillBuckets(givesUp: Bool = false) {
    bucketCount = max(1, Int((Double(nodeCount) / Self.load(nodeCount)).rounded(.up)))
    if nodeCount >= bucketCount * MatcherSlot.inBucket { bucketCount += 1 }
    buckets = ScratchTable(zeros: bucketCount * 16)
    longestSearch = 0
    ambiguous.removeAll()
    let fills = ScratchTable<Fill>(zeros: bucketCount)
    for number in 0..<nodeCount {
      slots.prefetchSlot(of: nodes, number &+ 16, nodeCount)
      let node = nodes[number]
      let home = MatcherSlot.home(node.hash, bucketCount)
      let fingerprint = MatcherSlot.fingerprint(node.hash)
      var bucket = home
      var steps = 1
      var fill = fills[bucket]
      while fill.used == MatcherSlot.inBucket {
        if !fill.overflows {
          fills[bucket].overflows = true
          buckets[bucket &* 16 &+ 8] |= MatcherSlot.overflow
        }
        // A search for this node must not end at another of the same fingerprint: that is marked.
        mark(buckets.places(of: fingerprint, from: bucket &* 16), bucket)
        bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
        fill = fills[bucket]
        steps += 1
        if givesUp, steps > Self.searchLimit {
          longestSearch = steps
          return
        }
      }
      longestSearch = max(longestSearch, steps)
      let place = Int(fill.used)
      let equal = buckets.places(of: fingerprint, from: bucket &* 16)
      if equal != 0 { mark(equal | 1 << UInt32(place), bucket) }
      fills[bucket].used = fill.used + 1
      buckets[bucket &* 16 &+ place] = fingerprint
      buckets[bucket &* 16 &+ 8 &+ place] |= slot(of: node)
    }
    longestRun = findLongestRun(fills)
  }

  /// What stands in the slot of a node, without what is only known when all nodes are in their places.
  @inline(__always) private func slot(of node: Node) -> UInt32 {
    (node.isOwned ? slots[Int(node.row)] : 0) | (node.hasChildren ? MatcherSlot.children : 0)
  }

  private mutating func mark(_ places: UInt32, _ bucket: Int) {
    guard places != 0 else { return }
    for place in 0..<MatcherSlot.inBucket where places >> UInt32(place) & 1 == 1 {
      ambiguous.insert(bucket * MatcherSlot.inBucket + place)
    }
  }

  /// The most overflowing buckets in a row: what a search for a name that is not there may pass, even
  /// where no node is far from its home.
  private func findLongestRun(_ fills: borrowing ScratchTable<Fill>) -> Int {
    var run = 0
    var firstRun: Int?
    var longest = 0
    for bucket in 0..<bucketCount {
      if fills[bucket].overflows {
        run += 1
      } else {
        firstRun = firstRun ?? run
        longest = max(longest, run)
        run = 0
      }
    }
    // The last row goes on at the start.
    return max(longest, run + (firstRun ?? 0))
  }

  /// The nodes that stand in the ambiguous places, in their order, and their places. Puts all nodes
  /// again, because hardly any table has such places.
  func ambiguousNodes() -> [(node: Node, place: Int)] {
    guard !ambiguous.isEmpty else { return [] }
    var found: [(node: Node, place: Int)] = []
    let used = ScratchTable<UInt8>(zeros: bucketCount)
    for number in 0..<nodeCount {
      let node = nodes[number]
      var bucket = MatcherSlot.home(node.hash, bucketCount)
      while used[bucket] == MatcherSlot.inBucket {
        bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
      }
      let place = bucket * MatcherSlot.inBucket + Int(used[bucket])
      used[bucket] += 1
      if ambiguous.contains(place) { found.append((node, place)) }
    }
    return found
  }
}

extension ScratchTable<UInt32> {
  /// Asks for the element of a node's row.
  @inline(__always)
  fileprivate func prefetchSlot(
    of nodes: borrowing ScratchTable<MatcherBuilder.Node>, _ number: Int, _ count: Int
  ) {
    if number < count { prefetch(Int(nodes[number].row)) }
  }
}
