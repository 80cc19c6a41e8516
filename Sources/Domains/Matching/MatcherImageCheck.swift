/// The check of an image that comes from outside. After it no lookup and no other use of the image can
/// read outside of it, trap or go on for ever, whatever bytes it has.
///
/// Cost: one pass over all bytes for the check value, one over the records, one over the buckets.
enum MatcherImageCheck {
  /// The most overflowing buckets in a row. An image that was built here has a few dozen at most.
  static let runLimit = 1024

  /// `image` if it passes.
  static func check(_ image: ImageMemory) throws(ImageError) -> ImageMemory {
    try checkHeader(image)
    try checkSections(image)
    let rules = try checkLists(image)
    let details = try checkDetails(image, rules)
    try checkTables(image, rules)
    let records = try checkRecords(image, rules, details)
    try checkBuckets(image, records)
    return image
  }

  /// Whether bytes start as those of an image do, so that they are worth checking.
  static func isImage(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 8 else { return false }
    return (0..<8).allSatisfy {
      bytes[$0] == UInt8(truncatingIfNeeded: MatcherHeader.magic >> UInt64($0 * 8))
    }
  }

  private static func checkHeader(_ image: ImageMemory) throws(ImageError) {
    guard isImage(image.bytes) else {
      throw ImageError("not a compiled allowlist", remedy: "check the path")
    }
    guard image.count >= MatcherHeader.size else { throw ImageError("cut off in its header") }
    guard image.read(MatcherHeader.byteOrderAt) as UInt32 == MatcherHeader.byteOrderMark else {
      throw ImageError("compiled by a machine with another byte order")
    }
    let version: UInt32 = image.read(MatcherHeader.versionAt)
    guard version == MatcherHeader.formatVersion else {
      throw ImageError(
        "compiled by another version of Sluice (image format \(version), this is "
          + "\(MatcherHeader.formatVersion))")
    }
    let size: UInt64 = image.read(MatcherHeader.sizeAt)
    guard size == UInt64(image.count), size & 63 == 0 else {
      throw ImageError("\(image.count) bytes long, but it says \(size): cut off or damaged")
    }
    let stated: UInt64 = image.read(MatcherHeader.checksumAt)
    guard stated == ImageChecksum.value(of: image.rawBytes) else {
      throw ImageError("damaged: its bytes do not have the check value that it states")
    }
  }

  /// Each section starts where the one in front of it ends, and the last one ends the image.
  private static func checkSections(_ image: ImageMemory) throws(ImageError) {
    var offset = MatcherHeader.size
    for section in MatcherSection.allCases {
      let place = image.place(of: section)
      guard place.start == offset else { throw ImageError("the section \(section) is misplaced") }
      // Both factors are below 2^32, so nothing overflows.
      offset += (place.count * section.stride + 63) & ~63
      guard offset <= image.count else { throw ImageError("the section \(section) is cut off") }
    }
    guard offset == image.count else {
      throw ImageError("something stands behind its last section")
    }
    guard image.place(of: .buckets).count > 0 else { throw ImageError("it has no buckets") }
    let flags: UInt32 = image.read(MatcherHeader.flagsAt)
    guard flags & ~MatcherHeader.hasTopLevel == 0 else { throw ImageError("it has unknown flags") }
    let rules: UInt32 = image.read(MatcherHeader.ruleCountAt)
    guard rules <= Matcher.ruleLimit else { throw ImageError("it states \(rules) rules") }
  }

  /// Where records start, in pairs of bytes.
  private struct RecordMap: ~Copyable {
    /// Those with one plain rule, and those with details.
    let plain: BitTable
    let wide: BitTable

    init(bytes: Int) {
      plain = BitTable(count: bytes / 2)
      wide = BitTable(count: bytes / 2)
    }
  }

  /// Goes from record to record.
  private static func checkRecords(
    _ image: ImageMemory, _ rules: UInt32, _ details: [Bool]
  ) throws(ImageError) -> RecordMap {
    let place = image.place(of: .records)
    let end = place.count - MatcherRecord.padding
    guard end >= 2 else { throw ImageError("the section records is too short") }
    guard image.place(of: .lineBases).count > (place.count - 1) >> MatcherRecord.blockShift else {
      throw ImageError("the section lineBases is too short")
    }
    let basesStart = image.place(of: .lineBases).start
    let bytes = image.rawBytes
    let map = RecordMap(bytes: place.count)
    var offset = 2
    var last = offset
    var lastEnd = offset
    while offset < end {
      let block = offset >> MatcherRecord.blockShift
      let blockEnd = min(end, (block + 1) << MatcherRecord.blockShift)
      let base = bytes.word(basesStart + block * 4)
      // Nearly always each tag that there can be stands for a rule.
      let tagLimit = min(max(Int(rules) - Int(base), 0), Int(MatcherRecord.wide))
      while offset < blockEnd {
        let length = bytes.uncheckedByte(place.start &+ offset)
        guard length &- 1 < UInt8(NameNormaliser.nameLimit) else {
          throw ImageError("the record at \(offset) has a name of \(length) bytes")
        }
        let tag = bytes.uncheckedByte(place.start &+ offset &+ 1)
        last = offset
        lastEnd = offset &+ 2 &+ MatcherRecord.numberSize(Int(length))
        if Int(tag) < tagLimit {
          map.plain.insert(offset >> 1)
        } else if tag == MatcherRecord.wide {
          lastEnd += 4
          guard lastEnd <= end else { break }
          let detail = Int(bytes.word(place.start + lastEnd - 4))
          guard detail < details.count, details[detail] else {
            throw ImageError("the record at \(offset) has no details")
          }
          map.wide.insert(offset >> 1)
        } else {
          throw ImageError("the record at \(offset) stands for no rule")
        }
        offset = (lastEnd &+ 1) & ~1
      }
      // Records follow each other, so that only one could reach behind the end.
      guard lastEnd <= end else { throw ImageError("the record at \(last) is cut off") }
    }
    return map
  }

  private static func checkBuckets(
    _ image: ImageMemory, _ records: borrowing RecordMap
  ) throws(ImageError) {
    let place = image.place(of: .buckets)
    let bytes = image.rawBytes
    // The buckets in a row that a search may have to pass, and those of the row at the start.
    var run = 0
    var firstRun: Int?
    var longestRun = 0
    var bucket = 0
    while bucket < place.count {
      let base = place.start &+ bucket &* 64
      // Only the first slot may have the flag.
      let first = bytes.uncheckedWord(base &+ 32)
      var slot = first & ~MatcherSlot.overflow
      var unusual: UInt32 = 0
      var all: UInt32 = 0
      var at = base
      while true {
        unusual |= unusualBits(bytes.uncheckedWord(at), slot, records.plain)
        all |= slot
        at &+= 4
        if at == base &+ 32 { break }
        slot = bytes.uncheckedWord(at &+ 32)
      }
      // All of them together are enough: the capacity is a power of two.
      if unusual != 0 || all & MatcherSlot.overflow != 0
        || all & MatcherSlot.record >= records.plain.capacity
      {
        try checkSlots(image, records, bucket)
      }
      if first & MatcherSlot.overflow != 0 {
        run += 1
      } else {
        firstRun = firstRun ?? run
        longestRun = max(longestRun, run)
        run = 0
      }
      bucket &+= 1
    }
    // The last row goes on at the start.
    guard let firstRun else { throw ImageError("a search of its buckets would not end") }
    guard max(longestRun, run + firstRun) <= runLimit else {
      throw ImageError("a search of its buckets would take long")
    }
  }

  /// 0 of nearly all slots: a name with one plain rule, one that only has longer names, and a place
  /// without anything; something else of all that needs a closer look. Reckoned without a branch, because
  /// which it is cannot be foreseen. Unknown flags and references to behind the end are the caller's to
  /// see.
  @inline(__always)
  private static func unusualBits(
    _ fingerprint: UInt32, _ slot: UInt32, _ plain: borrowing BitTable
  ) -> UInt32 {
    let isNode: UInt32 = fingerprint != 0 ? 1 : 0
    let isPlain = isNode & plain.bit(slot & MatcherSlot.record)
    // 0 if a node has nothing but longer names, and if there is neither a node nor anything else.
    let rest = slot ^ (isNode << 29)
    return rest & (isPlain &- 1)
  }

  private static func checkSlots(
    _ image: ImageMemory, _ records: borrowing RecordMap, _ bucket: Int
  ) throws(ImageError) {
    let base = image.place(of: .buckets).start + bucket * 64
    for index in 0..<MatcherSlot.inBucket {
      let fingerprint: UInt32 = image.read(base + index * 4)
      var slot: UInt32 = image.read(base + 32 + index * 4)
      if index == 0 { slot &= ~MatcherSlot.overflow }
      guard fingerprint | slot != 0 else { continue }
      try checkSlot(image, fingerprint, slot, records, bucket)
    }
  }

  private static func checkSlot(
    _ image: ImageMemory, _ fingerprint: UInt32, _ slot: UInt32,
    _ records: borrowing RecordMap, _ bucket: Int
  ) throws(ImageError) {
    guard slot & MatcherSlot.overflow == 0 else {
      throw ImageError("bucket \(bucket) has an unknown flag")
    }
    guard fingerprint != 0 else {
      throw ImageError("bucket \(bucket) has rules without a name")
    }
    let record = slot & MatcherSlot.record
    guard record != 0 else {
      let deciding = MatcherSlot.exact | MatcherSlot.below | MatcherSlot.special
      guard slot & deciding == 0, slot & MatcherSlot.children != 0 else {
        throw ImageError("bucket \(bucket) has rules without a record")
      }
      return
    }
    guard records.plain.contains(record) || records.wide.contains(record) else {
      throw ImageError("bucket \(bucket) refers to a record that does not exist")
    }
    if records.wide.contains(record) { try checkKinds(image, slot, bucket) }
  }

  /// A slot of a wide record that says that its node has exact or below rules must find them in the
  /// details.
  private static func checkKinds(
    _ image: ImageMemory, _ slot: UInt32, _ bucket: Int
  ) throws(ImageError) {
    let place = image.place(of: .records)
    let offset = place.start + Int(slot & MatcherSlot.record) * 2
    let length = Int(image.read(offset) as UInt8)
    let detail = Int(image.read(offset + 2 + MatcherRecord.numberSize(length)) as UInt32)
    let kinds: UInt32 = image.read(image.place(of: .details).start + detail * 4)
    let isExact = slot & MatcherSlot.exact == 0 || kinds & MatcherKinds.exact != 0
    let isBelow = slot & MatcherSlot.below == 0 || kinds & MatcherKinds.below != 0
    guard isExact, isBelow else { throw ImageError("bucket \(bucket) has rules without details") }
  }

  // MARK: - The tables behind the records

  private static func checkTables(_ image: ImageMemory, _ rules: UInt32) throws(ImageError) {
    let entryCount = image.place(of: .entries).count
    let portCount = image.place(of: .portRanges).count
    let textCount = image.place(of: .text).count
    let tables = MatcherTables(image)
    for index in 0..<entryCount {
      let entry = tables.entry(index)
      guard entry.rule < rules, entry.ports < portCount else {
        throw ImageError("entry \(index) is out of range")
      }
    }
    if entryCount > 0, !tables.entry(entryCount - 1).isLast {
      throw ImageError("the last group does not end")
    }
    for index in 0..<image.place(of: .globs).count {
      let glob = tables.glob(index)
      guard glob.entry < entryCount, (1...UInt32(NameNormaliser.labelLimit)).contains(glob.length),
        Int(glob.start) + Int(glob.length) <= textCount
      else { throw ImageError("glob \(index) is out of range") }
      guard tables.entry(Int(glob.entry)).isLast else {
        throw ImageError("glob \(index) has more rules than one")
      }
      let form = unsafe tables.unownedText(Int(glob.start), Int(glob.length))
      guard isForm(form) else { throw ImageError("glob \(index) is no form of a label") }
    }
    try checkPorts(tables, portCount)
  }

  /// Bytes of a label and at least one `*`.
  private static func isForm(_ form: Span<UInt8>) -> Bool {
    var hasStar = false
    for index in form.indices {
      if form[index] == UInt8(ascii: "*") {
        hasStar = true
      } else if NameNormaliser.canonical(form[index]) != form[index] {
        return false
      }
    }
    return hasStar
  }

  /// Sets are sorted with gaps, as ``PortSet`` has them, and no longer than a rule can make them: each
  /// rule of a lookup may go over one.
  private static func checkPorts(
    _ tables: MatcherTables, _ count: Int
  ) throws(ImageError) {
    guard count > 0, tables.portRange(count - 1).isLast == 1 else {
      throw ImageError("the last set of ports does not end")
    }
    var inSet = 0
    var end: UInt16 = 0
    for index in 0..<count {
      let range = tables.portRange(index)
      guard range.first >= 1, range.first <= range.last, range.isLast <= 1,
        inSet == 0 || Int(range.first) > Int(end) + 1
      else { throw ImageError("port range \(index) is none") }
      inSet += 1
      end = range.last
      guard inSet <= PortSet.partLimit else {
        throw ImageError("port range \(index) is in a set of too many")
      }
      if range.isLast == 1 { inSet = 0 }
    }
    // Rules of the first set are taken for rules without ports.
    let isStandard =
      count >= 2 && tables.portRange(0).first == 80 && tables.portRange(0).last == 80
      && tables.portRange(0).isLast == 0 && tables.portRange(1).first == 443
      && tables.portRange(1).last == 443 && tables.portRange(1).isLast == 1
    guard isStandard else { throw ImageError("the first set of ports is not 80 and 443") }
  }

  /// Returns for each word whether details start there.
  private static func checkDetails(
    _ image: ImageMemory, _ rules: UInt32
  ) throws(ImageError) -> [Bool] {
    let tables = MatcherTables(image)
    let count = image.place(of: .details).count
    let entryCount = image.place(of: .entries).count
    let globCount = image.place(of: .globs).count
    var index = 0
    var isStart = [Bool](repeating: false, count: count)
    while index < count {
      let word = tables.detailWord(index)
      let kinds = word & MatcherKinds.all
      let end = index + 1 + kinds.nonzeroBitCount
      guard word & 0xE0 == 0, end <= count else { throw ImageError("details \(index) are cut off") }
      isStart[index] = true
      for kind in [MatcherKinds.exact, MatcherKinds.oneLabel, MatcherKinds.below]
      where kinds & kind != 0 {
        let first = tables.detailWord(index + MatcherKinds.position(of: kind, in: kinds))
        guard first < entryCount else { throw ImageError("details \(index) have no rules") }
      }
      if kinds & MatcherKinds.glob != 0 {
        let first = tables.detailWord(
          index + MatcherKinds.position(of: MatcherKinds.glob, in: kinds))
        guard word >> 8 > 0, Int(first) + Int(word >> 8) <= globCount else {
          throw ImageError("details \(index) have no globs")
        }
      }
      if kinds & MatcherKinds.hardDeny != 0 {
        let rule = tables.detailWord(
          index + MatcherKinds.position(of: MatcherKinds.hardDeny, in: kinds))
        guard rule < rules else { throw ImageError("details \(index) have no deny") }
      }
      index = end
    }
    return isStart
  }
}

extension RawSpan {
  /// The four bytes from `offset` on, as a number.
  @inline(__always) func word(_ offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// As ``word(_:)``, of bytes that are known to be there, because the sections were checked.
  @inline(__always) func uncheckedWord(_ offset: Int) -> UInt32 {
    unsafe UInt32(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// A byte that is known to be there.
  @inline(__always) func uncheckedByte(_ offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}

extension ImageMemory {
  /// As ``bytes``, for reading words.
  var rawBytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: count), borrowing: self)
    }
  }
}
