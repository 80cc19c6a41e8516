import Configuration
import Domains
import Glibc
import Review

/// A list as `diff` takes it: the name of a built-in list, a file, or `REV:path` of git.
enum ListArgument {
  /// The lists of one side: one, or several with commas between them, as an environment composes
  /// them. The name of an existing file is that file, whatever commas and colons are in it.
  static func side(_ text: String) throws(ConfigurationError) -> [Allowlist] {
    let parts =
      exists(text)
      ? [text] : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= Settings.repeatsMax else {
      throw ConfigurationError(
        "'\(text.printable.prefix(80))'", "more than \(Settings.repeatsMax) lists",
        remedy: "name fewer")
    }
    var lists: [Allowlist] = []
    for part in parts { lists.append(try load(part)) }
    try Settings.refuseTooMuch(lists, of: "'\(text.printable.prefix(80))'")
    return lists
  }

  private static func load(_ text: String) throws(ConfigurationError) -> Allowlist {
    guard text.contains(":"), !exists(text) else { return try ListLoader.load(text) }
    return try ListLoader.parse(
      GitObject.read(text, limit: Allowlist.textLimit), file: text.printable)
  }

  private static func exists(_ path: String) -> Bool {
    !path.isEmpty && !path.utf8.contains(0) && (unsafe access(path, F_OK)) == 0
  }

  /// A day as flags give it; today if none is given.
  static func day(_ text: String?) throws(ConfigurationError) -> Day {
    guard let text else { return .today }
    guard let day = Day(text) else {
      throw ConfigurationError(
        "--day '\(text.printable)'", "not a day", remedy: "write it as 2026-12-31")
    }
    return day
  }
}

/// Standard output as a stream of text.
struct StandardOutput: TextOutputStream {
  mutating func write(_ text: String) { print(text, terminator: "") }
}
