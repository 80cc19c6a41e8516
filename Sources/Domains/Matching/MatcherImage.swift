/// The layout of a compiled ``Matcher``: one block of memory without an address in it, so that it can
/// be written to a file and used again wherever it is loaded. docs/matcher-image.md describes it for
/// people.
///
/// All numbers are little-endian. Sections start at multiples of 64 bytes:
///
/// - `buckets`: a hash table of nodes; a node is a suffix of a name at a label boundary. A bucket is
///   one cache line: eight fingerprints, then eight slots, see ``MatcherSlot``.
/// - `records`: the names of the nodes that decide something, see ``MatcherRecord``.
/// - `lineBases`: for each KiB of `records` the least rule that stands there plainly.
/// - `details`: for each record that is not plain some words: the kinds of rules that it has, and the
///   number of its globs above 8 bits; then one word for each kind in the order of the bits of
///   ``MatcherKinds``: the first entry of the exact, one-label and below group, the first glob, the
///   rule of the hard deny.
/// - `entries`: the rules of each group in a row, in the order of rules.
/// - `globs`: those of each parent in a row.
/// - `portRanges`: those of each set of ports in a row.
/// - `lists`, `text`: where the rules come from; the forms of globs.
enum MatcherSection: Int, CaseIterable {
  case buckets, records, lineBases, details, entries, globs, portRanges, lists, text

  /// The bytes of one element.
  var stride: Int {
    switch self {
    case .buckets: 64
    case .records, .text: 1
    case .lineBases, .details: 4
    case .entries: MemoryLayout<MatcherEntry>.stride
    case .globs: MemoryLayout<MatcherGlob>.stride
    case .portRanges: MemoryLayout<MatcherPortRange>.stride
    case .lists: MemoryLayout<MatcherListRow>.stride
    }
  }
}

/// The first bytes of an image.
struct MatcherHeader: BitwiseCopyable {
  /// No text starts so, and a transfer that changes line ends or the eighth bit breaks it.
  static let magic: UInt64 = 0x0A1A_0A0D_4D4C_53F5
  static let formatVersion: UInt32 = 1
  static let byteOrderMark: UInt32 = 0x0102_0304
  /// The bytes of the header, with the places of the sections.
  static let size = 256

  // Offsets of the fields in bytes.
  static let magicAt = 0
  static let versionAt = 8
  static let byteOrderAt = 12
  /// Of everything behind it.
  static let checksumAt = 16
  static let sizeAt = 24
  static let seedAt = 32
  static let hashMaskAt = 40
  static let ruleCountAt = 48
  static let flagsAt = 52
  /// For each section its start in units of 64 bytes and the number of its elements.
  static let sectionsAt = 64

  /// The flag that some rule is about a name of one label or everything below one.
  static let hasTopLevel: UInt32 = 1
}

/// What stands in a bucket for a node: its fingerprint in the first half, this in the second.
enum MatcherSlot {
  static let exact: UInt32 = 1 << 31
  static let below: UInt32 = 1 << 30
  /// Longer names are stored below this one.
  static let children: UInt32 = 1 << 29
  /// One-label rules, globs or a hard deny are here, or another node has the same fingerprint where a
  /// search for it passes: only the careful walk will do.
  static let special: UInt32 = 1 << 28
  /// In the first slot: a node whose home is here or in front of here stands in a later bucket.
  static let overflow: UInt32 = 1 << 27
  /// Where the record is, in units of two bytes; 0: there is none, because the node only has children.
  static let record: UInt32 = (1 << 27) - 1

  static let inBucket = 8

  /// Never 0, which is the empty slot's.
  @inline(__always) static func fingerprint(_ hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash) | 1
  }
  /// Where the search for a hash starts.
  @inline(__always) static func home(_ hash: UInt64, _ bucketCount: Int) -> Int {
    Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: bucketCount)) >> 32)
  }
}

/// A node's name: its length in bytes (1 to 253), a tag, its number from the low byte on. With a tag
/// up to ``plainLimit`` the node has one rule, an allow on the standard ports without an end, which is
/// the tag added to the record's line base; otherwise a word with an index into `details` follows.
enum MatcherRecord {
  static let wide: UInt8 = 255
  static let plainLimit: UInt32 = 254
  /// A line base stands for this many bytes.
  static let blockShift = 10
  /// What follows the last record, so that its name can be read by words.
  static let padding = 32

  /// The bytes of a name's number.
  @inline(__always) static func numberSize(_ length: Int) -> Int { (length &* 6 &+ 7) >> 3 }
}

/// What a record that is not plain has.
enum MatcherKinds {
  static let exact: UInt32 = 1
  static let oneLabel: UInt32 = 2
  static let below: UInt32 = 4
  static let glob: UInt32 = 8
  static let hardDeny: UInt32 = 16
  static let all: UInt32 = 31

  /// Where the word of a kind is among the words of a record's details.
  @inline(__always) static func position(of kind: UInt32, in kinds: UInt32) -> Int {
    1 + (kinds & (kind - 1)).nonzeroBitCount
  }
}

/// A rule as one member of a group.
struct MatcherEntry: BitwiseCopyable {
  var rule: UInt32
  /// The rule's ports: where they start in `portRanges`; ``anyProtocolBit``, ``denyBit``, ``lastBit``.
  var word: UInt32
  /// The last day on which the rule holds.
  var until: Int32

  static let anyProtocolBit: UInt32 = 1 << 29
  static let denyBit: UInt32 = 1 << 30
  static let lastBit: UInt32 = 1 << 31

  @inline(__always) var ports: Int { Int(word & (Self.anyProtocolBit - 1)) }
  @inline(__always) var allowsAnyProtocol: Bool { word & Self.anyProtocolBit != 0 }
  @inline(__always) var isDeny: Bool { word & Self.denyBit != 0 }
  @inline(__always) var isLast: Bool { word & Self.lastBit != 0 }
}

/// A glob below its parent.
struct MatcherGlob: BitwiseCopyable {
  /// The label's form: where it starts in `text`.
  var start: UInt32
  /// 1 to 63.
  var length: UInt32
  /// The index of its one entry.
  var entry: UInt32
}

/// A range of a rule's ports; the last of a set has `isLast` 1.
struct MatcherPortRange: BitwiseCopyable {
  var first: UInt16
  var last: UInt16
  var isLast: UInt16
}

/// A list. Its strings stand in `text` one behind the other: name, version, digest, file.
struct MatcherListRow: BitwiseCopyable {
  var text: UInt32
  var nameLength: UInt16
  var versionLength: UInt16
  var digestLength: UInt16
  var fileLength: UInt16
  /// ``Matcher/Use``.
  var use: UInt32
  /// The rule that line 1 of the list would be.
  var firstRule: UInt32
  var lineCount: UInt32
}
