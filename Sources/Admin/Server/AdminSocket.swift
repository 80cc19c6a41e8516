internal import CLinux
internal import Glibc

/// Why there is no administration socket.
package struct AdminSocketError: Error, CustomStringConvertible {
  package let path: String
  package let problem: String
  package let remedy: String
  /// Another process serves on it.
  package var isTaken = false

  package var description: String { "--admin '\(path)': \(problem); \(remedy)" }
}

/// The Unix socket of the administration, which only its owner can open. A lock beside it says that a
/// process serves on it, so that what a killed one left is replaced and a living one's is not.
package final class AdminSocket: Sendable {
  package let path: String
  let listener: Int32
  private let lock: Int32

  package init(_ path: String) throws(AdminSocketError) {
    self.path = path
    lock = unsafe (path + ".lock").withCString { unsafe cl_lock_file($0) }
    guard lock >= 0 else {
      guard lock == -EWOULDBLOCK else { throw Self.error(path, lock) }
      throw AdminSocketError(
        path: path, problem: "another process serves there",
        remedy: "stop it, take over from it with `sluice run --replace`, or name another path",
        isTaken: true)
    }
    listener = unsafe path.withCString { unsafe cl_unix_listen($0) }
    guard listener >= 0 else {
      _ = cl_close(lock)
      throw Self.error(path, listener)
    }
  }

  private static func error(_ path: String, _ code: Int32) -> AdminSocketError {
    AdminSocketError(
      path: path, problem: "cannot be opened (\(unsafe String(cString: strerror(-code))))",
      remedy: code == -ENAMETOOLONG
        ? "name a path of at most 107 bytes" : "name a path where this user may write, or none")
  }

  /// The next connection, if its user may: root and this process's own.
  func accept() -> (fd: Int32, user: UInt32)? {
    while true {
      let fd = cl_unix_accept(listener)
      guard fd >= 0 else { return nil }
      var user: UInt32 = .max
      var group: UInt32 = .max
      if unsafe cl_unix_peer(fd, &user, &group) >= 0, user == 0 || user == geteuid() {
        return (fd, user)
      }
      _ = cl_close(fd)
    }
  }

  /// Removes the socket, unless another process has taken the path over.
  func close() {
    _ = unsafe path.withCString { unsafe cl_unlink($0) }
    _ = cl_close(listener)
    _ = cl_close(lock)
  }
}
