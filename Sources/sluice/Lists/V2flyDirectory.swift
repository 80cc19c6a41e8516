import Audit
import CLinux
import Glibc
import Review

/// The files beside a v2fly list, for its includes: regular files of the same directory, no links.
enum V2flyDirectory {
  /// The largest of them, in bytes; the real ones have 100 kB at most.
  private static let sizeLimit = 16 << 20

  static func neighbours(of path: String) -> ImportNeighbours? {
    let directory: String
    let name: String
    if let slash = path.lastIndex(of: "/") {
      directory = slash == path.startIndex ? "/" : String(path[..<slash])
      name = String(path[path.index(after: slash)...])
    } else {
      (directory, name) = (".", path)
    }
    let prefix = directory == "." && !path.hasPrefix("./") ? "" : directory + "/"
    return ImportNeighbours(
      own: name.lowercased(),
      names: { () throws(ImportError) in
        guard let names = LinuxDisk().list(directory) else {
          throw ImportError(
            path, "its directory cannot be read", remedy: "check the directory's permissions")
        }
        return names
      },
      read: { (name) throws(ImportError) in try read(prefix + name) },
      path: { prefix + $0 })
  }

  /// `nil` for what is no regular file.
  private static func read(_ path: String) throws(ImportError) -> [UInt8]? {
    let descriptor = unsafe path.withCString {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW)
    }
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ELOOP || code == ENXIO { return nil }
      throw failure(path, code)
    }
    defer { _ = cl_close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    var bytes: [UInt8] = []
    while true {
      let room = max(1 << 12, min(Int(status.st_size) + 1, sizeLimit))
      var result = 0
      bytes.append(addingCapacity: room) { output in
        unsafe output.withUnsafeMutableBufferPointer { buffer, count in
          result = unsafe cl_read(descriptor, buffer.baseAddress, room)
          count = max(result, 0)
        }
      }
      guard result >= 0 else { throw failure(path, Int32(-result)) }
      if result == 0 { return bytes }
      guard bytes.count <= sizeLimit else {
        throw ImportError(
          path, "larger than \(sizeLimit >> 20) MiB", remedy: "keep v2fly lists only beside it")
      }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> ImportError {
    ImportError(
      path, "cannot be read (\(unsafe String(cString: strerror(code))))",
      remedy: "check its permissions, or move it away")
  }
}
