import Domains

/// A kind of value that is one text: how it is read, written and described.
struct TextKind<Value: Hashable & Sendable>: Sendable {
  let shape: Shape
  let parse: @Sendable (SettingText) throws(ConfigurationError) -> Value
  let text: @Sendable (Value) -> Written

  init(
    _ shape: Shape, parse: @escaping @Sendable (SettingText) throws(ConfigurationError) -> Value,
    text: @escaping @Sendable (Value) -> String
  ) {
    self.shape = shape
    self.parse = parse
    self.text = { .text(text($0)) }
  }

  init(
    number shape: Shape,
    parse: @escaping @Sendable (SettingText) throws(ConfigurationError) -> Value,
    number: @escaping @Sendable (Value) -> Int
  ) {
    self.shape = shape
    self.parse = parse
    self.text = { .number(number($0)) }
  }

  /// `nil` after a complaint.
  func read(_ node: YAMLNode, _ name: String, _ reader: inout FileReader) -> Value? {
    guard let text = reader.text(of: node, name) else { return nil }
    do throws(ConfigurationError) {
      return try parse(SettingText(name, text))
    } catch {
      reader.complain(node.position, error)
      return nil
    }
  }
}

/// A kind of value of any form, with everything that is asked of one.
struct ValueKind<Value: Hashable & Sendable>: Sendable {
  let shape: Shape
  /// `nil` after a complaint.
  let read: @Sendable (YAMLNode, String, inout FileReader) -> Value?
  let written: @Sendable (Value) -> Written?
  /// Whether a flag may be given more than once.
  let isList: Bool
  /// From flags or a variable, at least one; `nil`: there are none.
  let parse: (@Sendable ([SettingText]) throws(ConfigurationError) -> Value)?

  static func one(_ kind: TextKind<Value>) -> ValueKind {
    ValueKind(
      shape: kind.shape, read: { kind.read($0, $1, &$2) }, written: { kind.text($0) },
      isList: false,
      parse: { (texts: [SettingText]) throws(ConfigurationError) in
        try kind.parse(texts[texts.count - 1])
      })
  }

  static func optional<Some>(_ kind: TextKind<Some>) -> ValueKind where Value == Some? {
    ValueKind(
      shape: kind.shape, read: { kind.read($0, $1, &$2).map(Optional.some) },
      written: { $0.map(kind.text) }, isList: false,
      parse: { (texts: [SettingText]) throws(ConfigurationError) in
        try kind.parse(texts[texts.count - 1])
      })
  }

  /// A list; an item that stands twice is complained about.
  static func list<Item>(
    _ kind: TextKind<Item>, max: Int
  ) -> ValueKind where Value == [Placed<Item>] {
    ValueKind(
      shape: .list(kind.shape, max: max),
      read: { node, name, reader in
        guard let nodes = reader.items(of: node, name, max: max) else { return nil }
        var items: [Placed<Item>] = []
        var lines: [Item: Int] = [:]
        for node in nodes {
          guard let item = kind.read(node, name, &reader) else { continue }
          if let line = lines.updateValue(node.position.line, forKey: item) {
            reader.complain(
              node.position, "\(name): the same as on line \(line)", remedy: "write it once")
          }
          items.append(Placed(item, .file(node.position)))
        }
        return items
      },
      written: { .list($0.map { kind.text($0.value) }) }, isList: true,
      parse: { (texts: [SettingText]) throws(ConfigurationError) in
        try SettingText.refuseMore(texts, than: max)
        var items: [Placed<Item>] = []
        for text in texts { items.append(Placed(try kind.parse(text), .given(text.name))) }
        return items
      })
  }

  /// Mappings of one schema in a list.
  static func sections<Owner>(
    _ schema: Schema<Owner>, max: Int, make: @escaping @Sendable () -> Owner,
    parse: @escaping @Sendable ([SettingText]) throws(ConfigurationError) -> Value
  ) -> ValueKind where Value == [Owner] {
    ValueKind(
      shape: .list(schema.shape, max: max),
      read: { node, name, reader in
        reader.items(of: node, name, max: max)?.map { node in
          var owner = make()
          schema.read(node, into: &owner, &reader)
          return owner
        }
      },
      written: { .list($0.map { .section(schema.written($0)) }) }, isList: true,
      parse: { (texts: [SettingText]) throws(ConfigurationError) in
        try SettingText.refuseMore(texts, than: max)
        return try parse(texts)
      })
  }
}

extension SettingText {
  fileprivate static func refuseMore(
    _ texts: [SettingText], than max: Int
  ) throws(ConfigurationError) {
    guard texts.count > max else { return }
    throw ConfigurationError(
      texts[0].name, "given \(texts.count) times", remedy: "give it at most \(max) times")
  }
}

extension FileReader {
  /// The text of a single value; `nil` after a complaint.
  mutating func text(of node: YAMLNode, _ name: String) -> String? {
    guard case .scalar(let text, isPlain: _) = node.content, !node.isAbsent else {
      complain(
        node.position, "\(node.kind) where \(name) takes a single value",
        remedy: node.isAbsent ? "write the value, or remove the key" : "write one value")
      return nil
    }
    guard !text.unicodeScalars.contains(where: { PlainText.isHidden($0) }) else {
      complain(
        node.position, "\(name): a control or invisible character", remedy: "remove it")
      return nil
    }
    return text
  }

  /// The items of a list; `nil` after a complaint.
  mutating func items(of node: YAMLNode, _ name: String, max: Int) -> [YAMLNode]? {
    guard case .sequence(let items) = node.content else {
      complain(
        node.position, "\(node.kind) where \(name) takes a list",
        remedy: node.isAbsent
          ? "write [] for an empty list, or remove the key" : "write it as a list: [ … ]")
      return nil
    }
    guard items.count <= max else {
      complain(
        node.position, "\(name) with \(items.count) items", remedy: "write at most \(max)")
      return nil
    }
    return items
  }
}

enum PlainText {
  /// Controls, and characters that hide or reorder what a reader sees.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
      0xFEFF:
      true
    default: false
    }
  }
}
