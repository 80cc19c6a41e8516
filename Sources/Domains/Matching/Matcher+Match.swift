/// The lookup. Nothing here allocates, locks, counts references or calls the system; the time is
/// bounded by the bytes of the name, the globs of one parent and the rules of one pattern.
extension Matcher {
  /// The answer for a name. An empty key and the text of an address are ``Outcome/unlisted``.
  public func match(_ host: borrowing HostKey, port: Port, on day: Day) -> Match {
    let name = host.bytes
    var hash = SuffixHash(seed: seed)
    var best = Candidate.none
    var end = name.count
    guard end > 0 else { return Match(outcome: .unlisted, rule: .none) }
    while true {
      let start = hash.takeLabel(of: name, endingAt: end)
      let slot = find(name, from: start, hash.value)
      if slot.isEmpty { break }
      let flags = slot.flags
      if flags & MatcherSlot.hardDeny != 0 {
        let rule = nodes[slot.node + MatcherSlot.position(of: MatcherSlot.hardDeny, in: flags)]
        return Match(outcome: .denyAlways, rule: RuleIndex(rawValue: rule))
      }
      if start == 0 {
        if flags & MatcherSlot.exact != 0 {
          let group = nodes[slot.node + MatcherSlot.position(of: MatcherSlot.exact, in: flags)]
          best = .group(group)
        }
        break
      }
      if flags & (MatcherSlot.oneLabel | MatcherSlot.glob | MatcherSlot.below) != 0 {
        let better = candidate(slot, name, labelEnd: start - 1)
        if case .none = better {} else { best = better }
      }
      if flags & MatcherSlot.children == 0 { break }
      end = start - 1
    }
    return decide(best, name, port, day)
  }

  /// As ``match(_:port:on:)`` with a key, for callers who hold a name; allocates.
  public func match(_ hostname: Hostname, port: Port, on day: Day) -> Match {
    var key = HostKey()
    let error = key.load(Array(hostname.text.utf8).span)
    precondition(error == nil)
    return match(key, port: port, on: day)
  }

  /// The most specific rules that were found so far.
  private enum Candidate: BitwiseCopyable {
    case none
    /// The entries from here to the last of the group.
    case group(UInt32)
    /// Those globs of a node that match the first label, which ends at `labelEnd`.
    case globs(first: UInt32, count: UInt32, labelEnd: Int)
  }

  /// The node of the suffix that starts at `start`, or the empty slot.
  @inline(__always)
  private func find(_ name: Span<UInt8>, from start: Int, _ hash: UInt64) -> MatcherSlot {
    let masked = hash & hashMask
    let wanted = MatcherSlot.fingerprint(masked)
    var place = MatcherSlot.home(masked, slots.count)
    while true {
      let slot = MatcherSlot(bits: slots[place])
      if slot.isEmpty { return slot }
      if slot.fingerprint == wanted, !slot.needsComparing || isEqual(slot, name, from: start) {
        return slot
      }
      place = (place + 1) & (slots.count - 1)
    }
  }

  /// Whether the node's name is the suffix of `name` that starts at `start`.
  @inline(__always)
  private func isEqual(_ slot: MatcherSlot, _ name: Span<UInt8>, from start: Int) -> Bool {
    let length = Int(nodes[slot.node + 1] & 0xff)
    guard length == name.count - start else { return false }
    return names.holds(name, from: start, at: Int(nodes[slot.node]))
  }

  /// What a node above the full name has to say: `?` before globs before `*`.
  @inline(__always)
  private func candidate(_ slot: MatcherSlot, _ name: Span<UInt8>, labelEnd: Int) -> Candidate {
    let flags = slot.flags
    if flags & (MatcherSlot.oneLabel | MatcherSlot.glob) != 0, isOneLabel(name, labelEnd) {
      if flags & MatcherSlot.oneLabel != 0 {
        return .group(nodes[slot.node + MatcherSlot.position(of: MatcherSlot.oneLabel, in: flags)])
      }
      let first = nodes[slot.node + MatcherSlot.position(of: MatcherSlot.glob, in: flags)]
      let count = nodes[slot.node + 1] >> 8
      for index in 0..<Int(count) where isMatch(Int(first) + index, name, labelEnd) {
        return .globs(
          first: first + UInt32(index), count: count - UInt32(index), labelEnd: labelEnd)
      }
    }
    guard flags & MatcherSlot.below != 0 else { return .none }
    return .group(nodes[slot.node + MatcherSlot.position(of: MatcherSlot.below, in: flags)])
  }

  /// Whether there is no dot before `end`.
  @inline(__always)
  private func isOneLabel(_ name: Span<UInt8>, _ end: Int) -> Bool {
    guard end <= NameNormaliser.labelLimit else { return false }
    for index in 0..<end where name[index] == UInt8(ascii: ".") { return false }
    return true
  }

  @inline(__always)
  private func isMatch(_ index: Int, _ name: Span<UInt8>, _ labelEnd: Int) -> Bool {
    let glob = globs[index]
    let start = Int(glob.start)
    return Glob.matches(name, labelEnd, names, start, start + Int(glob.length))
  }

  // MARK: - The group

  /// What the rules of one rank amount to: for each kind of answer the first rule that gives it.
  private struct Tally: BitwiseCopyable {
    var deny = UInt32.max
    var allow = UInt32.max
    var otherPort = UInt32.max
    var expired = UInt32.max
    var otherDeny = UInt32.max

    /// Deny wins, then allow; then the reason why no allow holds.
    @inline(__always) var match: Match {
      if deny != .max { return Match(outcome: .deny, rule: RuleIndex(rawValue: deny)) }
      if allow != .max { return Match(outcome: .allow, rule: RuleIndex(rawValue: allow)) }
      if otherPort != .max {
        return Match(outcome: .portNotAllowed, rule: RuleIndex(rawValue: otherPort))
      }
      if expired != .max { return Match(outcome: .expired, rule: RuleIndex(rawValue: expired)) }
      return Match(outcome: .deny, rule: RuleIndex(rawValue: otherDeny))
    }
  }

  @inline(__always)
  private func decide(
    _ candidate: Candidate, _ name: Span<UInt8>, _ port: Port, _ day: Day
  ) -> Match {
    var tally = Tally()
    switch candidate {
    case .none:
      return Match(outcome: .unlisted, rule: .none)
    case .group(let first):
      add(first, port, day, &tally)
    case .globs(let first, let count, let labelEnd):
      for index in 0..<Int(count) where isMatch(Int(first) + index, name, labelEnd) {
        add(globs[Int(first) + index].entry, port, day, &tally)
      }
    }
    return tally.match
  }

  /// Counts in the group that starts at `first`.
  @inline(__always)
  private func add(_ first: UInt32, _ port: Port, _ day: Day, _ tally: inout Tally) {
    var index = Int(first)
    while true {
      let entry = entries[index]
      let holdsPort = contains(entry.ports, port)
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
      }
      if entry.isLast { return }
      index += 1
    }
  }

  @inline(__always)
  private func contains(_ ports: UInt32, _ port: Port) -> Bool {
    var index = Int(ports)
    while true {
      let range = portRanges[index]
      if port.number >= range.first, port.number <= range.last { return true }
      if range.isLast { return false }
      index += 1
    }
  }
}
