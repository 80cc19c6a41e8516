internal import CLinux
internal import Glibc
internal import Wire

/// Why the running process could not be asked.
package struct AdminClientError: Error, CustomStringConvertible {
  package let description: String
}

/// Asks a running process, one request a connection.
package enum AdminClient {
  /// More is no answer of ours.
  static let answerLimit = 16 << 20

  /// The status and the body of the answer.
  package static func ask(
    _ method: String, _ target: String, at path: String
  ) throws(AdminClientError) -> (status: Int, body: String) {
    let fd = unsafe path.withCString { unsafe cl_unix_connect($0) }
    guard fd >= 0 else {
      let why = unsafe String(cString: strerror(-fd))
      throw AdminClientError(
        description: "no running process at \(path) (\(why)); name its socket with --admin")
    }
    defer { _ = cl_close(fd) }
    _ = cl_set_timeouts(fd, Int32(AdminLimits.workMilliseconds + 5000))
    let request = Array(
      "\(method) \(target) HTTP/1.1\r\nHost: sluice\r\nContent-Length: 0\r\n\r\n".utf8)
    _ = unsafe request.withUnsafeBytes { unsafe cl_send(fd, $0.baseAddress, $0.count) }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while answer.count < answerLimit {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe cl_read(fd, $0.baseAddress, $0.count)
      }
      guard count > 0 else { break }
      answer += chunk[..<count]
    }
    let words = String(decoding: answer.prefix(64), as: UTF8.self).split(separator: " ")
    guard let end = HeadScanner.end(of: answer.span, from: 0), words.count > 1,
      let status = Int(words[1])
    else { throw AdminClientError(description: "the process at \(path) gave no answer") }
    return (status, String(decoding: answer[end...], as: UTF8.self))
  }
}
