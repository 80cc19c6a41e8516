import CLinux
import Configuration
import Domains
import Glibc

/// A new file that a list command writes, all of it or nothing; never one that exists.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws(ConfigurationError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError("--output", "not the path of a file", remedy: "write one")
    }
    let descriptor = unsafe path.withCString { text in
      unsafe open(text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0o644)
    }
    guard descriptor >= 0 else { throw failure(path, errno) }
    var code = writeAll(bytes.span, to: descriptor)
    if code == 0, fsync(descriptor) != 0, errno != EINVAL { code = errno }
    _ = cl_close(descriptor)
    guard code != 0 else { return }
    unsafe _ = unlink(path)
    throw failure(path, code)
  }

  /// Writes all of `bytes`; 0, or the errno that ended it.
  static func writeAll(_ bytes: Span<UInt8>, to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBufferPointer {
        unsafe cl_write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 else { return count < 0 ? Int32(-count) : EIO }
      done += count
    }
    return 0
  }

  /// Puts an image at `path`, all of it or nothing: a file beside it, synced and then renamed. Takes
  /// the place of an image or of an empty file, and of nothing else.
  static func replaceImage(_ bytes: Span<UInt8>, at path: String) throws(ConfigurationError) {
    try checkImagePath(path)
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path, errno) }
    let temporary = unsafe template.withUnsafeBufferPointer {
      unsafe String(cString: $0.baseAddress!)
    }
    // What replaces a file is no more readable than that was.
    var old = stat()
    let mode = unsafe stat(path, &old) == 0 ? old.st_mode & 0o777 : 0o644
    var code: Int32 = fchmod(descriptor, mode) == 0 ? 0 : errno
    if code == 0 { code = writeAll(bytes, to: descriptor) }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    _ = cl_close(descriptor)
    if code == 0, unsafe rename(temporary, path) != 0 { code = errno }
    guard code != 0 else { return }
    unsafe _ = unlink(temporary)
    throw failure(path, code)
  }

  /// Refuses to put an image in the place of a text, a device, a pipe: what stood there would be gone.
  static func checkImagePath(_ path: String) throws(ConfigurationError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError("--output", "not the path of a file", remedy: "write one")
    }
    var status = stat()
    // Of the name itself: a link would be replaced, not followed.
    guard unsafe lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFREG {
      if status.st_size == 0 { return }
      let start = try? OpenFile(path).read(8)
      if let start, Matcher.isImage(start.span) { return }
    }
    throw ConfigurationError(
      "--output '\(path)'", "there already, and not an image: it would be lost",
      remedy: "name a new file, or an image to replace")
  }

  private static func failure(_ path: String, _ code: Int32) -> ConfigurationError {
    ConfigurationError(
      "--output '\(path)'", "cannot be written (\(unsafe String(cString: strerror(code))))",
      remedy: code == EEXIST
        ? "name a new file, or move the old one away" : "check the path and its permissions")
  }
}
