import Domains

/// The order of rules in a sorted section: by name from the last label to the first, so that the names
/// of one domain stand together; then the name before what is below it.
struct RuleOrder: Comparable {
  private let name: [UInt8]
  private let rank: Int

  init(_ rule: Rule) {
    let suffix: Hostname
    let kind: Int
    var form = ""
    switch rule.pattern {
    case .exact(let name): (suffix, kind) = (name, 0)
    case .apexAndBelow(let name): (suffix, kind) = (name, 1)
    case .below(let name): (suffix, kind) = (name, 2)
    case .oneLabel(let name): (suffix, kind) = (name, 3)
    case .glob(let label, let name): (suffix, kind, form) = (name, 4, label)
    }
    // The labels from the last to the first, a blank behind each: it sorts before every byte of a
    // name, so that a parent comes before its children.
    let text = Array(suffix.text.utf8)
    var key: [UInt8] = []
    key.reserveCapacity(text.count + 1 + form.utf8.count)
    var end = text.count
    for index in stride(from: text.count - 1, through: -1, by: -1)
    where index < 0 || text[index] == UInt8(ascii: ".") {
      key += text[(index + 1)..<end]
      key.append(UInt8(ascii: " "))
      end = index
    }
    key += form.utf8
    name = key
    rank = kind * 4 + Int(rule.verdict.rawValue)
  }

  static func < (left: RuleOrder, right: RuleOrder) -> Bool {
    left.name == right.name
      ? left.rank < right.rank : left.name.lexicographicallyPrecedes(right.name)
  }
}
