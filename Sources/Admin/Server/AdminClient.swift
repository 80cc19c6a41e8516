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
  static let answerLimit = 64 << 20

  /// The status and the body of the answer.
  package static func ask(
    _ method: String, _ target: String, at path: String,
    milliseconds: Int = AdminLimits.workMilliseconds + 5000
  ) throws(AdminClientError) -> (status: Int, body: String) {
    let fd = unsafe path.withCString { unsafe cl_unix_connect($0) }
    guard fd >= 0 else {
      let why = unsafe String(cString: strerror(-fd))
      throw AdminClientError(
        description: "no running process at \(path) (\(why)); name its socket with --admin")
    }
    defer { _ = cl_close(fd) }
    _ = cl_set_timeouts(fd, Int32(clamping: milliseconds))
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
    guard let (status, body) = read(answer) else {
      throw AdminClientError(description: "the process at \(path) gave no answer, or half of one")
    }
    return (status, String(decoding: body, as: UTF8.self))
  }

  /// The status and the body of an answer; `nil` if it is none, or not whole.
  static func read(_ answer: [UInt8]) -> (status: Int, body: ArraySlice<UInt8>)? {
    guard let end = HeadScanner.end(of: answer.span, from: 0) else { return nil }
    let head = String(decoding: answer[..<end], as: UTF8.self)
    let words = head.prefix(64).split(separator: " ")
    guard words.count > 1, let status = Int(words[1]) else { return nil }
    let body = answer[end...]
    let isChunked = head.split(separator: "\r\n").contains {
      $0.lowercased() == "transfer-encoding: chunked"
    }
    guard isChunked else { return (status, body) }
    return unchunked(body).map { (status, $0[...]) }
  }

  /// The bytes of a body in chunks (RFC 9112 §7.1); `nil` if the last one is missing.
  private static func unchunked(_ body: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = body
    while let lineEnd = rest.firstIndex(of: 13) {
      let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16)
      guard let size, size >= 0, size <= rest.count else { return nil }
      let start = lineEnd + 2
      guard size > 0 else { return result }
      guard start + size + 2 <= rest.endIndex else { return nil }
      result += rest[start..<(start + size)]
      rest = rest[(start + size + 2)...]
    }
    return nil
  }
}
