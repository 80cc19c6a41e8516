/// The form of a ``Pattern``, without its names.
enum RulePatternKind: UInt8, BitwiseCopyable {
  case exact, oneLabel, glob, below, apexAndBelow
}

/// One rule of an ``Allowlist``, without any allocation of its own. Offsets are bytes in the list's
/// text.
struct RuleRow: BitwiseCopyable {
  var start: UInt32
  var line: UInt32
  var portSet: UInt32
  var until: Int32
  var section: Int32
  var length: UInt16
  var nameOffset: UInt8
  var nameLength: UInt8
  var globOffset: UInt8
  var globLength: UInt8
  var kind: RulePatternKind
  var verdict: Rule.Verdict
}
