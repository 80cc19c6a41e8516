/// The careful lookup, which takes every name and every kind of rule: the name of each node that could
/// decide is compared before the walk goes on.
extension Matcher {
  func walk(_ host: borrowing HostKey, port: AskedPort, on day: Day) -> Match {
    standing(host, port: port, on: day).match
  }

  /// As ``match(_:port:on:)``, with what is needed to weigh the answer against that of another matcher.
  package func standing(
    _ host: borrowing HostKey, port: AskedPort, on day: Day
  ) -> Standing {
    let length = host.nameCount
    guard length > 0 else { return .unlisted }
    var best = Candidate.none
    var bestCount = 0
    var count = host.suffix(longerThan: 0)
    if !tables.hasTopLevel {
      guard count < length else { return .unlisted }
      count = host.suffix(longerThan: count)
    }
    while true {
      let slot = findNamed(host, count)
      guard slot != 0 else { break }
      if slot & MatcherSlot.special != 0, let rule = hardDeny(of: slot) {
        return Standing(
          Match(outcome: .denyAlways, rule: RuleIndex(rawValue: rule)), count: count, rank: 0)
      }
      if count == length {
        if slot & MatcherSlot.exact != 0 {
          best = .group(slot, MatcherKinds.exact)
          bestCount = count
        }
        break
      }
      let better = candidate(slot, host, count)
      if case .none = better {
      } else {
        best = better
        bestCount = count
      }
      if slot & MatcherSlot.children == 0 { break }
      count = host.suffix(longerThan: count)
    }
    switch best {
    case .none: return .unlisted
    case .group(let slot, let kind):
      let rank: UInt16 =
        kind == MatcherKinds.exact ? 3 : kind == MatcherKinds.oneLabel ? 2 : 0
      if tables.plainRule(of: slot) != nil {
        return Standing(answer(slot, kind, port, day), count: bestCount, rank: rank)
      }
      let tally = tally(slot, kind, port, day)
      return Standing(tally.match, count: bestCount, rank: rank, isFirm: tally.isFirm)
    case .globs(let first, let globCount, let labelEnd):
      var tally = Tally()
      for index in first..<(first + globCount) where isMatch(index, host.bytes, labelEnd) {
        add(Int(tables.glob(index).entry), port, day, &tally)
      }
      return Standing(tally.match, count: bestCount, rank: 1, isFirm: tally.isFirm)
    }
  }

  /// The most specific rules that were found so far.
  private enum Candidate: BitwiseCopyable {
    case none
    /// One kind of the rules of a slot.
    case group(UInt32, UInt32)
    /// Those globs from `first` on that match the first label, which ends at `labelEnd`.
    case globs(first: Int, count: Int, labelEnd: Int)
  }

  /// The slot of the last `count` bytes, or 0.
  private func findNamed(_ host: borrowing HostKey, _ count: Int) -> UInt32 {
    let masked = tables.hash.value(of: host, count) & tables.hashMask
    let fingerprint = MatcherSlot.fingerprint(masked)
    var bucket = MatcherSlot.home(masked, tables.bucketCount)
    while true {
      var places = tables.places(of: fingerprint, inBucket: bucket)
      while places != 0 {
        let slot = tables.slot(places.trailingZeroBitCount, inBucket: bucket)
        // A node that only has children needs no name: what is taken for it finds nothing below.
        if slot & MatcherSlot.record == 0 || tables.isName(of: slot, host, count) { return slot }
        places &= places &- 1
      }
      if tables.slot(0, inBucket: bucket) & MatcherSlot.overflow == 0 { return 0 }
      bucket = bucket &+ 1 == tables.bucketCount ? 0 : bucket &+ 1
    }
  }

  /// The rule of a `!!` for exactly the name of a slot.
  private func hardDeny(of slot: UInt32) -> UInt32? {
    guard let (detail, kinds) = details(of: slot), kinds & MatcherKinds.hardDeny != 0 else {
      return nil
    }
    return tables.detailWord(
      detail + MatcherKinds.position(of: MatcherKinds.hardDeny, in: kinds))
  }

  /// Where the details of a slot start, and its kinds of rules; `nil` of a plain record and of none.
  func details(of slot: UInt32) -> (Int, UInt32)? {
    guard slot & MatcherSlot.record != 0, tables.plainRule(of: slot) == nil else { return nil }
    let detail = tables.detail(of: slot)
    return (detail, tables.detailWord(detail) & MatcherKinds.all)
  }

  /// What a node above the full name, of the last `count` bytes, has to say: `?` before globs before
  /// `*`.
  private func candidate(_ slot: UInt32, _ host: borrowing HostKey, _ count: Int) -> Candidate {
    if slot & MatcherSlot.special != 0, let (detail, kinds) = details(of: slot),
      kinds & (MatcherKinds.oneLabel | MatcherKinds.glob) != 0,
      host.suffix(longerThan: count) == host.nameCount
    {
      if kinds & MatcherKinds.oneLabel != 0 { return .group(slot, MatcherKinds.oneLabel) }
      let labelEnd = host.nameCount - count - 1
      let word = detail + MatcherKinds.position(of: MatcherKinds.glob, in: kinds)
      let first = Int(tables.detailWord(word))
      let globCount = Int(tables.detailWord(detail) >> 8)
      for index in first..<(first + globCount) where isMatch(index, host.bytes, labelEnd) {
        return .globs(first: index, count: first + globCount - index, labelEnd: labelEnd)
      }
    }
    return slot & MatcherSlot.below != 0 ? .group(slot, MatcherKinds.below) : .none
  }

  private func isMatch(_ index: Int, _ name: Span<UInt8>, _ labelEnd: Int) -> Bool {
    let glob = tables.glob(index)
    return unsafe Glob.matches(
      name, labelEnd, tables.unownedText(Int(glob.start), Int(glob.length)))
  }

  // MARK: - The group

  /// What the rules of one rank amount to: for each kind of answer the first rule that gives it.
  struct Tally: BitwiseCopyable {
    var deny = UInt32.max
    var allow = UInt32.max
    var otherPort = UInt32.max
    var expired = UInt32.max
    var otherDeny = UInt32.max
    /// An allow that holds has `protocol=any`.
    var allowsAnyProtocol = false

    /// Deny wins, then allow; then the reason why no allow holds.
    @inline(__always) var match: Match {
      if deny != .max { return Match(outcome: .deny, rule: RuleIndex(rawValue: deny)) }
      if allow != .max {
        return Match(
          outcome: .allow, rule: RuleIndex(rawValue: allow), allowsAnyProtocol: allowsAnyProtocol)
      }
      if otherPort != .max {
        return Match(outcome: .portNotAllowed, rule: RuleIndex(rawValue: otherPort))
      }
      if expired != .max { return Match(outcome: .expired, rule: RuleIndex(rawValue: expired)) }
      return Match(outcome: .deny, rule: RuleIndex(rawValue: otherDeny))
    }

    /// The answer is not that of a deny for other ports alone.
    var isFirm: Bool { deny & allow & otherPort & expired != .max }
  }

  /// The answer of one kind of the rules of a record.
  @inline(__always)
  func answer(_ slot: UInt32, _ kind: UInt32, _ port: AskedPort, _ day: Day) -> Match {
    guard let rule = tables.plainRule(of: slot) else { return decide(slot, kind, port, day) }
    return Match(outcome: port.isOpen ? .allow : .portNotAllowed, rule: RuleIndex(rawValue: rule))
  }

  /// The answer of one kind of the rules of a record that is not plain.
  func decide(_ slot: UInt32, _ kind: UInt32, _ port: AskedPort, _ day: Day) -> Match {
    tally(slot, kind, port, day).match
  }

  @inline(__always)
  private func tally(_ slot: UInt32, _ kind: UInt32, _ port: AskedPort, _ day: Day) -> Tally {
    let detail = tables.detail(of: slot)
    let kinds = tables.detailWord(detail) & MatcherKinds.all
    var tally = Tally()
    add(
      Int(tables.detailWord(detail + MatcherKinds.position(of: kind, in: kinds))), port, day, &tally
    )
    return tally
  }

  /// Counts in the group that starts at `first`.
  private func add(_ first: Int, _ port: AskedPort, _ day: Day, _ tally: inout Tally) {
    var index = first
    while true {
      let entry = tables.entry(index)
      // The first set is that of rules without ports.
      let holdsPort =
        entry.ports == 0 && !entry.isDeny ? port.isOpen : contains(entry.ports, port.port)
      if entry.isDeny {
        if holdsPort {
          tally.deny = min(tally.deny, entry.rule)
        } else {
          tally.otherDeny = min(tally.otherDeny, entry.rule)
        }
      } else if !holdsPort {
        tally.otherPort = min(tally.otherPort, entry.rule)
      } else if day.daysSince1970 > entry.until {
        tally.expired = min(tally.expired, entry.rule)
      } else {
        tally.allow = min(tally.allow, entry.rule)
        if entry.allowsAnyProtocol { tally.allowsAnyProtocol = true }
      }
      if entry.isLast { return }
      index += 1
    }
  }

  private func contains(_ ports: Int, _ port: Port) -> Bool {
    var index = ports
    while true {
      let range = tables.portRange(index)
      if port.number >= range.first, port.number <= range.last { return true }
      if range.isLast != 0 { return false }
      index += 1
    }
  }
}
