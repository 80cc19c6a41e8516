internal import Glibc

/// The open audit file, and what is known of it.
struct AuditFile {
  let path: String
  var fd: Int32
  /// A regular file can be cut back and looked into; anything else is a stream.
  var isRegular: Bool
  /// Where the file must be cut before anything else is written: a torn line stands behind it.
  var tornAt: UInt64?

  /// Opens the file for appending, and takes its lock: no second process writes to it.
  static func open(
    _ path: String, _ disk: any Disk, waits: Bool = false
  ) throws(AuditError) -> AuditFile {
    if path == "-" {
      let fd = disk.duplicate(1)
      guard fd >= 0 else { throw AuditError(path: path, doing: "use standard output", failed: fd) }
      return AuditFile(path: path, fd: fd, isRegular: false)
    }
    let fd = disk.openAppend(path)
    guard fd >= 0 else { throw AuditError(path: path, doing: "open it", failed: fd) }
    var status = FileStatus()
    let known = disk.status(fd, &status)
    guard known == 0 else {
      disk.close(fd)
      throw AuditError(path: path, doing: "examine it", failed: known)
    }
    if status.isRegular {
      let locked = lock(fd, disk, waits: waits)
      guard locked == 0 else {
        disk.close(fd)
        throw lockError(path, locked)
      }
    }
    return AuditFile(path: path, fd: fd, isRegular: status.isRegular)
  }

  /// Takes the lock on a file. `waits`: for up to half a second, because a process that is just ending,
  /// or a child of one that has not come to its exec(2), may still hold it.
  static func lock(_ fd: Int32, _ disk: any Disk, waits: Bool) -> Int32 {
    var tries = waits ? 50 : 1
    while true {
      let locked = disk.lock(fd)
      tries -= 1
      guard locked == -EWOULDBLOCK, tries > 0 else { return locked }
      usleep(10_000)
    }
  }

  static func lockError(_ path: String, _ code: Int32) -> AuditError {
    AuditError(
      path: path, problem: "another process writes this audit log",
      remedy: "stop it, or give each process its own file with --audit",
      code: code < 0 ? -code : code)
  }
}
