import Configuration
import Glibc

/// Where a setting's text comes from: the flag if it was given, else the environment variable.
enum Setting {
  static func text(_ flag: String, _ value: String?, _ variable: String) -> SettingText? {
    if let value { return SettingText(flag, value) }
    guard let value = environmentVariable(variable), !value.isEmpty else { return nil }
    return SettingText(variable, value)
  }

  /// A flag that may be given more than once; the variable holds all, between separators.
  static func texts(
    _ flag: String, _ values: [String], _ variable: String, separator: Character
  ) -> [SettingText] {
    if !values.isEmpty { return values.map { SettingText(flag, $0) } }
    guard let value = environmentVariable(variable) else { return [] }
    return value.split(separator: separator).map { SettingText(variable, String($0)) }
  }

  static func environmentVariable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
