internal import Policy

extension Placement {
  /// As a number that a connection keeps: an index of an environment, or less than 0.
  var code: Int32 {
    switch self {
    case .nowhere: -1
    case .conflict: -2
    case .environment(let index): Int32(index)
    }
  }

  init(code: Int32) {
    switch code {
    case -1: self = .nowhere
    case ..<0: self = .conflict
    default: self = .environment(Int(code))
    }
  }
}
