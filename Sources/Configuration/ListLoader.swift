import BuiltinLists
package import Domains

/// Allowlists by name or file, as `--allowlist` takes them.
package enum ListLoader {
  /// Reads a list whole, or says why not.
  ///
  /// `default` and `essential` are the lists in the binary, and nothing on the disk replaces them.
  /// What has a slash or ends in `.allow`, and any other name of an existing file, is a file.
  package static func load(_ nameOrFile: String) throws(ConfigurationError) -> Allowlist {
    let (text, file) = try text(of: nameOrFile)
    return try parse(text, file: file)
  }

  /// The text of a list as it is, for tools that look at more than its rules, and how messages call
  /// the file.
  package static func text(
    of nameOrFile: String
  ) throws(ConfigurationError) -> (bytes: [UInt8], file: String) {
    if let text = BuiltinLists.text(named: nameOrFile) {
      return (text, "\(nameOrFile).allow (built in)")
    }
    guard !nameOrFile.isEmpty, !nameOrFile.utf8.contains(0) else {
      throw SettingText("allowlist", nameOrFile).error(
        "not a name of a list or file", remedy: remedy)
    }
    do throws(OpenFile.Failure) {
      return (try OpenFile(nameOrFile).readAll(limit: Allowlist.textLimit), nameOrFile)
    } catch {
      throw describe(error, nameOrFile)
    }
  }

  /// The names that no file on the disk replaces.
  package static var builtinNames: [String] { BuiltinLists.names }

  private static var remedy: String {
    "write \(BuiltinLists.names.joined(separator: ", ")) or the path of a file"
  }

  private static func describe(
    _ failure: OpenFile.Failure, _ nameOrFile: String
  ) -> ConfigurationError {
    let setting = SettingText("allowlist", nameOrFile)
    switch failure {
    case .tooLarge:
      return setting.error(
        "larger than \(Allowlist.textLimit >> 20) MiB", remedy: "split the list into several files")
    case .system(_, isMissing: true) where !isPath(nameOrFile):
      return setting.error("no list has this name, and no file either", remedy: remedy)
    case .directory, .namedPipe:
      return setting.error(
        failure.description, remedy: "give a file, or /dev/stdin for standard input")
    case .system(let message, isMissing: _):
      return setting.error(
        "cannot be read (\(message))", remedy: "check the path and its permissions")
    }
  }

  private static func isPath(_ nameOrFile: String) -> Bool {
    nameOrFile.contains("/") || nameOrFile.hasSuffix(".allow")
  }

  /// Refuses a compiled list, for those who need the text of one.
  package static func refuseImage(
    _ text: [UInt8], file: String
  ) throws(ConfigurationError) {
    guard Matcher.isImage(text.span) else { return }
    throw ConfigurationError(
      "'\(file)'", "a compiled list, where the text of one is needed",
      remedy: "give the text that it was compiled from\(sources(of: text))")
  }

  /// Reads the text of a list that came from elsewhere; `file` names it in messages.
  package static func parse(
    _ text: [UInt8], file: String
  ) throws(ConfigurationError) -> Allowlist {
    try refuseImage(text, file: file)
    do throws(AllowlistError) {
      return try Allowlist.parse(text, file: file, digest: SHA256.hexadecimal(of: text))
    } catch {
      throw ConfigurationError(
        "\(error.file):\(error.position.line):\(error.position.column)", error.problem,
        remedy: error.remedy)
    }
  }
}
