package import Domains

/// Compiled lists.
extension ListLoader {
  /// The largest image, in bytes.
  package static let imageLimit = 1 << 30

  /// The matcher of a file that is a compiled list; `nil` of anything else, which may be a list.
  ///
  /// The file is read, not mapped: what was checked stays what is used, whatever becomes of the file.
  package static func image(_ nameOrFile: String) throws(ConfigurationError) -> Matcher? {
    guard !builtinNames.contains(nameOrFile), !nameOrFile.isEmpty, !nameOrFile.utf8.contains(0)
    else { return nil }
    let setting = SettingText("allowlist", nameOrFile)
    // What cannot be opened is complained about by the one who reads it as a list.
    guard let file = try? OpenFile(nameOrFile), file.size >= 8, let start = file.memory(8),
      Matcher.isImage(start.bytes)
    else { return nil }
    guard file.size <= imageLimit else {
      throw setting.error(
        "larger than \(imageLimit >> 20) MiB", remedy: "compile fewer lists into one image")
    }
    guard let memory = file.memory(file.size) else {
      throw setting.error(
        "cannot be read to its end", remedy: "check that nothing else writes to it")
    }
    do throws(ImageError) {
      return try Matcher(image: memory)
    } catch {
      throw setting.error("not a usable compiled list: \(error.problem)", remedy: error.remedy)
    }
  }
}
