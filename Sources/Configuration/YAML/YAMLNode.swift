package import Domains

/// A part of a YAML text and where it starts. Every scalar is text: YAML's own ideas of numbers,
/// truth and nothing play no part, and whoever needs a number parses one.
package struct YAMLNode: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// The text; empty and plain where nothing stands behind a key or a hyphen.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the text; no key stands twice.
    case mapping([YAMLEntry])
  }

  package let position: SourcePosition
  package let content: Content

  /// Nothing stands there: `key:`.
  package var isAbsent: Bool { content == .scalar("", isPlain: true) }

  /// What stands there, for a message: `a list`.
  package var kind: String {
    switch content {
    case .scalar: isAbsent ? "nothing" : "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A key of a mapping and what stands behind it.
package struct YAMLEntry: Hashable, Sendable {
  package let key: String
  package let keyPosition: SourcePosition
  package let value: YAMLNode
}
