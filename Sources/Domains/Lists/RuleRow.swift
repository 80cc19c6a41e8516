/// One rule in an ``Allowlist``, without any allocation of its own: a list of a million rules is two
/// arrays, its text and its rows. Offsets are bytes in the list's text.
///
/// The widths hold because of the limits that the parser checks first: a text of
/// ``Allowlist/textLimit`` bytes has offsets and line numbers below 2^32 - 1, a line of
/// ``Allowlist/lineLimit`` bytes has lengths below 2^16, a name at most 253 bytes, a label at most 63.
struct RuleRow: BitwiseCopyable, Sendable {
  /// Of the rule's text.
  var start: UInt32
  /// 1-based.
  var line: UInt32
  /// ``portSet``, and in the top bit ``allowsAnyProtocol``.
  private var portsAndProtocol: UInt32
  /// ``Day/daysSince1970`` of the last day; ``endless``: no end.
  var until: Int32
  /// Index into ``Allowlist/sections``; -1: in front of the first.
  var section: Int32
  /// Of the rule's text.
  var length: UInt16
  /// From `start` to the pattern's name: behind `!`, `!!`, `*.`, `+.`, `?.`, or the glob's label and
  /// its dot.
  var nameOffset: UInt8
  /// 1 to 253; the name, of a glob the parent.
  var nameLength: UInt8
  /// From `start` to the label of a glob; of other patterns 0.
  var globOffset: UInt8
  /// The bytes of the label of a glob, 1 to 63; of other patterns 0.
  var globLength: UInt8
  var kind: RulePatternKind
  var verdict: Rule.Verdict

  init(
    start: UInt32, line: UInt32, portSet: UInt32, allowsAnyProtocol: Bool, until: Int32,
    section: Int32, length: UInt16, nameOffset: UInt8, nameLength: UInt8, globOffset: UInt8,
    globLength: UInt8, kind: RulePatternKind, verdict: Rule.Verdict
  ) {
    self.start = start
    self.line = line
    portsAndProtocol = portSet | (allowsAnyProtocol ? Self.anyProtocolBit : 0)
    self.until = until
    self.section = section
    self.length = length
    self.nameOffset = nameOffset
    self.nameLength = nameLength
    self.globOffset = globOffset
    self.globLength = globLength
    self.kind = kind
    self.verdict = verdict
  }

  private static let anyProtocolBit: UInt32 = 1 << 31

  /// Index into ``Allowlist/portSets``; 0 is always ``PortSet/standard``, 1 always ``PortSet/all``.
  var portSet: UInt32 { portsAndProtocol & ~Self.anyProtocolBit }

  /// `protocol=any`.
  var allowsAnyProtocol: Bool { portsAndProtocol & Self.anyProtocolBit != 0 }

  /// What ``until`` says of a rule that has no end. A list cannot name that day.
  static let endless = Int32.max

  /// The rule's text, in the list's.
  var range: Range<Int> { Int(start)..<(Int(start) + Int(length)) }

  /// The pattern's name, in the list's text.
  var name: Range<Int> {
    let first = Int(start) + Int(nameOffset)
    return first..<(first + Int(nameLength))
  }

  /// The label of a glob, in the list's text; empty for other patterns.
  var glob: Range<Int> {
    let first = Int(start) + Int(globOffset)
    return first..<(first + Int(globLength))
  }
}

/// The cases of ``Pattern``, without their names.
enum RulePatternKind: UInt8, BitwiseCopyable, Sendable {
  case exact, oneLabel, glob, below, apexAndBelow
}
