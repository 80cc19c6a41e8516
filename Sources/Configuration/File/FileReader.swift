import Domains

/// Collects what is wrong with a configuration file, so that a person sees all of it at once.
struct FileReader {
  /// How messages call the file.
  let file: String
  /// Where paths in the file start that do not start with a slash.
  let folder: String
  private(set) var errors: [ConfigurationError] = []
  /// Those beyond the limit.
  private(set) var uncounted = 0

  static let errorLimit = 50

  /// Further complaints are only counted.
  var isFull: Bool { errors.count >= Self.errorLimit }

  init(file: String, folder: String) {
    self.file = file
    self.folder = folder
  }

  mutating func complain(_ position: SourcePosition, _ problem: String, remedy: String) {
    add(
      ConfigurationError("\(file):\(position.line):\(position.column)", problem, remedy: remedy))
  }

  mutating func complain(_ error: YAMLError) {
    complain(error.position, error.problem, remedy: error.remedy)
  }

  /// A complaint about a text, as the settings' parsers make it, at its place in the file.
  mutating func complain(_ position: SourcePosition, _ error: ConfigurationError) {
    complain(position, "\(error.place): \(error.problem)", remedy: error.remedy)
  }

  mutating func add(_ error: ConfigurationError) {
    if isFull { uncounted += 1 } else { errors.append(error) }
  }

  /// Everything that was complained about, in the order of the lines; `nil` if nothing was.
  var complaints: ConfigurationErrors? {
    errors.isEmpty ? nil : ConfigurationErrors(errors: errors, uncounted: uncounted)
  }

  /// A path from the file: one that does not start with a slash starts at the file's folder.
  func path(_ text: String) -> String {
    text.hasPrefix("/") || folder.isEmpty ? text : "\(folder)/\(text)"
  }
}

/// Everything that is wrong with a configuration, at most ``FileReader/errorLimit`` complaints.
package struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  package let errors: [ConfigurationError]
  /// How many more there are.
  package let uncounted: Int

  package init(_ error: ConfigurationError) {
    errors = [error]
    uncounted = 0
  }

  package init(errors: [ConfigurationError], uncounted: Int) {
    self.errors = errors
    self.uncounted = uncounted
  }

  /// One line for each.
  package var lines: [String] {
    errors.map(\.description) + (uncounted > 0 ? ["and \(uncounted) more"] : [])
  }

  package var description: String { lines.joined(separator: "\n") }
}
