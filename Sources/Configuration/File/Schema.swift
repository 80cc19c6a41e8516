import Domains

/// The keys that one mapping of the configuration may have: the one place that says so. Reading, the
/// JSON Schema, the reference, flags and `config show` all come from here.
struct Schema<Owner: Sendable>: Sendable {
  /// Heads its part of the reference, and names the mapping in messages.
  let title: String
  let keys: [SchemaKey<Owner>]
  /// What the defaults are taken from.
  private let standard: Owner

  init(_ title: String, standard: Owner, _ keys: [SchemaKey<Owner>]) {
    self.title = title
    self.standard = standard
    self.keys = keys
  }

  var shape: Shape { .section(title, keys.map { $0.description(standard) }) }

  /// Takes every key of a mapping; what is unknown or wrong is complained about and left as it was.
  func read(_ node: YAMLNode, into owner: inout Owner, _ reader: inout FileReader) {
    guard case .mapping(let entries) = node.content else {
      // Nothing may be the rest of a broken write, so the defaults have to be asked for.
      let orDefaults = node.isAbsent ? ", or `{}` for the defaults" : ""
      reader.complain(
        node.position, "\(node.kind) where \(title) takes keys",
        remedy: "write `KEY: VALUE` lines\(orDefaults), with keys of: \(names)")
      return
    }
    for entry in entries {
      guard let key = keys.first(where: { $0.name == entry.key }) else {
        reader.complain(
          entry.keyPosition, "'\(entry.key)' is no key of \(title)",
          remedy: Suggestion.remedy(for: entry.key, among: keys.map(\.name)))
        continue
      }
      key.read(entry, &owner, &reader)
    }
    for key in keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
      reader.complain(node.position, "no `\(key.name)` in \(title)", remedy: "write one")
    }
  }

  private var names: String { keys.map(\.name).joined(separator: ", ") }

  /// Takes from `base` what `owner` does not say itself.
  func inherit(_ owner: inout Owner, from base: Owner) {
    for key in keys { key.inherit(&owner, base) }
  }

  /// All values, with where they come from.
  func written(_ owner: Owner) -> [WrittenEntry] { keys.compactMap { $0.written(owner) } }

  /// The flags that say what a key says, without hyphens.
  var flags: [String] { keys.compactMap { $0.description(standard).flag } }

  /// Takes flags and variables. `texts` gives those of a flag; a separator stands between several
  /// values in a variable.
  func override(
    _ owner: inout Owner, with texts: (_ flag: String, _ separator: Character?) -> [SettingText]
  ) throws(ConfigurationError) {
    for key in keys { try key.override?(&owner, texts) }
  }
}

/// One key of a ``Schema``.
struct SchemaKey<Owner: Sendable>: Sendable {
  typealias Texts = (_ flag: String, _ separator: Character?) -> [SettingText]

  let name: String
  let isRequired: Bool
  let read: @Sendable (YAMLEntry, inout Owner, inout FileReader) -> Void
  let inherit: @Sendable (inout Owner, Owner) -> Void
  let written: @Sendable (Owner) -> WrittenEntry?
  let override: (@Sendable (inout Owner, Texts) throws(ConfigurationError) -> Void)?
  let description: @Sendable (Owner) -> KeyDescription

  /// A value.
  ///
  /// - Parameters:
  ///   - flag: without hyphens; `separator` stands between values in its variable.
  ///   - unset: what holds while there is no value, in words.
  init<Value>(
    _ name: String, _ field: any WritableKeyPath<Owner, Placed<Value>> & Sendable,
    _ kind: ValueKind<Value>, flag: String? = nil, separator: Character = ",",
    isRequired: Bool = false, unset: String? = nil, _ summary: String
  ) {
    self.init(
      name, get: { $0[keyPath: field] }, set: { $0[keyPath: field] = $1 }, kind, flag: flag,
      separator: separator, isRequired: isRequired, unset: unset, summary)
  }

  /// As above, of what is no field as it stands.
  init<Value>(
    _ name: String, get: @escaping @Sendable (Owner) -> Placed<Value>,
    set: @escaping @Sendable (inout Owner, Placed<Value>) -> Void,
    _ kind: ValueKind<Value>, flag: String?, separator: Character = ",",
    isRequired: Bool = false, unset: String? = nil, _ summary: String
  ) {
    self.name = name
    self.isRequired = isRequired
    read = { entry, owner, reader in
      if let value = kind.read(entry.value, name, &reader) {
        set(&owner, Placed(value, .file(entry.keyPosition)))
      }
    }
    inherit = { owner, base in
      if !get(owner).isSet { set(&owner, get(base)) }
    }
    written = { owner in
      let placed = get(owner)
      return WrittenEntry(
        key: name, value: kind.written(placed.value), origin: placed.origin, note: unset)
    }
    if let flag, let parse = kind.parse {
      override = { (owner: inout Owner, texts: Texts) throws(ConfigurationError) in
        let texts = texts(flag, kind.isList ? separator : nil)
        guard let first = texts.first else { return }
        set(&owner, Placed(try parse(texts), .given(first.name)))
      }
    } else {
      override = nil
    }
    description = { standard in
      let value = kind.written(get(standard).value)
      return KeyDescription(
        name: name, summary: summary, shape: kind.shape, isRequired: isRequired,
        standard: isRequired ? nil : unset ?? value.map(ConfigurationWriter.words),
        standardValue: isRequired ? nil : value, flag: flag)
    }
  }

  /// A mapping inside the mapping.
  init<Part>(
    _ name: String, section field: any WritableKeyPath<Owner, Part> & Sendable,
    _ schema: Schema<Part>, _ summary: String
  ) {
    self.name = name
    isRequired = false
    read = { entry, owner, reader in schema.read(entry.value, into: &owner[keyPath: field], &reader)
    }
    inherit = { owner, base in schema.inherit(&owner[keyPath: field], from: base[keyPath: field]) }
    written = { owner in
      WrittenEntry(key: name, value: .section(schema.written(owner[keyPath: field])), origin: nil)
    }
    override = { (owner: inout Owner, texts: Texts) throws(ConfigurationError) in
      try schema.override(&owner[keyPath: field], with: texts)
    }
    description = { _ in
      KeyDescription(
        name: name, summary: summary, shape: schema.shape, isRequired: false, standard: nil,
        standardValue: nil, flag: nil)
    }
  }
}
