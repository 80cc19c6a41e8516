package import Domains

/// Compiled lists.
extension ListLoader {
  /// The lists of an image, to be told to somebody who has to find their texts: names and versions, and
  /// the files as they were called, from an image that is whole; else nothing.
  static func sources(of image: [UInt8]) -> String {
    guard let memory = ImageMemory(copying: image.span), let matcher = try? Matcher(image: memory)
    else { return "" }
    return ": " + texts(of: matcher)
  }

  /// `team@1 (team.allow), vendor@2 (vendor.allow)`, at most eight of them.
  package static func texts(of image: Matcher) -> String {
    let shown = image.lists.prefix(8).map { "\($0.label) (\($0.file))" }
    let more = image.lists.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

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
