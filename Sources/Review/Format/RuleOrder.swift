import Domains

/// The order of rules in a sorted section: by name from the last label to the first, so that the names
/// of one domain stand together; then the name before what is below it.
struct RuleOrder: Comparable {
  private let name: String
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
    // A blank sorts before every byte of a name, so that a parent comes before its children.
    var labels = suffix.text.split(separator: ".")
    labels.reverse()
    name = labels.joined(separator: " ") + (kind == 4 ? " \(form)" : "")
    rank = kind * 4 + Int(rule.verdict.rawValue)
  }

  static func < (left: RuleOrder, right: RuleOrder) -> Bool {
    left.name != right.name ? left.name < right.name : left.rank < right.rank
  }
}
