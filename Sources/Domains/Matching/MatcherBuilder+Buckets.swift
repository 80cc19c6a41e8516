/// The nodes into buckets. They come in the order of their homes, so that the table is written from
/// its start to its end.
extension MatcherBuilder {
  /// How many nodes a bucket has on average: fewer where memory is cheap, so that few searches look at
  /// a second bucket.
  private static func load(_ count: Int) -> Double {
    count < 4_096 ? 4 : count < 65_536 ? 4.8 : count < 400_000 ? 6 : 6.4
  }

  /// - Parameter givesUp: leaves the table unfinished once ``isSlow`` is certain, because another seed
  ///   will be tried: to put a million names that all start in one place is quadratic.
  mutating func fillBuckets(givesUp: Bool = false) {
    bucketCount = max(1, Int((Double(nodes.count) / Self.load(nodes.count)).rounded(.up)))
    if nodes.count >= bucketCount * MatcherSlot.inBucket { bucketCount += 1 }
    buckets = [UInt32](repeating: 0, count: bucketCount * 16)
    longestSearch = 0
    var used = [UInt8](repeating: 0, count: bucketCount)
    var displaced: [Int] = []
    for number in nodes.indices {
      let hash = nodes[number].hash
      let home = MatcherSlot.home(hash, bucketCount)
      var bucket = home
      var steps = 1
      while used[bucket] == MatcherSlot.inBucket {
        buckets[bucket * 16 + 8] |= MatcherSlot.overflow
        bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
        steps += 1
        if givesUp, steps > Self.searchLimit {
          longestSearch = steps
          return
        }
      }
      longestSearch = max(longestSearch, steps)
      let place = Int(used[bucket])
      used[bucket] += 1
      buckets[bucket * 16 + place] = MatcherSlot.fingerprint(hash)
      nodes[number].place = UInt32(bucket * 8 + place)
      if steps > 1 { displaced.append(number) }
    }
    longestRun = findLongestRun()
    markAmbiguous(displaced)
  }

  /// The most overflowing buckets in a row: what a search for a name that is not there may pass, even
  /// where no node is far from its home.
  private func findLongestRun() -> Int {
    var run = 0
    var firstRun: Int?
    var longest = 0
    for bucket in 0..<bucketCount {
      if buckets[bucket * 16 + 8] & MatcherSlot.overflow != 0 {
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

  /// A search for one node must not end at another of the same fingerprint: those are marked.
  private mutating func markAmbiguous(_ displaced: [Int]) {
    var isAmbiguous: Set<UInt32> = []
    for bucket in 0..<bucketCount {
      for place in 1..<MatcherSlot.inBucket {
        let fingerprint = buckets[bucket * 16 + place]
        guard fingerprint != 0 else { break }
        for earlier in 0..<place where buckets[bucket * 16 + earlier] == fingerprint {
          isAmbiguous.insert(UInt32(bucket * 8 + place))
          isAmbiguous.insert(UInt32(bucket * 8 + earlier))
        }
      }
    }
    for number in displaced {
      let fingerprint = MatcherSlot.fingerprint(nodes[number].hash)
      var bucket = MatcherSlot.home(nodes[number].hash, bucketCount)
      while bucket != Int(nodes[number].place >> 3) {
        for place in 0..<MatcherSlot.inBucket where buckets[bucket * 16 + place] == fingerprint {
          isAmbiguous.insert(UInt32(bucket * 8 + place))
        }
        bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
      }
    }
    guard !isAmbiguous.isEmpty else { return }
    for number in nodes.indices where isAmbiguous.contains(nodes[number].place) {
      nodes[number].isAmbiguous = true
    }
  }
}
