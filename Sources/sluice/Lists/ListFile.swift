import CLinux
import Configuration
import Domains
import Glibc
import Review

/// A list as the list commands take it: the name of a built-in list, a file, or `-` for standard
/// input; and the way to put another text in the file's place.
struct ListFile {
  /// How messages call it.
  let name: String
  let text: [UInt8]
  /// What was read, to know it again; `nil` if nothing can be written back.
  private let place: Place?

  private struct Place {
    var path: String
    var status: stat
  }

  /// - Parameter isFile: `default` and `essential` are files like others, because the command writes.
  init(_ argument: String, isFile: Bool = false) throws(ConfigurationError) {
    if argument == "-" {
      text = try Self.list(ListLoader.text(of: "/dev/stdin").bytes, "standard input")
      name = "standard input"
      place = nil
      return
    }
    // A slash keeps a file's name from being taken for that of a built-in list.
    let path = isFile && !argument.isEmpty && !argument.contains("/") ? "./\(argument)" : argument
    place = path.contains("/") || argument.hasSuffix(".allow") ? Self.place(path) : nil
    let read = try ListLoader.text(of: path)
    name = isFile ? argument : read.file
    text = try Self.list(read.bytes, name)
  }

  /// The text, unless it is a compiled list, of which there would be nothing but nonsense to say.
  private static func list(
    _ bytes: [UInt8], _ name: String
  ) throws(ConfigurationError) -> [UInt8] {
    try ListLoader.refuseImage(bytes, file: InternationalName.printable(name))
    return bytes
  }

  /// Whether ``replace(with:)`` can be called: a file that is none is an error of the caller's.
  var isReplaceable: Bool { place != nil }

  private static func place(_ path: String) -> Place? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    let path = unsafe String(cString: resolved)
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Place(path: path, status: status)
  }

  /// Puts another text in the file's place, all of it or nothing: a file beside it, synced and then
  /// renamed. Mode and, where that is permitted, owner stay. A link stays a link to the new text.
  func replace(with bytes: [UInt8]) throws(ConfigurationError) {
    guard let place else {
      throw ConfigurationError(
        "'\(InternationalName.printable(name))'", "not a file that can be rewritten",
        remedy: "give the path of a file")
    }
    guard unsafe access(place.path, W_OK) == 0 else { throw failure("cannot be written") }
    var template = Array("\(place.path).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw failure("no file can be made beside it") }
    let temporary = unsafe template.withUnsafeBufferPointer {
      unsafe String(cString: $0.baseAddress!)
    }
    var isDone = false
    defer {
      _ = cl_close(descriptor)
      if !isDone { unsafe _ = unlink(temporary) }
    }
    _ = fchown(descriptor, place.status.st_uid, place.status.st_gid)
    guard fchmod(descriptor, place.status.st_mode & 0o7777) == 0, Self.write(bytes, to: descriptor),
      fsync(descriptor) == 0
    else { throw failure("the file beside it cannot be written") }
    guard isUnchanged(place) else {
      throw ConfigurationError(
        "'\(InternationalName.printable(name))'", "changed while it was being rewritten",
        remedy: "run the command again")
    }
    guard unsafe rename(temporary, place.path) == 0 else { throw failure("cannot be replaced") }
    isDone = true
  }

  /// Writes a text to standard output. A reader that went away ends the writing without a word.
  static func print(_ bytes: [UInt8]) { _ = write(bytes, to: 1) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    OutputFile.writeAll(bytes.span, to: descriptor) == 0
  }

  private func isUnchanged(_ place: Place) -> Bool {
    var status = stat()
    guard unsafe stat(place.path, &status) == 0 else { return false }
    let old = place.status
    return status.st_ino == old.st_ino && status.st_dev == old.st_dev
      && status.st_size == old.st_size && status.st_mtim.tv_sec == old.st_mtim.tv_sec
      && status.st_mtim.tv_nsec == old.st_mtim.tv_nsec
  }

  private func failure(_ problem: String) -> ConfigurationError {
    let reason = unsafe String(cString: strerror(errno))
    return ConfigurationError(
      "'\(InternationalName.printable(name))'", "\(problem) (\(reason))",
      remedy: "check the path and its permissions")
  }
}
