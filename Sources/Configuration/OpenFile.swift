import CLinux
import Domains
import Glibc

/// A file that is open for reading. A directory is refused, and a named pipe, because opening one
/// waits for a writer that may never come; what a shell passes as `/dev/fd/63` is read.
package struct OpenFile: ~Copyable {
  package enum Failure: Error, Hashable, CustomStringConvertible {
    /// The text of errno, and whether it says that there is no such file.
    case system(String, isMissing: Bool)
    case directory
    case namedPipe
    case tooLarge

    /// In words, without the path.
    package var description: String {
      switch self {
      case .system(let message, isMissing: _): "cannot be read (\(message))"
      case .directory: "a directory"
      case .namedPipe: "a named pipe"
      case .tooLarge: "is too large"
      }
    }

    static func code(_ code: Int32) -> Failure {
      .system(unsafe String(cString: strerror(code)), isMissing: code == ENOENT)
    }
  }

  /// In bytes when it was opened; 0 if it is no regular file.
  package let size: Int
  /// It is a regular file that every user of the machine may read.
  let isReadableByAll: Bool
  private let descriptor: Int32

  package init(_ path: String) throws(Failure) {
    let isPassed = path.hasPrefix("/dev/fd/") || path == "/dev/stdin"
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (isPassed ? 0 : O_NONBLOCK)
    descriptor = unsafe path.withCString { unsafe Glibc.open($0, flags) }
    guard descriptor >= 0 else {
      size = 0
      isReadableByAll = false
      throw .code(errno)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      size = 0
      isReadableByAll = false
      throw .code(errno)
    }
    let kind = status.st_mode & S_IFMT
    size = kind == S_IFREG ? Int(status.st_size) : 0
    isReadableByAll = kind == S_IFREG && status.st_mode & S_IROTH != 0
    if kind == S_IFDIR { throw .directory }
    if kind == S_IFIFO, !isPassed { throw .namedPipe }
  }

  deinit { if descriptor >= 0 { _ = cl_close(descriptor) } }

  /// The next bytes, at most `limit`; none at the end.
  package func read(_ limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    _ = try append(limit, to: &bytes)
    return bytes
  }

  /// Puts the next bytes into memory, and says how many; 0 at the end.
  package func read(into target: inout MutableSpan<UInt8>) throws(Failure) -> Int {
    let result = unsafe target.withUnsafeMutableBufferPointer { buffer in
      unsafe cl_read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard result >= 0 else { throw .code(Int32(-result)) }
    return result
  }

  /// Appends the next bytes, at most `limit`, and says how many; 0 at the end.
  private func append(_ limit: Int, to bytes: inout [UInt8]) throws(Failure) -> Int {
    var result = 0
    bytes.append(addingCapacity: limit) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        result = unsafe cl_read(descriptor, buffer.baseAddress, limit)
        count = max(result, 0)
      }
    }
    guard result >= 0 else { throw .code(Int32(-result)) }
    return result
  }

  /// The first `count` bytes as memory that a matcher can be made of; `nil` if there are fewer, or
  /// they cannot be read.
  func memory(_ count: Int) -> ImageMemory? {
    let descriptor = descriptor
    return ImageMemory(count: count) { target in
      unsafe target.withUnsafeMutableBytes { bytes in
        var done = 0
        while done < count {
          let result = unsafe pread(
            descriptor, bytes.baseAddress! + done, count - done, off_t(done))
          if result < 0, errno == EINTR { continue }
          guard result > 0 else { return false }
          done += result
        }
        return true
      }
    }
  }

  /// Everything from here on, at most `limit` bytes.
  package func readAll(limit: Int) throws(Failure) -> [UInt8] {
    guard size <= limit else { throw .tooLarge }
    var bytes: [UInt8] = []
    if size > 0 { bytes.reserveCapacity(size + 1) }
    while true {
      // What counts is what is read, not what the file system says of the size.
      let known = size >= bytes.count ? size + 1 - bytes.count : 0
      let room = min(max(1 << 16, bytes.count, known), limit + 1 - bytes.count)
      if try append(room, to: &bytes) == 0 { return bytes }
      if bytes.count > limit { throw .tooLarge }
    }
  }
}
