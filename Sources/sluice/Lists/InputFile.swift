import Configuration

/// A file that a list command reads piece by piece, or whole within a bound; `-` is standard input.
struct InputFile: ~Copyable {
  /// How messages call it.
  let name: String
  private let file: OpenFile

  /// In bytes; 0 if that is not known.
  var size: Int { file.size }

  init(_ argument: String) throws(ConfigurationError) {
    file = try Self.open(argument == "-" ? "/dev/stdin" : argument)
    name = argument == "-" ? "standard input" : argument
  }

  private static func open(_ path: String) throws(ConfigurationError) -> OpenFile {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError("''", "not the path of a file", remedy: "write one")
    }
    do throws(OpenFile.Failure) { return try OpenFile(path) } catch { throw failure(path, error) }
  }

  /// The next bytes, at most `limit`; none at the end.
  func read(_ limit: Int) throws(ConfigurationError) -> [UInt8] {
    do throws(OpenFile.Failure) { return try file.read(limit) } catch {
      throw Self.failure(name, error)
    }
  }

  /// Everything, at most `limit` bytes.
  func readAll(limit: Int) throws(ConfigurationError) -> [UInt8] {
    do throws(OpenFile.Failure) { return try file.readAll(limit: limit) } catch {
      guard error != .tooLarge else {
        throw ConfigurationError(
          "'\(name)'", "larger than \(limit >> 20) MiB", remedy: "split the file")
      }
      throw Self.failure(name, error)
    }
  }

  private static func failure(_ name: String, _ failure: OpenFile.Failure) -> ConfigurationError {
    let remedy =
      switch failure {
      case .directory, .namedPipe: "give a file, or - for standard input"
      case .system, .tooLarge: "check the path and its permissions"
      }
    return ConfigurationError("'\(name)'", failure.description, remedy: remedy)
  }
}
