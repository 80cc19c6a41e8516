import CLinux
import Configuration
import Glibc

/// A file that a list command reads piece by piece, or whole within a bound; `-` is standard input.
///
/// A named pipe is refused, because opening one waits for a writer that may never come; what a shell
/// passes as `/dev/fd/63` is read.
struct InputFile: ~Copyable {
  /// How messages call it.
  let name: String
  /// In bytes; 0 if that is not known.
  let size: Int
  private let descriptor: Int32

  init(_ argument: String) throws(ConfigurationError) {
    (name, descriptor, size) =
      argument == "-" ? ("standard input", 0, 0) : try Self.open(argument)
  }

  private static func open(
    _ path: String
  ) throws(ConfigurationError) -> (name: String, descriptor: Int32, size: Int) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError("''", "not the path of a file", remedy: "write one")
    }
    let isPassed = path.hasPrefix("/dev/fd/") || path == "/dev/stdin"
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (isPassed ? 0 : O_NONBLOCK)
    let descriptor = unsafe path.withCString { unsafe Glibc.open($0, flags) }
    guard descriptor >= 0 else { throw failure(path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      _ = cl_close(descriptor)
      throw failure(path, code)
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR, kind != S_IFIFO || isPassed else {
      _ = cl_close(descriptor)
      throw ConfigurationError(
        "'\(path)'", kind == S_IFDIR ? "a directory" : "a named pipe",
        remedy: "give a file, or - for standard input")
    }
    return (path, descriptor, kind == S_IFREG ? Int(status.st_size) : 0)
  }

  deinit { if descriptor > 0 { _ = cl_close(descriptor) } }

  /// The next bytes, at most `limit`; none at the end.
  func read(_ limit: Int) throws(ConfigurationError) -> [UInt8] {
    var result = 0
    var bytes: [UInt8] = []
    bytes.append(addingCapacity: limit) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, count in
        result = unsafe cl_read(descriptor, buffer.baseAddress, limit)
        count = max(result, 0)
      }
    }
    guard result >= 0 else { throw Self.failure(name, Int32(-result)) }
    return bytes
  }

  /// Everything, at most `limit` bytes.
  func readAll(limit: Int) throws(ConfigurationError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try read(min(1 << 20, limit + 1 - bytes.count))
      if more.isEmpty { return bytes }
      bytes.append(contentsOf: more)
      guard bytes.count <= limit else {
        throw ConfigurationError(
          "'\(name)'", "larger than \(limit >> 20) MiB", remedy: "split the file")
      }
    }
  }

  private static func failure(_ name: String, _ code: Int32) -> ConfigurationError {
    ConfigurationError(
      "'\(name)'", "cannot be read (\(unsafe String(cString: strerror(code))))",
      remedy: "check the path and its permissions")
  }
}
