package import Domains

/// Where a value of the configuration comes from.
package enum Origin: Hashable, Sendable, CustomStringConvertible {
  /// Nobody said anything.
  case standard
  /// A place in the configuration file.
  case file(SourcePosition)
  /// The flag or the variable of this name.
  case given(String)

  package var description: String {
    switch self {
    case .standard: "default"
    case .file(let position): "line \(position.line)"
    case .given(let name): name
    }
  }
}

/// A value and where it comes from. Two are equal if their values are.
package struct Placed<Value: Hashable & Sendable>: Hashable, Sendable {
  package var value: Value
  package var origin: Origin

  package init(_ value: Value, _ origin: Origin = .standard) {
    self.value = value
    self.origin = origin
  }

  package static func == (left: Placed, right: Placed) -> Bool { left.value == right.value }

  package func hash(into hasher: inout Hasher) { hasher.combine(value) }

  /// Whether anybody said it.
  package var isSet: Bool { origin != .standard }

  /// In the configuration file; its first byte for what stands elsewhere.
  package var position: SourcePosition {
    if case .file(let position) = origin { position } else { .start }
  }
}
