import Configuration

/// What a text of a configuration gives: its complaints, one a line, or none.
func complaints(_ text: String) -> [String] {
  do throws(ConfigurationErrors) {
    _ = try ConfigurationFile.read(Array(text.utf8), file: "f.yaml")
    return []
  } catch {
    return error.lines
  }
}

/// The configuration that a text is.
func configuration(_ text: String) throws(ConfigurationErrors) -> ConfigurationFile {
  try ConfigurationFile.read(Array(text.utf8), file: "f.yaml")
}
