internal import CLinux
internal import Glibc

/// Why the running process could not be replaced; it goes on.
package struct TakeoverError: Error, CustomStringConvertible {
  package let description: String

  init(_ path: String, _ problem: String) {
    description = "--replace: the process at \(path) goes on: \(problem)"
  }
}

/// The side of the process that takes over; see ``HandOver``.
package final class Takeover {
  /// The sockets that the other process listens on; ours from now on.
  package let listeners: [Int32]
  private let path: String
  private let channel: DescriptorChannel

  /// Asks the process that serves at `path` for its sockets; `nil`: none does.
  package init?(_ path: String) throws(TakeoverError) {
    self.path = path
    let fd = unsafe path.withCString { unsafe cl_unix_connect($0) }
    guard fd >= 0 else {
      if fd == -ENOENT || fd == -ECONNREFUSED || fd == -ENOTDIR { return nil }
      throw TakeoverError(path, "cannot connect (\(unsafe String(cString: strerror(-fd))))")
    }
    channel = DescriptorChannel(fd)
    guard channel.isTrusted else {
      throw TakeoverError(path, "it is another user's")
    }
    let request =
      "POST /v1/handover HTTP/1.1\r\nHost: sluice\r\nConnection: Upgrade\r\n"
      + "Upgrade: \(AdminRoutes.handOver)\r\nContent-Length: 0\r\n\r\n"
    guard channel.send(request), let status = channel.receiveLine() else {
      throw TakeoverError(path, "it does not answer")
    }
    guard status.hasPrefix("HTTP/1.1 101 ") else {
      throw TakeoverError(path, "it answered '\(status.prefix(80).filter(\.isASCII))'")
    }
    while let line = channel.receiveLine(), line != "\r" {}
    let line = channel.receiveLine() ?? ""
    if line.hasPrefix("REFUSED ") { throw TakeoverError(path, "\(line.dropFirst(8))") }
    guard line.hasPrefix("LISTENERS "),
      let count = Int(line.dropFirst(10)), (0...65_536).contains(count),
      let received = channel.receive(count)
    else { throw TakeoverError(path, "it gave no sockets") }
    listeners = received
  }

  /// Asks the other process to let the audit log go.
  package func requestRelease() throws(TakeoverError) {
    guard channel.send("RELEASE\n"), let answer = channel.receiveLine() else {
      throw TakeoverError(path, "it does not answer")
    }
    guard answer == "RELEASED" else {
      throw TakeoverError(path, answer.hasPrefix("REFUSED ") ? "\(answer.dropFirst(8))" : answer)
    }
  }

  /// Tells the other process to end: this one serves. Where that cannot be said, the other one has taken
  /// everything back, and this one has to end.
  package func announceReady() throws(TakeoverError) {
    guard channel.send("READY\n") else {
      throw TakeoverError(path, "it took its sockets and its audit log back; try again")
    }
  }
}
