/// The schema of the configuration file for editors: JSON Schema, draft 2020-12.
package enum ConfigurationSchema {
  package static var json: String {
    let body = object(of: ConfigurationFile.schema.shape)
    let head = [
      WrittenEntry.text("$schema", "https://json-schema.org/draft/2020-12/schema"),
      WrittenEntry.text("title", "Sluice configuration"),
    ]
    return ConfigurationWriter.json(.section(head + body)) + "\n"
  }

  private static func object(of shape: Shape) -> [WrittenEntry] {
    switch shape {
    case .text(_, let pattern):
      return [.text("type", "string")] + (pattern.map { [.text("pattern", $0)] } ?? [])
    case .choice(let words): return [WrittenEntry("enum", .list(words.map { .text($0) }))]
    case .count(let range):
      return [
        .text("type", "integer"), WrittenEntry("minimum", .number(range.lowerBound)),
        WrittenEntry("maximum", .number(range.upperBound)),
      ]
    case .time:
      return [.text("type", "string"), .text("pattern", "^(0|[1-9][0-9]{0,8})(ms|s|m|h)$")]
    case .size:
      return [.text("type", "string"), .text("pattern", "^(0|[1-9][0-9]{0,8})(B|KiB|MiB|GiB)$")]
    case .list(let item, let max):
      return [
        .text("type", "array"), WrittenEntry("items", .section(object(of: item))),
        WrittenEntry("maxItems", .number(max)),
      ]
    case .oneOrList(let item, let max):
      let list = Shape.list(item, max: max)
      return [
        WrittenEntry("oneOf", .list([.section(object(of: item)), .section(object(of: list))]))
      ]
    case .section(_, let keys): return object(of: keys)
    case .named(let item, let pattern, let min, let max):
      return [
        .text("type", "object"),
        WrittenEntry("propertyNames", .section([.text("pattern", pattern)])),
        WrittenEntry("additionalProperties", .section(object(of: item))),
        WrittenEntry("minProperties", .number(min)), WrittenEntry("maxProperties", .number(max)),
      ]
    }
  }

  private static func object(of keys: [KeyDescription]) -> [WrittenEntry] {
    let properties = keys.map { key in
      var entries = [WrittenEntry.text("description", key.summary)] + object(of: key.shape)
      if let value = key.standardValue, isPlain(value) {
        entries.append(WrittenEntry("default", value))
      }
      return WrittenEntry(key.name, .section(entries))
    }
    let required = keys.filter(\.isRequired).map { Written.text($0.name) }
    var entries = [
      WrittenEntry.text("type", "object"), WrittenEntry("properties", .section(properties)),
      WrittenEntry("additionalProperties", .truth(false)),
    ]
    if !required.isEmpty { entries.append(WrittenEntry("required", .list(required))) }
    return entries
  }

  /// Mappings as defaults would repeat what stands below them.
  private static func isPlain(_ value: Written) -> Bool {
    switch value {
    case .text, .number, .truth: true
    case .list(let items): items.allSatisfy(isPlain)
    case .section: false
    }
  }
}

extension WrittenEntry {
  fileprivate init(_ key: String, _ value: Written) {
    self.init(key: key, value: value, origin: nil)
  }

  fileprivate static func text(_ key: String, _ text: String) -> WrittenEntry {
    WrittenEntry(key, .text(text))
  }
}
