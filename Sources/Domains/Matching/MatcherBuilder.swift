/// Compiles lists into the image of a ``Matcher``. Runs once for each new policy, off the hot path, in
/// a few passes over flat arrays, so that a million rules take a fraction of a second:
///
/// 1. the rules, in their order, as ``Row``s, with their names in one block of bytes;
/// 2. every suffix of every name with its hash, sorted by the hash: equal ones are one node, and nodes
///    come in the order of their buckets (MatcherBuilder+Nodes.swift);
/// 3. the nodes into buckets (MatcherBuilder+Buckets.swift);
/// 4. the names and rules of the nodes that decide, in the order of the rules
///    (MatcherBuilder+Records.swift).
struct MatcherBuilder: ~Copyable {
  /// A rule.
  struct Row: BitwiseCopyable {
    /// Where its name starts in `names`; the label of a glob is behind it.
    var start: UInt32
    var rule: UInt32
    /// Its ports: where they start in `portRanges`.
    var ports: UInt32
    var until: Int32
    var length: UInt8
    var globLength: UInt8
    var kind: RulePatternKind
    var verdict: Rule.Verdict
    var allowsAnyProtocol: Bool

    /// Whether a record without details can say it.
    var isPlain: Bool {
      verdict == .allow && ports == 0 && until == .max && !allowsAnyProtocol
        && (kind == .exact || kind == .below || kind == .apexAndBelow)
    }
  }

  /// A suffix of a rule's name.
  struct Suffix: BitwiseCopyable {
    var hash: UInt64
    var row: UInt32
    /// In bytes.
    var count: UInt8
    /// Whether it is all of the name.
    var isWhole: Bool
  }

  /// One suffix of one name or more.
  struct Node: BitwiseCopyable {
    var hash: UInt64
    /// A row and the number of bytes of its name that are the node's name.
    var row: UInt32
    var count: UInt8
    var hasChildren: Bool
    var isAmbiguous = false
    /// Its rules, in order: where they start in `owned`, and how many there are.
    var firstOwned: UInt32
    var ownedCount: UInt32
    /// Where it was put: bucket times eight and the place.
    var place: UInt32 = 0
  }

  var seed: UInt64
  let hashMask: UInt64
  var rows: [Row] = []
  var names: [UInt8] = []
  var listRows: [MatcherListRow] = []
  var text: [UInt8] = []
  var portRanges: [MatcherPortRange] = []
  var hasTopLevel = false

  var nodes: [Node] = []
  var owned: [UInt32] = []

  var bucketCount = 0
  var buckets: [UInt32] = []

  var records: [UInt8] = []
  /// Where the next record goes.
  var recordsEnd = 0
  var lineBases: [UInt32] = []
  var details: [UInt32] = []
  var entries: [MatcherEntry] = []
  var globs: [MatcherGlob] = []

  private var portSets: [PortSet: UInt32] = [:]

  /// `files` are the names of the lists' files.
  init(_ sources: [Matcher.Source], _ files: [String], seed: UInt64, hashMask: UInt64) {
    self.seed = seed
    self.hashMask = hashMask
    // The first set is the one of plain records.
    _ = intern(.standard)
    let count = sources.reduce(0) { $0 + $1.list.rows.count }
    rows.reserveCapacity(count)
    names.reserveCapacity(sources.reduce(0) { $0 + $1.list.text.count })
    for (source, file) in zip(sources, files) { append(source, file) }
    precondition(rows.count <= Matcher.ruleLimit, "more than \(Matcher.ruleLimit) rules")
    precondition(names.count < Int(UInt32.max), "4 GiB of names")
  }

  private mutating func append(_ source: Matcher.Source, _ file: String) {
    let list = source.list
    let sets = list.portSets.map { intern($0) }
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
    for row in list.rows where source.use == .all || row.verdict == .denyAlways {
      let name = names.count
      names.append(contentsOf: list.text[row.name])
      if row.globLength > 0 { names.append(contentsOf: list.text[row.glob]) }
      rows.append(
        Row(
          start: UInt32(name), rule: firstRule + row.line - 1, ports: sets[Int(row.portSet)],
          until: row.until, length: row.nameLength, globLength: row.globLength, kind: row.kind,
          verdict: row.verdict, allowsAnyProtocol: row.allowsAnyProtocol))
    }
  }

  private mutating func intern(_ ports: PortSet) -> UInt32 {
    if let known = portSets[ports] { return known }
    let start = UInt32(portRanges.count)
    for (offset, range) in ports.ranges.enumerated() {
      portRanges.append(
        MatcherPortRange(
          first: range.lowerBound, last: range.upperBound,
          isLast: offset == ports.ranges.count - 1 ? 1 : 0))
    }
    portSets[ports] = start
    return start
  }

  /// The image. To be called once.
  mutating func build() -> ImageMemory {
    // A table in which a search could take long is not one of honest chance: another seed is tried.
    let attempts = hashMask == .max ? 8 : 0
    makeNodes()
    fillBuckets(givesUp: attempts > 0)
    var attempt = 0
    while isSlow, attempt < attempts {
      attempt += 1
      seed = SuffixHash.fold(seed ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB &+ UInt64(attempt))
      makeNodes()
      fillBuckets(givesUp: attempt < attempts)
    }
    fillRecords()
    return assemble()
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
    let parts = (buckets: buckets, records: records, lineBases: lineBases, details: details)
    let rest = (entries: entries, globs: globs, ports: portRanges, lists: listRows, text: text)
    let header = self.header(size, places)
    let image = ImageMemory(count: size) { bytes in
      var writer = ImageWriter()
      writer.append(header, &bytes)
      writer.append(parts.buckets, &bytes)
      writer.append(parts.records, &bytes)
      writer.append(parts.lineBases, &bytes)
      writer.append(parts.details, &bytes)
      writer.append(rest.entries, &bytes)
      writer.append(rest.globs, &bytes)
      writer.append(rest.ports, &bytes)
      writer.append(rest.lists, &bytes)
      writer.append(rest.text, &bytes)
      writer.stampChecksum(&bytes)
      return true
    }
    guard let image else { preconditionFailure("the closure returns true") }
    return image
  }

  private borrowing func elementCount(_ section: MatcherSection) -> Int {
    switch section {
    case .buckets: bucketCount
    case .records: records.count
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
    header.put(UInt32(rows.count), at: MatcherHeader.ruleCountAt)
    header.put(hasTopLevel ? MatcherHeader.hasTopLevel : 0, at: MatcherHeader.flagsAt)
    for (index, place) in places.enumerated() {
      header.put(UInt32(place.start / 64), at: MatcherHeader.sectionsAt + index * 8)
      header.put(UInt32(place.count), at: MatcherHeader.sectionsAt + index * 8 + 4)
    }
    return header.bytes
  }
}
