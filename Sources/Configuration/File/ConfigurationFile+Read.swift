import Domains
import Glibc
import Policy

extension ConfigurationFile {
  /// Reads the text of a configuration file, whole or not at all.
  ///
  /// - Parameters:
  ///   - file: how messages call it.
  ///   - folder: where paths in it start that do not start with a slash; empty leaves them as they
  ///     are.
  package static func read(
    _ text: [UInt8], file: String, folder: String = ""
  ) throws(ConfigurationErrors) -> ConfigurationFile {
    var reader = FileReader(file: file, folder: folder)
    var configuration = ConfigurationFile()
    do throws(YAMLError) {
      let (root, repeated) = try YAMLReader.read(text)
      for error in repeated { reader.complain(error) }
      schema.read(root, into: &configuration, &reader)
    } catch {
      reader.complain(error)
    }
    configuration.locatePaths(reader)
    configuration.checkReferences(&reader)
    if let complaints = reader.complaints { throw complaints }
    return configuration
  }

  /// Reads a file.
  package static func read(path: String) throws(ConfigurationErrors) -> ConfigurationFile {
    let text: [UInt8]
    do throws(OpenFile.Failure) {
      text = try OpenFile(path).readAll(limit: YAMLReader.textLimit)
    } catch {
      let remedy =
        switch error {
        case .tooLarge: "move rules into allowlists; a configuration has at most 16 MiB"
        case .directory, .namedPipe: "give a file"
        case .system: "check the path and its permissions"
        }
      throw ConfigurationErrors(
        ConfigurationError("configuration '\(path)'", error.description, remedy: remedy))
    }
    return try read(text, file: path, folder: absoluteFolder(of: path))
  }

  /// The folder of a file, starting with a slash, so that what is shown holds elsewhere too.
  private static func absoluteFolder(of path: String) -> String {
    var folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    if path.hasPrefix("/") { return folder.isEmpty ? "/." : folder }
    while folder.hasPrefix("./") { folder.removeFirst(2) }
    guard let current = unsafe getcwd(nil, 0) else { return folder }
    defer { unsafe free(current) }
    let base = unsafe String(cString: current)
    return folder.isEmpty || folder == "." ? base : "\(base)/\(folder)"
  }

  /// Paths that the file names start at its folder.
  private mutating func locatePaths(_ reader: FileReader) {
    func locate(_ list: inout String) {
      if !ListLoader.builtinNames.contains(list) { list = reader.path(list) }
    }
    for index in environments.value.indices where environments.value[index].allowlists.isSet {
      for item in environments.value[index].allowlists.value.indices {
        locate(&environments.value[index].allowlists.value[item].value)
      }
    }
    for index in environments.value.indices {
      let path = environments.value[index].upstreamProxy.value.credentialsFile.value
      environments.value[index].upstreamProxy.value.credentialsFile.value = path.map(reader.path)
    }
    if essential.isSet { locate(&essential.value) }
    if let path = audit.file.value, path != "-" { audit.file.value = reader.path(path) }
    audit.stateDirectory.value = audit.stateDirectory.value.map(reader.path)
  }
}
