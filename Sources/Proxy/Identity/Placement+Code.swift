internal import Policy

extension Placement {
  /// As a number that a connection keeps: the index of an environment, of which there are fewer than
  /// 65,000, or one of those above.
  var code: UInt16 {
    switch self {
    case .nowhere: .max
    case .conflict: .max - 1
    case .unknown: .max - 2
    case .environment(let index): UInt16(index)
    }
  }

  init(code: UInt16) {
    switch code {
    case .max: self = .nowhere
    case .max - 1: self = .conflict
    case .max - 2: self = .unknown
    default: self = .environment(Int(code))
    }
  }
}
