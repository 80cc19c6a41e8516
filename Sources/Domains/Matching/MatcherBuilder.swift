/// Compiles lists into the image of a ``Matcher``. Runs once for each new policy, off the hot path, in
/// a few passes over flat tables, so that a million rules take a fraction of a second. The tables are
/// larger than the caches, so each pass reads and writes them in order, or in parts that fit:
///
/// 1. the number of each rule's name (see ``HostKey``), and every suffix of it with its hash
///    (MatcherBuilder+Suffixes.swift);
/// 2. the suffixes sorted by the hash: equal ones are one node, and nodes come in the order of their
///    buckets (MatcherBuilder+Nodes.swift);
/// 3. the names and rules of the nodes that decide, in the order of the rules
///    (MatcherBuilder+Records.swift);
/// 4. the nodes into buckets (MatcherBuilder+Buckets.swift).
struct MatcherBuilder: ~Copyable {
  /// A list, with its rules as rows. The rows of all lists are numbered through.
  struct Input {
    let list: Allowlist
    let use: Matcher.Use
    /// For each set of ports of the list where it starts in `portRanges`.
    let ports: [UInt32]
    /// The number of the list's first row.
    let firstRow: Int
    /// The rule that line 1 of the list would be.
    let firstRule: UInt32

    func rule(_ row: RuleRow) -> UInt32 { firstRule + row.line - 1 }

    @inline(__always) func takesPart(_ row: RuleRow) -> Bool {
      use == .all || row.verdict == .denyAlways
    }

    /// Whether a record without details can say it.
    @inline(__always) func isPlain(_ row: RuleRow) -> Bool {
      row.verdict == .allow && ports[Int(row.portSet)] == 0 && row.until == RuleRow.endless
        && !row.allowsAnyProtocol
        && (row.kind == .exact || row.kind == .below || row.kind == .apexAndBelow)
    }
  }

  /// A suffix of a row's name, and with others that are equal to it a node.
  struct Node: BitwiseCopyable {
    var hash: UInt64
    /// A row whose name ends so; of an owned node the first that is about it.
    var row: UInt32
    /// Its bytes.
    var count: UInt8
    /// Whether a row is about this name and not only about a longer one.
    var isOwned: Bool
    /// Whether longer names are stored.
    var hasChildren: Bool
  }

  var seed: UInt64
  let hashMask: UInt64
  var inputs: [Input] = []
  /// The number of rows, also of those that take no part, and of those that do.
  var rowCount = 0
  var ruleCount = 0
  var listRows: [MatcherListRow] = []
  var text: [UInt8] = []
  /// What of `text` is about the lists; globs stand behind it.
  var listTextCount = 0
  var portRanges: [MatcherPortRange] = []
  var hasTopLevel = false

  /// The numbers of the rows' names, one behind the other, and where that of each row starts.
  var names: ScratchTable<UInt8>
  var nameStarts: ScratchTable<UInt32>

  /// In the order of their hashes.
  var nodes = ScratchTable<Node>(capacity: 0)
  var nodeCount = 0

  /// For each row first how it owns a node (``Owner``), then, if it is the first that does, what is to
  /// stand in the node's slot.
  var slots: ScratchTable<UInt32>
  /// For each node that more than one row is about these rows, in order.
  var owners: [[UInt32]] = []

  var bucketCount = 0
  var buckets = ScratchTable<UInt32>(capacity: 0)
  /// Places where a search for some node passes another of the same fingerprint, as bucket times eight
  /// and the place.
  var ambiguous: Set<Int> = []

  var records = ScratchTable<UInt8>(capacity: 0)
  /// Where the next record goes.
  var recordsEnd = 0
  var lineBases: [UInt32] = []
  var details: [UInt32] = []
  var entries: [MatcherEntry] = []
  var globs: [MatcherGlob] = []

  /// `files` are the names of the lists' files.
  init(_ sources: [Matcher.Source], _ files: [String], seed: UInt64, hashMask: UInt64) {
    self.seed = seed
    self.hashMask = hashMask
    rowCount = sources.reduce(0) { $0 + $1.list.rows.count }
    // A number takes six bits a byte, is rounded up, and read by words.
    let nameBytes = sources.reduce(0) { $0 + $1.list.text.count / 4 * 3 + 3 } + rowCount + 64
    precondition(nameBytes < Int(UInt32.max), "4 GiB of names")
    names = ScratchTable(capacity: nameBytes)
    nameStarts = ScratchTable(capacity: rowCount)
    slots = ScratchTable(capacity: rowCount)
    var sets = PortSetPlaces()
    for (source, file) in zip(sources, files) { append(source, file, &sets) }
    portRanges = sets.ranges
    listTextCount = text.count
    precondition(ruleCount <= Matcher.ruleLimit, "more than \(Matcher.ruleLimit) rules")
  }

  private mutating func append(
    _ source: Matcher.Source, _ file: String, _ sets: inout PortSetPlaces
  ) {
    let list = source.list
    let last = listRows.last
    let firstRule = last.map { $0.firstRule + $0.lineCount } ?? 0
    let strings = [
      Array(list.name.utf8), Array(list.version.utf8), ImageText.plain(list.digest),
      ImageText.plain(file),
    ]
    listRows.append(
      MatcherListRow(
        text: UInt32(text.count), nameLength: UInt16(strings[0].count),
        versionLength: UInt16(strings[1].count), digestLength: UInt16(strings[2].count),
        fileLength: UInt16(strings[3].count), use: UInt32(source.use.rawValue),
        firstRule: firstRule, lineCount: list.rows.last?.line ?? 0))
    text += strings[0] + [UInt8(ascii: "@")] + strings[1]
    text += strings[2] + strings[3]
    let firstRow = inputs.last.map { $0.firstRow + $0.list.rows.count } ?? 0
    let input = Input(
      list: list, use: source.use, ports: list.portSets.map { sets.place(of: $0) },
      firstRow: firstRow, firstRule: firstRule)
    inputs.append(input)
    ruleCount += source.use == .all ? list.rows.count : list.rows.count { input.takesPart($0) }
  }

  /// The list and the row of a number.
  func row(_ number: UInt32) -> (input: Int, row: RuleRow) {
    var low = 0
    var high = inputs.count
    // The last list that starts at the row or in front of it: those without rows are passed.
    while high - low > 1 {
      let middle = (low + high) / 2
      if inputs[middle].firstRow <= Int(number) { low = middle } else { high = middle }
    }
    return (low, inputs[low].list.rows[Int(number) - inputs[low].firstRow])
  }

  /// The image. To be called once.
  mutating func build() -> ImageMemory {
    // A table in which a search could take long is not one of honest chance: another seed is tried.
    let attempts = hashMask == .max ? 8 : 0
    makeTable(givesUp: attempts > 0)
    var attempt = 0
    while isSlow, attempt < attempts {
      attempt += 1
      seed = SuffixHash.fold(seed ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB &+ UInt64(attempt))
      makeTable(givesUp: attempt < attempts)
    }
    finishRecords()
    return assemble()
  }

  private mutating func makeTable(givesUp: Bool) {
    makeNodes()
    fillRecords()
    fillBuckets(givesUp: givesUp)
  }

  /// The most buckets that a search may look at. By chance a search looks at a handful at most.
  static let searchLimit = 24
  /// The most buckets that a search for a stored node looks at.
  var longestSearch = 0

  /// The most overflowing buckets in a row. By chance there are some 60 among a million nodes and 75
  /// among ten: their probability falls by a fifth with each.
  static let runLimit = 128
  var longestRun = 0

  var isSlow: Bool { longestSearch > Self.searchLimit || longestRun > Self.runLimit }

  // MARK: - The image

  private borrowing func assemble() -> ImageMemory {
    var offset = MatcherHeader.size
    var places: [(start: Int, count: Int)] = []
    for section in MatcherSection.allCases {
      let count = elementCount(section)
      places.append((offset, count))
      offset += (count * section.stride + 63) & ~63
    }
    let size = offset
    let header = self.header(size, places)
    let image = ImageMemory(count: size) { bytes in
      var writer = ImageWriter()
      writer.append(header, &bytes)
      writer.append(buckets, bucketCount * 16, &bytes)
      writer.append(records, recordsEnd, &bytes)
      writer.append(lineBases, &bytes)
      writer.append(details, &bytes)
      writer.append(entries, &bytes)
      writer.append(globs, &bytes)
      writer.append(portRanges, &bytes)
      writer.append(listRows, &bytes)
      writer.append(text, &bytes)
      writer.stampChecksum(&bytes)
      return true
    }
    guard let image else { preconditionFailure("the closure returns true") }
    return image
  }

  private borrowing func elementCount(_ section: MatcherSection) -> Int {
    switch section {
    case .buckets: bucketCount
    case .records: recordsEnd
    case .lineBases: lineBases.count
    case .details: details.count
    case .entries: entries.count
    case .globs: globs.count
    case .portRanges: portRanges.count
    case .lists: listRows.count
    case .text: text.count
    }
  }

  private borrowing func header(_ size: Int, _ places: [(start: Int, count: Int)]) -> [UInt8] {
    var header = HeaderBytes()
    header.put(MatcherHeader.magic, at: MatcherHeader.magicAt)
    header.put(MatcherHeader.formatVersion, at: MatcherHeader.versionAt)
    header.put(MatcherHeader.byteOrderMark, at: MatcherHeader.byteOrderAt)
    header.put(UInt64(size), at: MatcherHeader.sizeAt)
    header.put(seed, at: MatcherHeader.seedAt)
    header.put(hashMask, at: MatcherHeader.hashMaskAt)
    header.put(UInt32(ruleCount), at: MatcherHeader.ruleCountAt)
    header.put(hasTopLevel ? MatcherHeader.hasTopLevel : 0, at: MatcherHeader.flagsAt)
    for (index, place) in places.enumerated() {
      header.put(UInt32(place.start / 64), at: MatcherHeader.sectionsAt + index * 8)
      header.put(UInt32(place.count), at: MatcherHeader.sectionsAt + index * 8 + 4)
    }
    return header.bytes
  }
}

/// Where each set of ports is put; the first is the one of plain records.
private struct PortSetPlaces {
  private(set) var ranges: [MatcherPortRange] = []
  private var places: [PortSet: UInt32] = [:]

  init() { _ = place(of: .standard) }

  mutating func place(of ports: PortSet) -> UInt32 {
    if let known = places[ports] { return known }
    let start = UInt32(ranges.count)
    for (offset, range) in ports.ranges.enumerated() {
      ranges.append(
        MatcherPortRange(
          first: range.lowerBound, last: range.upperBound,
          isLast: offset == ports.ranges.count - 1 ? 1 : 0))
    }
    places[ports] = start
    return start
  }
}
