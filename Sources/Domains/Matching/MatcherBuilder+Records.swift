/// The names and rules of the nodes that decide something.
extension MatcherBuilder {
  mutating func fillRecords() {
    // As if each record had details; cut off at the end. The first bytes stand for "no record".
    records = [UInt8](repeating: 0, count: names.count + rows.count * 8 + MatcherRecord.padding + 2)
    recordsEnd = 2
    // For each row the node whose first rule it is, so that records come in the order of rules, and
    // the rules of a block of records are near each other.
    var nodeOfRow = [UInt32](repeating: .max, count: rows.count)
    for (number, node) in nodes.enumerated() {
      if node.ownedCount > 0 {
        nodeOfRow[Int(owned[Int(node.firstOwned)])] = UInt32(number)
      } else if !node.isAmbiguous {
        setSlot(node, MatcherSlot.children, record: 0)
      }
    }
    var key = HostKey()
    for row in rows.indices where nodeOfRow[row] != .max {
      let node = nodes[Int(nodeOfRow[row])]
      load(rows[row], into: &key)
      appendRecord(node, key)
    }
    for node in nodes where node.ownedCount == 0 && node.isAmbiguous {
      let room = recordsEnd + 512 + MatcherRecord.padding
      if records.count < room {
        records.append(contentsOf: repeatElement(0, count: room - records.count))
      }
      load(rows[Int(node.row)], into: &key)
      appendRecord(node, key)
    }
    recordsEnd += MatcherRecord.padding
    records.removeLast(records.count - recordsEnd)
    while lineBases.count <= (records.count - 1) >> MatcherRecord.blockShift { lineBases.append(0) }
  }

  private mutating func setSlot(_ node: Node, _ flags: UInt32, record: Int) {
    precondition(
      record >> 1 <= Int(MatcherSlot.record),
      "the names of all rules take more than \((Int(MatcherSlot.record) + 1) >> 19) MiB")
    let index = Int(node.place >> 3) * 16 + 8 + Int(node.place & 7)
    buckets[index] |= flags | UInt32(record >> 1)
  }

  /// `key` holds a name that ends in the node's.
  private mutating func appendRecord(_ node: Node, _ key: borrowing HostKey) {
    recordsEnd = (recordsEnd + 1) & ~1
    let offset = recordsEnd
    var flags: UInt32 = node.hasChildren ? MatcherSlot.children : 0
    if node.isAmbiguous { flags |= MatcherSlot.special }
    if node.ownedCount == 1 {
      let row = rows[Int(owned[Int(node.firstOwned)])]
      if row.isPlain, let tag = tag(of: row.rule, at: offset) {
        if row.kind != .below { flags |= MatcherSlot.exact }
        if row.kind != .exact { flags |= MatcherSlot.below }
        appendName(node, key, tag)
        setSlot(node, flags, record: offset)
        return
      }
    }
    let (detail, kinds) = appendDetails(node)
    if kinds & MatcherKinds.exact != 0 { flags |= MatcherSlot.exact }
    if kinds & MatcherKinds.below != 0 { flags |= MatcherSlot.below }
    let careful = MatcherKinds.oneLabel | MatcherKinds.glob | MatcherKinds.hardDeny
    if kinds & careful != 0 { flags |= MatcherSlot.special }
    appendName(node, key, MatcherRecord.wide, detail: detail)
    setSlot(node, flags, record: offset)
  }

  /// The rule as a distance from the base of its block, if it can be said so.
  private mutating func tag(of rule: UInt32, at offset: Int) -> UInt8? {
    let block = offset >> MatcherRecord.blockShift
    while lineBases.count < block { lineBases.append(0) }
    if lineBases.count == block { lineBases.append(rule) }
    let base = lineBases[block]
    guard rule >= base, rule - base <= MatcherRecord.plainLimit else { return nil }
    return UInt8(rule - base)
  }

  /// `detail` is where the details of a wide record start.
  private mutating func appendName(
    _ node: Node, _ key: borrowing HostKey, _ tag: UInt8, detail: Int = 0
  ) {
    let count = Int(node.count)
    records[recordsEnd] = UInt8(count)
    records[recordsEnd + 1] = tag
    let name = recordsEnd + 2
    recordsEnd = name + MatcherRecord.numberSize(count) + (tag == MatcherRecord.wide ? 4 : 0)
    let end = recordsEnd
    var target = records.mutableSpan
    var bits = count * 6
    var index = 0
    // Word by word; what the last one writes too much is written over.
    while bits > 0 {
      target.store(key.word(index) & SuffixHash.mask(bits), at: name &+ index &* 8)
      index += 1
      bits -= 64
    }
    if tag == MatcherRecord.wide { target.store(UInt64(detail), at: end - 4) }
  }

  // MARK: - Details

  /// The rules of a node by their kind, each in order.
  private struct Kinds {
    var exact: [UInt32] = []
    var oneLabel: [UInt32] = []
    var below: [UInt32] = []
    var globs: [UInt32] = []
    var hardDeny: UInt32?
  }

  private func kinds(of node: Node) -> Kinds {
    var kinds = Kinds()
    for number in owned[Int(node.firstOwned)..<Int(node.firstOwned + node.ownedCount)] {
      let row = rows[Int(number)]
      if row.verdict == .denyAlways {
        kinds.hardDeny = kinds.hardDeny ?? row.rule
        continue
      }
      switch row.kind {
      case .exact: kinds.exact.append(number)
      case .oneLabel: kinds.oneLabel.append(number)
      case .below: kinds.below.append(number)
      case .apexAndBelow:
        kinds.exact.append(number)
        kinds.below.append(number)
      case .glob: kinds.globs.append(number)
      }
    }
    return kinds
  }

  private mutating func appendDetails(_ node: Node) -> (at: Int, kinds: UInt32) {
    let rules = kinds(of: node)
    let start = details.count
    var kinds: UInt32 = 0
    details.append(0)
    for (members, kind) in [
      (rules.exact, MatcherKinds.exact), (rules.oneLabel, MatcherKinds.oneLabel),
      (rules.below, MatcherKinds.below),
    ] where !members.isEmpty {
      kinds |= kind
      details.append(UInt32(entries.count))
      for (offset, member) in members.enumerated() {
        appendEntry(rows[Int(member)], isLast: offset == members.count - 1)
      }
    }
    if !rules.globs.isEmpty {
      kinds |= MatcherKinds.glob
      details.append(UInt32(globs.count))
      for number in rules.globs { appendGlob(rows[Int(number)]) }
    }
    if let rule = rules.hardDeny {
      kinds |= MatcherKinds.hardDeny
      details.append(rule)
    }
    precondition(rules.globs.count < 1 << 24, "2^24 globs below one name")
    details[start] = kinds | UInt32(rules.globs.count) << 8
    return (start, kinds)
  }

  private mutating func appendEntry(_ row: Row, isLast: Bool) {
    entries.append(
      MatcherEntry(
        rule: row.rule,
        word: row.ports | (row.verdict == .deny ? MatcherEntry.denyBit : 0)
          | (row.allowsAnyProtocol ? MatcherEntry.anyProtocolBit : 0)
          | (isLast ? MatcherEntry.lastBit : 0),
        until: row.until))
  }

  private mutating func appendGlob(_ row: Row) {
    let start = Int(row.start) + Int(row.length)
    globs.append(
      MatcherGlob(
        start: UInt32(text.count), length: UInt32(row.globLength), entry: UInt32(entries.count)))
    text.append(contentsOf: names[start..<(start + Int(row.globLength))])
    appendEntry(row, isLast: true)
  }
}
