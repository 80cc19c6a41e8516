import Configuration

/// What was given for flags, by their names without hyphens. What was not may come from variables.
struct GivenFlags {
  private var values: [String: [String]] = [:]

  mutating func add(_ flag: String, _ value: String?) {
    if let value { values[flag] = [value] }
  }

  mutating func add(_ flag: String, _ list: [String]) {
    if !list.isEmpty { values[flag] = list }
  }

  mutating func add(_ other: GivenFlags) { values.merge(other.values) { $1 } }

  /// The texts of a flag, or else of its variable, which holds several if there is a separator.
  func texts(_ flag: String, _ separator: Character?) -> [SettingText] {
    let variable = "SLUICE_" + flag.uppercased().replacing("-", with: "_")
    guard let separator else {
      return Setting.text("--\(flag)", values[flag]?.last, variable).map { [$0] } ?? []
    }
    return Setting.texts("--\(flag)", values[flag] ?? [], variable, separator: separator)
  }
}
