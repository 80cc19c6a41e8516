extension ConfigurationFile {
  /// Lays flags and variables over the file.
  ///
  /// Those of an environment change `default`; it has to be there. Environments that inherit from it
  /// get the change too.
  ///
  /// - Parameters:
  ///   - texts: what was given for a flag (without hyphens), or else for its variable; with a
  ///     separator, which stands between several in a variable.
  package mutating func override(
    with texts: (_ flag: String, _ separator: Character?) -> [SettingText]
  ) throws(ConfigurationError) {
    try Self.schema.override(&self, with: texts)
    guard let index = environment(named: Self.defaultName) else {
      for flag in EnvironmentValues.schema.flags {
        guard let text = texts(flag, nil).first else { continue }
        throw text.error(
          "the configuration file has no environment 'default', which this would change",
          remedy: "write it into the file, or call one of its environments 'default'")
      }
      return
    }
    try EnvironmentValues.schema.override(&environments.value[index], with: texts)
  }

  /// Renames the one environment of a configuration without a file.
  package mutating func renameOnlyEnvironment(_ name: SettingText) throws(ConfigurationError) {
    _ = try TextKind<String>.environmentName.parse(name)
    let old = environments.value[0]
    environments.value = [old.renamed(name.text)]
  }
}
