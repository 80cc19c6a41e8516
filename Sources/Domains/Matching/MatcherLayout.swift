/// What the tables of a ``Matcher`` hold. They refer to each other by index.
///
/// - `slots`: the hash table, see ``MatcherSlot``. 0 is an empty slot.
/// - `nodes`: for each node some words: where its name starts in `names`; the length of the name and,
///   above 8 bits, the number of globs; then one word for each of its deciding flags, in the order of
///   their bits: the first entry of the exact, one-label and below group, the first glob, the rule
///   of the hard deny.
/// - `entries`: the rules of each group in a row, in the order of rules.
/// - `globs`: those of each parent in a row.
struct MatcherSlot: BitwiseCopyable {
  /// Fingerprint (28 bits), flags (7 bits), index into `nodes` (29 bits), from the top.
  var bits: UInt64

  /// Bits of ``flags``: what a node has.
  static let exact: UInt64 = 1
  static let oneLabel: UInt64 = 2
  static let below: UInt64 = 4
  static let glob: UInt64 = 8
  static let hardDeny: UInt64 = 16
  /// Longer names are stored below this one.
  static let children: UInt64 = 32
  /// Another node with the same fingerprint stands on the way to this one or behind it.
  static let ambiguous: UInt64 = 64

  static let nodeLimit: UInt64 = 1 << 29

  @inline(__always) init(bits: UInt64) { self.bits = bits }

  init(hash: UInt64, flags: UInt64, node: Int) {
    precondition(UInt64(node) < Self.nodeLimit)
    bits = Self.fingerprint(hash) << 36 | flags << 29 | UInt64(node)
  }

  @inline(__always) var isEmpty: Bool { bits == 0 }
  @inline(__always) var fingerprint: UInt64 { bits >> 36 }
  @inline(__always) var flags: UInt64 { bits >> 29 & 0x7f }
  @inline(__always) var node: Int { Int(truncatingIfNeeded: bits & (Self.nodeLimit - 1)) }
  /// Whether the bytes must be compared before the node is believed. A node that only has children
  /// needs it not: a foreign name that is taken for it finds nothing below.
  @inline(__always) var needsComparing: Bool { flags != Self.children }

  @inline(__always) static func fingerprint(_ hash: UInt64) -> UInt64 { hash & 0xfff_ffff }
  /// Where the search for a hash starts, in a table of `count` slots, a power of two.
  @inline(__always) static func home(_ hash: UInt64, _ count: Int) -> Int {
    Int(truncatingIfNeeded: hash >> 28) & (count - 1)
  }

  /// Where the word of `flag` is among the words of the node.
  @inline(__always) static func position(of flag: UInt64, in flags: UInt64) -> Int {
    2 + (flags & (flag - 1)).nonzeroBitCount
  }
}

/// A rule as one member of a group.
struct MatcherEntry: BitwiseCopyable {
  /// Rule index (24 bits), ``isDeny``, ``isLast``.
  var word: UInt32
  /// The rule's ports: where they start in `portRanges`.
  var ports: UInt32
  /// The last day on which the rule holds.
  var until: Int32

  static let denyBit: UInt32 = 1 << 30
  static let lastBit: UInt32 = 1 << 31

  @inline(__always) var rule: UInt32 { word & 0xff_ffff }
  @inline(__always) var isDeny: Bool { word & Self.denyBit != 0 }
  @inline(__always) var isLast: Bool { word & Self.lastBit != 0 }
}

/// A glob below its parent node.
struct MatcherGlob: BitwiseCopyable {
  /// The label's form: where it starts in `names`.
  var start: UInt32
  /// 1 to 63.
  var length: UInt32
  /// The index of its one entry.
  var entry: UInt32
}

/// A range of a rule's ports; the last of a set has `isLast`.
struct MatcherPortRange: BitwiseCopyable, Hashable {
  var first: UInt16
  var last: UInt16
  var isLast: Bool
}

/// Where a rule stands in its list.
struct MatcherRuleRow: BitwiseCopyable {
  var line: UInt32
  /// The rule's text in the text of its list.
  var start: UInt32
  var length: UInt16
}
