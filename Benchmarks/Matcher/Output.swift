import Glibc

/// Where the program writes.
enum Output {
  /// A line on standard error.
  static func note(_ text: String) {
    let line = Array("MatcherBenchmark: \(text)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
  }

  /// Writes all of `bytes` to standard output.
  static func print(_ bytes: [UInt8]) throws { try write(bytes, to: 1, name: "standard output") }

  /// Writes a file anew.
  static func write(_ text: String, to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Problem(text: "\(path): cannot be written (\(unsafe String(cString: strerror(errno))))")
    }
    defer { close(descriptor) }
    try write(Array(text.utf8), to: descriptor, name: path)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { all in
        unsafe Glibc.write(descriptor, all.baseAddress?.advanced(by: done), all.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw Problem(
          text: "\(name): cannot be written (\(unsafe String(cString: strerror(errno))))")
      }
      done += count
    }
  }
}
