internal import CLinux
internal import Glibc

/// What the kernel says of this process.
struct ProcessReading {
  var cpuMicroseconds: UInt64 = 0
  var residentBytes: UInt64 = 0
  var openDescriptors: UInt64 = 0
  var descriptorLimit: UInt64 = 0

  /// Of now; what the kernel does not say is 0.
  static func now() -> ProcessReading {
    var reading = ProcessReading()
    var usage = rusage()
    if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
      reading.cpuMicroseconds = microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
    }
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      reading.descriptorLimit = UInt64(limit.rlim_cur)
    }
    reading.residentBytes = residentPages() * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 0))
    reading.openDescriptors = descriptors()
    return reading
  }

  private static func microseconds(_ time: timeval) -> UInt64 {
    UInt64(max(time.tv_sec, 0)) * 1_000_000 + UInt64(max(time.tv_usec, 0))
  }

  /// The second word of /proc/self/statm (proc(5)).
  private static func residentPages() -> UInt64 {
    let fd = unsafe "/proc/self/statm".withCString { unsafe cl_open_read($0) }
    guard fd >= 0 else { return 0 }
    defer { _ = cl_close(fd) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe cl_read(fd, $0.baseAddress, $0.count)
    }
    let words = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
    return words.count > 1 ? UInt64(words[1]) ?? 0 : 0
  }

  private static func descriptors() -> UInt64 {
    guard let directory = unsafe opendir("/proc/self/fd") else { return 0 }
    defer { unsafe closedir(directory) }
    var count: UInt64 = 0
    while unsafe readdir(directory) != nil { count += 1 }
    // Its two own entries, and the descriptor that reads them.
    return count > 3 ? count - 3 : 0
  }
}
