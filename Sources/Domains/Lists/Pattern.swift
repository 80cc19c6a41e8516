/// The names that a rule is about.
public enum Pattern: Hashable, Sendable {
  /// `example.com`: this name and no other.
  case exact(Hostname)
  /// `?.example.com`: one label below the name.
  case oneLabel(Hostname)
  /// `api-*.example.com`: one label below the parent, of this form; each `*` stands for one byte or more.
  case glob(label: String, parent: Hostname)
  /// `*.example.com`: any number of labels below the name, never the name itself.
  case below(Hostname)
  /// `+.example.com`: the name and everything below it.
  case apexAndBelow(Hostname)
}

extension Pattern: CustomStringConvertible {
  /// The pattern as a list spells it.
  public var description: String {
    switch self {
    case .exact(let name): name.text
    case .oneLabel(let name): "?.\(name)"
    case .glob(let label, let parent): "\(label).\(parent)"
    case .below(let name): "*.\(name)"
    case .apexAndBelow(let name): "+.\(name)"
    }
  }
}
