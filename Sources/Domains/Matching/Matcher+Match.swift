/// The lookup. Nothing here allocates, locks, counts references or calls the system; the time is
/// bounded by the bytes of the name, the globs of one parent and the rules of one pattern.
extension Matcher {
  /// The answer for a name. An empty key and the text of an address are ``Outcome/unlisted``.
  ///
  /// The straight way of nearly all lookups: names of at most 32 bytes, exact rules and wildcards.
  /// Nodes are believed by their fingerprint until one is found to decide, whose name is compared:
  /// where that fails, and where anything else is met, ``walk(_:port:on:)`` starts again with care.
  public func match(_ host: borrowing HostKey, port: Port, on day: Day) -> Match {
    let length = host.nameCount
    guard length <= 32 else { return matchLong(host, port: port, on: day) }
    guard length > 0 else { return Match(outcome: .unlisted, rule: .none) }
    // One dot in front of each label but the last, from right to left.
    var dots = host.dots & (host.dots &- 1)
    if tables.hasTopLevel { dots = 0 }
    var best: UInt32 = 0
    var bestCount = 0
    while dots != 0 {
      let count = dots.trailingZeroBitCount
      let slot = shortSlot(host, count)
      if slot & MatcherSlot.special != 0 { return walk(host, port: port, on: day) }
      if count == length {
        if slot & MatcherSlot.exact != 0 {
          best = slot
          bestCount = count
        }
        break
      }
      if slot & MatcherSlot.below != 0 {
        best = slot
        bestCount = count
      }
      if slot & MatcherSlot.children == 0 { break }
      dots &= dots &- 1
    }
    if best == 0 {
      guard tables.hasTopLevel else { return Match(outcome: .unlisted, rule: .none) }
      return walk(host, port: port, on: day)
    }
    guard tables.isShortName(of: best, host, bestCount) else {
      return walk(host, port: port, on: day)
    }
    return answer(best, bestCount == length ? MatcherKinds.exact : MatcherKinds.below, port, day)
  }

  /// The straight way for names of 33 to 64 bytes; for longer ones the careful one.
  private func matchLong(_ host: borrowing HostKey, port: Port, on day: Day) -> Match {
    let length = host.nameCount
    guard length <= 64, !tables.hasTopLevel else { return walk(host, port: port, on: day) }
    var dots = host.dots & (host.dots &- 1)
    var best: UInt32 = 0
    var bestCount = 0
    // A name of 64 bytes has no bit left for the dot in front of it.
    while dots != 0 || length == 64 {
      let count = dots.trailingZeroBitCount
      let slot = middleSlot(host, count)
      if slot & MatcherSlot.special != 0 { return walk(host, port: port, on: day) }
      if slot & (count == length ? MatcherSlot.exact : MatcherSlot.below) != 0 {
        best = slot
        bestCount = count
      }
      if count == length || slot & MatcherSlot.children == 0 { break }
      dots &= dots &- 1
    }
    guard best != 0 else { return Match(outcome: .unlisted, rule: .none) }
    guard tables.isName(of: best, host, bestCount) else { return walk(host, port: port, on: day) }
    return answer(best, bestCount == length ? MatcherKinds.exact : MatcherKinds.below, port, day)
  }

  /// As ``match(_:port:on:)`` with a key, for callers who hold a name; allocates.
  public func match(_ hostname: Hostname, port: Port, on day: Day) -> Match {
    var key = HostKey()
    let error = key.load(Array(hostname.text.utf8).span)
    precondition(error == nil)
    return match(key, port: port, on: day)
  }

  /// The slot of the last `count` bytes, 32 at most. A call of its own: the loop around it would spill
  /// more registers than the call costs.
  @inline(never)
  private func shortSlot(_ host: borrowing HostKey, _ count: Int) -> UInt32 {
    find(tables.hash.shortValue(of: host, count))
  }

  /// As ``shortSlot(_:_:)``, of at most 64 bytes of a name of more than 32.
  @inline(never)
  private func middleSlot(_ host: borrowing HostKey, _ count: Int) -> UInt32 {
    find(tables.hash.middleValue(of: host, count))
  }

  /// The slot with the fingerprint of a hash, or 0. If there are several on the way, each is special.
  @inline(__always)
  private func find(_ hash: UInt64) -> UInt32 {
    let masked = hash & tables.hashMask
    let fingerprint = MatcherSlot.fingerprint(masked)
    var bucket = MatcherSlot.home(masked, tables.bucketCount)
    while true {
      let places = tables.places(of: fingerprint, inBucket: bucket)
      if places != 0 { return tables.slot(places.trailingZeroBitCount, inBucket: bucket) }
      if tables.slot(0, inBucket: bucket) & MatcherSlot.overflow == 0 { return 0 }
      bucket = bucket &+ 1 == tables.bucketCount ? 0 : bucket &+ 1
    }
  }

  /// Asks for the memory that a lookup of `host` will read first, so that the lookups of several names
  /// wait for memory together; a hint without any other effect.
  public func prefetch(_ host: borrowing HostKey) {
    guard host.nameCount > 0 else { return }
    var count = host.suffix(longerThan: 0)
    if !tables.hasTopLevel, count < host.nameCount { count = host.suffix(longerThan: count) }
    let masked = tables.hash.value(of: host, count) & tables.hashMask
    tables.prefetch(bucket: MatcherSlot.home(masked, tables.bucketCount))
  }
}
