/// The names of a list whose rules are all allows of a name, of `*.name` or of `+.name`: what the
/// contenders that are there for comparison understand. Each name is here once, by a number of its
/// own.
struct PlainRules {
  private struct Entry: BitwiseCopyable {
    /// The first rule that covers the name itself, and the first that covers what is below it.
    var whole: UInt32 = .max
    var below: UInt32 = .max
  }

  /// In the order of the first rule about each.
  let names: PackedNames
  /// The bytes of ``names``.
  let bytes: NameBytes
  private let entries: [Entry]

  /// `nil` if there are rules of other kinds.
  init?(_ subjects: Subjects) {
    guard subjects.special == 0 else { return nil }
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    numbers.reserveCapacity(subjects.count)
    var names = PackedNames()
    var entries: [Entry] = []
    for rule in 0..<subjects.count {
      let name = subjects.names[rule]
      let number = numbers[name] ?? entries.count
      if number == entries.count {
        numbers[name] = number
        names.append(name)
        entries.append(Entry())
      }
      let kind = subjects.kinds[rule]
      let index = subjects.numbers[rule]
      if kind != .below { entries[number].whole = min(entries[number].whole, index) }
      if kind != .exact { entries[number].below = min(entries[number].below, index) }
    }
    self.names = names
    self.entries = entries
    bytes = NameBytes(names.bytes)
  }

  var count: Int { entries.count }

  /// Where a name is in ``bytes``.
  func range(_ name: Int) -> Range<Int> { names.range(name) }

  /// The rule about a name that covers it, or what is below it; ``Swift/UInt32/max``: none does.
  @inline(__always)
  func rule(of name: UInt32, isWhole: Bool) -> UInt32 {
    let entry = entries[Int(name)]
    return isWhole ? entry.whole : entry.below
  }
}
