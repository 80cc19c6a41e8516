import CLinux
import Glibc

/// Reads a file in one go, bounded.
package enum WholeFile {
  package enum Failure: Error, Hashable {
    /// The text of errno, and whether it says that there is no such file.
    case system(String, isMissing: Bool)
    case tooLarge
  }

  /// The bytes of `path`, at most `limit` of them. Pipes work too: what counts is what was read,
  /// not what the file system says of the size.
  package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
    guard descriptor >= 0 else { throw failure(errno) }
    defer { _ = cl_close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var result = 0
      // As much again as there is, so that growing costs no more than reading.
      let room = min(max(1 << 16, bytes.count), limit + 1 - bytes.count)
      bytes.append(addingCapacity: room) { output in
        unsafe output.withUnsafeMutableBufferPointer { buffer, count in
          result = unsafe cl_read(descriptor, buffer.baseAddress, room)
          count = max(result, 0)
        }
      }
      if result < 0 { throw failure(Int32(-result)) }
      if result == 0 { return bytes }
      if bytes.count > limit { throw .tooLarge }
    }
  }

  private static func failure(_ code: Int32) -> Failure {
    .system(unsafe String(cString: strerror(code)), isMissing: code == ENOENT)
  }
}
