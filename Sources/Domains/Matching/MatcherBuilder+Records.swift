/// The names and rules of the nodes that decide something.
extension MatcherBuilder {
  /// The records of the rows, in their order, so that the rules of a block of records are near each
  /// other. Leaves in `slots` what stands for each in its node's slot.
  mutating func fillRecords() {
    // As if each record had details. The first bytes stand for "no record".
    let nameBytes = rowCount == 0 ? 0 : names.capacity
    records = ScratchTable(capacity: nameBytes + rowCount * 7 + 2 + Self.room)
    records[0] = 0
    records[1] = 0
    recordsEnd = 2
    lineBases.removeAll()
    details.removeAll()
    entries.removeAll()
    globs.removeAll()
    text.removeLast(text.count - listTextCount)
    for input in inputs {
      let rows = input.list.rows
      for index in rows.indices {
        let row = rows[index]
        let number = input.firstRow + index
        guard input.takesPart(row), slots[number] != Owner.none else { continue }
        let slot = appendRecord(row, input, UInt32(truncatingIfNeeded: number))
        slots[number] = slot
      }
    }
  }

  /// What may be written behind the last record: one of the longest name, and the padding.
  private static let room = 512 + MatcherRecord.padding

  /// Marks the ambiguous nodes, gives those of them a record that have no rules, and ends the records.
  mutating func finishRecords() {
    for (node, place) in ambiguousNodes() {
      let index = (place >> 3) * 16 + 8 + (place & 7)
      buckets[index] |= MatcherSlot.special
      guard !node.isOwned else { continue }
      startRecord()
      let offset = recordsEnd
      let (detail, _) = appendDetails([])
      appendName(node.row, Int(node.count), MatcherRecord.wide, detail: detail)
      buckets[index] |= reference(to: offset)
    }
    for _ in 0..<MatcherRecord.padding {
      records[recordsEnd] = 0
      recordsEnd += 1
    }
    while lineBases.count <= (recordsEnd - 1) >> MatcherRecord.blockShift { lineBases.append(0) }
  }

  /// What a slot says of the place of a record.
  @inline(__always) private func reference(to record: Int) -> UInt32 {
    precondition(
      record >> 1 <= Int(MatcherSlot.record),
      "the names of all rules take more than \((Int(MatcherSlot.record) + 1) >> 19) MiB")
    return UInt32(truncatingIfNeeded: record >> 1)
  }

  /// A record starts at an even place.
  @inline(__always) private mutating func startRecord() {
    records.reserve(recordsEnd + Self.room)
    if recordsEnd & 1 == 1 {
      records[recordsEnd] = 0
      recordsEnd += 1
    }
  }

  /// The record of a row that is the first about its name. Returns what its slot says of it.
  @inline(__always)
  private mutating func appendRecord(
    _ row: RuleRow, _ input: borrowing Input, _ number: UInt32
  ) -> UInt32 {
    startRecord()
    let offset = recordsEnd
    let reference = reference(to: offset)
    if slots[Int(number)] == Owner.alone, input.isPlain(row),
      let tag = tag(of: input.rule(row), at: offset)
    {
      appendName(number, Int(row.nameLength), tag)
      return reference | (row.kind != .below ? MatcherSlot.exact : 0)
        | (row.kind != .exact ? MatcherSlot.below : 0)
    }
    return reference | appendWide(number, Int(row.nameLength))
  }

  /// A record with details. Returns the flags of its slot.
  private mutating func appendWide(_ number: UInt32, _ count: Int) -> UInt32 {
    let owner = slots[Int(number)]
    let (detail, kinds) = appendDetails(
      owner == Owner.alone ? [number] : owners[Int(owner - Owner.several)])
    var flags: UInt32 = 0
    if kinds & MatcherKinds.exact != 0 { flags |= MatcherSlot.exact }
    if kinds & MatcherKinds.below != 0 { flags |= MatcherSlot.below }
    let careful = MatcherKinds.oneLabel | MatcherKinds.glob | MatcherKinds.hardDeny
    if kinds & careful != 0 { flags |= MatcherSlot.special }
    appendName(number, count, MatcherRecord.wide, detail: detail)
    return flags
  }

  /// The rule as a distance from the base of its block, if it can be said so.
  @inline(__always)
  private mutating func tag(of rule: UInt32, at offset: Int) -> UInt8? {
    let block = offset >> MatcherRecord.blockShift
    while lineBases.count < block { lineBases.append(0) }
    if lineBases.count == block { lineBases.append(rule) }
    let base = lineBases[block]
    guard rule >= base, rule - base <= MatcherRecord.plainLimit else { return nil }
    return UInt8(rule - base)
  }

  /// The last `count` bytes of a row's name. `detail` is where the details of a wide record start.
  @inline(__always)
  private mutating func appendName(
    _ row: UInt32, _ count: Int, _ tag: UInt8, detail: Int = 0
  ) {
    records[recordsEnd] = UInt8(count)
    records[recordsEnd + 1] = tag
    let name = recordsEnd + 2
    let source = Int(nameStarts[Int(row)])
    var bits = count &* 6
    var offset = 0
    // Word by word; what the last one writes too much is written over.
    while bits > 0 {
      records.store(names.word(at: source &+ offset) & SuffixHash.mask(bits), at: name &+ offset)
      offset &+= 8
      bits &-= 64
    }
    recordsEnd = name + MatcherRecord.numberSize(count)
    if tag == MatcherRecord.wide {
      records.store(UInt64(detail), at: recordsEnd)
      recordsEnd += 4
    }
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

  private func kinds(of numbers: [UInt32]) -> Kinds {
    var kinds = Kinds()
    for number in numbers {
      let (input, row) = row(number)
      if row.verdict == .denyAlways {
        kinds.hardDeny = kinds.hardDeny ?? inputs[input].rule(row)
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

  /// The details of a node's rows.
  private mutating func appendDetails(_ numbers: [UInt32]) -> (at: Int, kinds: UInt32) {
    let rules = kinds(of: numbers)
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
        appendEntry(member, isLast: offset == members.count - 1)
      }
    }
    if !rules.globs.isEmpty {
      kinds |= MatcherKinds.glob
      details.append(UInt32(globs.count))
      for number in rules.globs { appendGlob(number) }
    }
    if let rule = rules.hardDeny {
      kinds |= MatcherKinds.hardDeny
      details.append(rule)
    }
    precondition(rules.globs.count < 1 << 24, "2^24 globs below one name")
    details[start] = kinds | UInt32(rules.globs.count) << 8
    return (start, kinds)
  }

  private mutating func appendEntry(_ number: UInt32, isLast: Bool) {
    let (input, row) = row(number)
    entries.append(
      MatcherEntry(
        rule: inputs[input].rule(row),
        word: inputs[input].ports[Int(row.portSet)]
          | (row.verdict == .deny ? MatcherEntry.denyBit : 0)
          | (row.allowsAnyProtocol ? MatcherEntry.anyProtocolBit : 0)
          | (isLast ? MatcherEntry.lastBit : 0),
        until: row.until))
  }

  private mutating func appendGlob(_ number: UInt32) {
    let (input, row) = row(number)
    globs.append(
      MatcherGlob(
        start: UInt32(text.count), length: UInt32(row.globLength), entry: UInt32(entries.count)))
    text.append(contentsOf: inputs[input].list.text[row.glob])
    appendEntry(number, isLast: true)
  }
}
