/// The reference in docs/configuration.md, as text; a test holds the two together.
package enum ConfigurationReference {
  /// One part for each mapping, one row for each key.
  package static var markdown: String {
    var parts: [String] = []
    append(ConfigurationFile.schema.shape, to: &parts)
    return parts.joined(separator: "\n")
  }

  private static func append(_ shape: Shape, to parts: inout [String]) {
    switch shape {
    case .section(let title, let keys):
      let heading = "### \(title)\n"
      guard !parts.contains(where: { $0.hasPrefix(heading) }) else { return }
      var text = "\(heading)\n| key | value | default | what it says |\n|---|---|---|---|\n"
      for key in keys { text += row(key) }
      parts.append(text)
      for key in keys { append(key.shape, to: &parts) }
    case .list(let item, max: _), .oneOrList(let item, max: _),
      .named(let item, pattern: _, min: _, max: _):
      append(item, to: &parts)
    case .text, .choice, .count, .time, .size: break
    }
  }

  private static func row(_ key: KeyDescription) -> String {
    let flag = key.flag.map { " `--\($0)`, `\(FlagName.variable($0))`." } ?? ""
    let standard = key.isRequired ? "required" : key.standard ?? ""
    return "| `\(key.name)` | \(key.shape.words) | \(standard) | \(key.summary)\(flag) |\n"
  }
}
