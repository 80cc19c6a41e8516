extension ConfigurationFile {
  /// Every setting in force, as a file that says the same: each line with where its value comes from.
  ///
  /// - Parameter file: the file that the lines are of; `nil`: there is none.
  package func yaml(file: String?) -> String {
    let source = file.map { "the lines of \(ConfigurationWriter.comment($0))" } ?? "no file"
    return "# Every setting in force, and where it comes from: \(source), flags, variables.\n"
      + ConfigurationWriter.yaml(Self.schema.written(self))
  }

  /// `{"settings": …, "origins": {"environments.vm-7.access": "line 12", …}}`.
  package var json: String {
    let entries = Self.schema.written(self)
    return ConfigurationWriter.json(
      .section([
        WrittenEntry(key: "settings", value: .section(entries), origin: nil),
        WrittenEntry(
          key: "origins", value: .section(ConfigurationWriter.origins(entries)), origin: nil),
      ])) + "\n"
  }
}
