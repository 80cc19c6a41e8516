internal import CLinux

/// The file system of Linux.
package struct LinuxDisk: Disk {
  package init() {}

  package func makeDirectory(_ path: String) -> Int32 {
    unsafe cl_make_directory(path, 0o700)
  }
  package func openDirectory(_ path: String) -> Int32 { unsafe cl_open_directory(path) }
  package func lock(_ fd: Int32) -> Int32 { cl_lock(fd) }
  package func openAppend(_ path: String) -> Int32 { unsafe cl_open_append(path, 0o640) }
  package func openRead(_ path: String) -> Int32 { unsafe cl_open_read(path) }
  package func openMapped(_ path: String) -> Int32 { unsafe cl_open_mapped(path, 0o600) }
  package func duplicate(_ fd: Int32) -> Int32 { cl_duplicate(fd) }
  package func reserve(_ fd: Int32, _ size: Int) -> Int32 { cl_reserve(fd, UInt64(size)) }
  package func truncate(_ fd: Int32, _ size: UInt64) -> Int32 { cl_truncate(fd, size) }
  package func rename(_ from: String, _ to: String) -> Int32 { unsafe cl_rename(from, to) }
  package func unlink(_ path: String) -> Int32 { unsafe cl_unlink(path) }
  package func close(_ fd: Int32) { _ = cl_close(fd) }
  package func reached(_ step: WriterStep) {}

  package func status(_ fd: Int32, _ status: inout FileStatus) -> Int32 {
    var found = cl_file_status()
    let result = unsafe cl_status(fd, &found)
    if result == 0 {
      status.device = found.device
      status.inode = found.inode
      status.size = found.size
      status.isRegular = found.regular
    }
    return result
  }

  package func write(_ fd: Int32, _ bytes: Span<UInt8>) -> Int {
    unsafe bytes.withUnsafeBytes { unsafe cl_write(fd, $0.baseAddress, $0.count) }
  }

  package func read(_ fd: Int32, into bytes: inout MutableSpan<UInt8>, at offset: UInt64) -> Int {
    unsafe bytes.withUnsafeMutableBytes {
      unsafe cl_read_at(fd, $0.baseAddress, $0.count, offset)
    }
  }

  package func list(_ path: String) -> [String]? {
    let names = Names()
    let context = unsafe Unmanaged.passUnretained(names).toOpaque()
    let result = unsafe cl_list_directory(path, collectName, context)
    return result < 0 ? nil : names.all
  }
}

private final class Names {
  var all: [String] = []
}

private func collectName(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) {
  guard let context = unsafe context, let name = unsafe name else { return }
  unsafe Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().all.append(
    String(cString: name))
}
