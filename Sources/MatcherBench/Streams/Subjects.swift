package import Domains

/// The rules of a list as things to ask about: from each a name can be made that it covers.
package struct Subjects: Sendable {
  package enum Kind: UInt8, Sendable {
    case exact, oneLabel, glob, below, apexAndBelow
  }

  /// The names that rules are about, without wildcards.
  package private(set) var names = PackedNames()
  package private(set) var kinds: [Kind] = []
  /// The rules as the matcher of this list alone numbers them.
  private(set) var numbers: [UInt32] = []
  /// The form of the first label, of rules that are globs.
  private var globs: [Int: [UInt8]] = [:]
  /// How many rules are more than an allow of a name, of `*.` or of `+.` that holds for the port and
  /// on the day.
  package private(set) var special = 0

  package init(_ list: Allowlist, port: Port, day: Day) {
    for rule in list.rules {
      let name: Hostname
      switch rule.pattern {
      case .exact(let base): (name, _) = (base, kinds.append(.exact))
      case .oneLabel(let base): (name, _) = (base, kinds.append(.oneLabel))
      case .below(let base): (name, _) = (base, kinds.append(.below))
      case .apexAndBelow(let base): (name, _) = (base, kinds.append(.apexAndBelow))
      case .glob(let label, let parent):
        name = parent
        globs[kinds.count] = Array(label.utf8)
        kinds.append(.glob)
      }
      names.append(Array(name.text.utf8))
      numbers.append(UInt32(rule.line - 1))
      let kind = kinds[kinds.count - 1]
      let holds =
        rule.verdict == .allow && rule.ports.contains(port) && rule.until.map { day <= $0 } ?? true
      if !holds || kind == .oneLabel || kind == .glob { special += 1 }
    }
  }

  package var count: Int { kinds.count }

  /// A name that the pattern of a rule covers.
  func name(coveredBy rule: Int, _ labels: inout NameSource, _ random: inout SeededRandom)
    -> [UInt8]
  {
    let base = Array(names[rule])
    switch kinds[rule] {
    case .exact:
      return base
    case .oneLabel:
      return labels.hostLabel() + [UInt8(ascii: ".")] + base
    case .glob:
      let form = globs[rule] ?? []
      let label = form.flatMap { $0 == UInt8(ascii: "*") ? [UInt8(ascii: "7")] : [$0] }
      return label + [UInt8(ascii: ".")] + base
    case .apexAndBelow where random.chance(0.5):
      return base
    case .below, .apexAndBelow:
      let name = labels.hostLabel() + [UInt8(ascii: ".")] + base
      return random.chance(0.2) ? labels.hostLabel() + [UInt8(ascii: ".")] + name : name
    }
  }
}
