internal import CLinux
internal import Glibc
internal import Reactor

/// Why a Unix listener could not be opened.
package struct UnixListenError: Error, CustomStringConvertible {
  package let path: String
  /// Negated errno.
  package let error: Int32

  package var description: String {
    let why =
      switch -error {
      case EADDRINUSE: "another process listens there; stop it, or listen elsewhere"
      case EEXIST: "a file that is no socket stands there; remove it, or listen elsewhere"
      case ENOENT, ENOTDIR: "its directory is not there; make it"
      case EACCES, EROFS: "this user may not make a socket there; give it the directory"
      case EPERM:
        "this user may not give it to that owner or group; be a member, or leave the key out"
      case EBUSY: "another process holds its directory locked; try again"
      default: "cannot listen (\(unsafe String(cString: strerror(-error))))"
      }
    return "unix:\(path): \(why)"
  }
}

/// The file of a Unix listener: where it is, and which one it is, so that only that one is ever removed.
package struct UnixListenerFile: Sendable {
  package let path: String
  private let device: UInt64
  private let inode: UInt64
  private let made: UInt64

  /// The one that stands at `path` now.
  package init(_ path: String) {
    self.path = path
    let mark = Self.mark(path)
    device = mark.device
    inode = mark.inode
    made = mark.modified_ns
  }

  /// Removes it, unless another one stands there by now.
  package func remove() {
    let mark = Self.mark(path)
    guard inode != 0, mark.device == device, mark.inode == inode, mark.modified_ns == made else {
      return
    }
    _ = unsafe path.withCString { unsafe cl_unlink($0) }
  }

  private static func mark(_ path: String) -> cl_file_mark {
    var mark = cl_file_mark()
    unsafe path.withCString { unsafe cl_mark($0, &mark) }
    return mark
  }
}

/// Sets who may connect to the socket at `path`, as for ``openUnixListener(_:mode:owner:group:)``.
package func giveUnixListener(
  _ path: String, mode: UInt32, owner: UInt32?, group: UInt32?
) throws(UnixListenError) {
  let result = unsafe path.withCString {
    unsafe cl_unix_give($0, mode, owner ?? .max, group ?? .max)
  }
  guard result >= 0 else { throw UnixListenError(path: path, error: result) }
}

/// Opens a listening Unix socket, which all workers accept from. What stands at `path` is replaced if it
/// is a socket that nobody listens on.
///
/// - Parameters:
///   - mode: permission bits: who may write to it may connect.
///   - owner: `nil` leaves those of this process.
package func openUnixListener(
  _ path: String, mode: UInt32, owner: UInt32?, group: UInt32?
) throws(UnixListenError) -> Int32 {
  let result = unsafe path.withCString {
    unsafe cl_unix_listen_shared($0, mode, owner ?? .max, group ?? .max, 4096)
  }
  guard result >= 0 else { throw UnixListenError(path: path, error: result) }
  return result
}
